"""Who holds the conversation."""

from collections.abc import Mapping
from typing import Any

from router import loads, timeline
from router.bots.duty import given_to_people
from router.commands.done import Done, Refused, with_conversation
from router.timeline import Draft
from router.work import Work
from shared.collections import AGENTS, CONVERSATIONS, LINES, TEAMS
from shared.commands import Assign
from shared.ids import AgentId, TeamId
from shared.model.content import Content
from shared.model.conversation import Conversation
from shared.model.message import Direction
from shared.model.people import Actor, ActorKind, Agent, Role
from shared.model.queueing import Assignment, OverCapacity
from shared.policies.queueing import capacity_of, queueing_of, weight_of

_LEADING = frozenset({Role.SUPERVISOR, Role.ADMIN})
_MOST_PASSED = 20


async def assign(work: Work, conversation: Conversation, command: Assign) -> Done:
    """Give it to an agent, a team or a line, or back to the queue."""
    _require_timely(work, conversation, command)
    team_id = conversation.team_id if command.keep_team else command.team_id
    line = command.line or conversation.line
    _require_known(work, conversation, team_id, line)
    agent = await _agent(work, command.agent_id)
    moved = (command.agent_id, team_id, line) != (
        conversation.assignee_id,
        conversation.team_id,
        conversation.line,
    )
    if agent is not None and agent.id != conversation.assignee_id:
        await _require_room(work, conversation, agent, command.actor)
    conversation = _noted(work, conversation, command)
    if not moved:
        return with_conversation(conversation, changed=bool(command.note.strip()))
    after = give(
        work,
        conversation,
        command.agent_id,
        agent.name if agent is not None else None,
        team_id,
        command.actor,
        line=line,
        cause=command.cause,
        cause_values=command.cause_values,
        passed=command.passed,
    )
    details = {"agent_id": command.agent_id, "team_id": team_id, "cause": command.cause}
    return with_conversation(after, details=details)


def give(
    work: Work,
    conversation: Conversation,
    agent_id: str | None,
    agent_name: str | None,
    team_id: TeamId | None,
    actor: Actor,
    *,
    line: str | None = None,
    cause: str | None = None,
    cause_values: Mapping[str, str] | None = None,
    passed: bool = False,
) -> Conversation:
    """Change who holds it, with its line that says why. ``passed``: whoever held it is not to get
    it again at once, as is so for those who give back themselves."""
    conversation = work.unit.fresh(CONVERSATIONS, conversation)
    passed = passed or (agent_id is None and actor.id == conversation.assignee_id)
    fields: dict[str, Any] = {
        "assignee_id": AgentId(agent_id) if agent_id else None,
        "assignee_name": agent_name if agent_id else None,
        "team_id": team_id,
        "line": line or conversation.line,
        "assigned_at": work.now if agent_id else None,
        # A bot that held it does so no longer once a person does.
        "bot_id": None if agent_id else conversation.bot_id,
        "assignment": _assignment(work, conversation, agent_id, cause, passed=passed),
    }
    if agent_id and conversation.bot_id:
        fields["bots"] = given_to_people(conversation, work.now)
    after = timeline.change(work, conversation, "assign", fields, actor)
    nobody = agent_id is None and (team_id is None or team_id == conversation.team_id)
    details = {
        **{f"cause.{name}": value for name, value in (cause_values or {}).items()},
        "agent_id": agent_id,
        "agent_name": agent_name,
        "team_id": team_id,
        "team": name_of_team(work, team_id),
        "line": line if line != conversation.line else None,
        "cause": cause,
        "by": actor.name,
    }
    return timeline.line(work, after, "unassigned" if nobody else "assigned", actor, details)


def _assignment(
    work: Work, conversation: Conversation, agent_id: str | None, cause: str | None, *, passed: bool
) -> Assignment:
    """What the conversation keeps of who held it."""
    kept, before = conversation.assignment, conversation.assignee_id
    fields: dict[str, object] = {"cause": cause}
    if passed and before is not None:
        others = (one for one in kept.passed_by if one != before)
        fields["passed_by"] = (*others, before)[-_MOST_PASSED:]
    if agent_id is not None:
        fields["last_agent_id"] = AgentId(agent_id)
        queueing = queueing_of(work.policy.book)
        fields["weight"] = weight_of(queueing, conversation.channel_type)
    elif before is not None:
        fields |= {"last_agent_id": before, "returned_at": work.now}
    return kept.model_copy(update=fields)


def _require_timely(work: Work, conversation: Conversation, command: Assign) -> None:
    """Whoever decided did so a moment ago, and by what is still so. Raises ``Refused``."""
    if command.valid_until is not None and work.now > command.valid_until:
        raise Refused("this was decided too long ago", field="valid_until")
    if command.seen is not None and not command.seen.still(conversation):
        raise Refused("the conversation is another by now", field="seen")


def _require_known(
    work: Work, conversation: Conversation, team_id: TeamId | None, line: str | None
) -> None:
    """The team and line are there, where it did not stand there before. Raises ``Refused``."""
    require_team(work, conversation, team_id)
    known = work.policy.book.get(LINES, line)
    if line is not None and line != conversation.line and known is None:
        raise Refused(f"there is no such line: {line}", code=422, field="line")


def require_team(work: Work, conversation: Conversation, team_id: TeamId | None) -> None:
    """The team is there, where it is another than the conversation's. Raises ``Refused``."""
    known = work.policy.book.get(TEAMS, team_id)
    if team_id is not None and team_id != conversation.team_id and known is None:
        raise Refused(f"there is no such team: {team_id}", code=422, field="team_id")


async def _agent(work: Work, agent_id: str | None) -> Agent | None:
    if agent_id is None:
        return None
    agent = await work.unit.get(AGENTS, agent_id)
    if agent is None or not agent.active:
        raise Refused("there is no such agent", code=422, field="agent_id")
    return agent


async def _require_room(work: Work, conversation: Conversation, agent: Agent, actor: Actor) -> None:
    """It fits the agent, or whoever gives it may give more than fits. Raises ``Refused``."""
    queueing = queueing_of(work.policy.book)
    if not queueing.assignment:
        return
    weight = weight_of(queueing, conversation.channel_type)
    if await loads.room_for(work, agent, weight) >= 0:
        return
    if await _may_exceed(work, queueing.over_capacity, actor):
        return
    capacity = capacity_of(queueing, agent.duties)
    raise Refused(f"{agent.name} has no room: {capacity} fits, and no more", field="agent_id")


async def _may_exceed(work: Work, rule: OverCapacity, actor: Actor) -> bool:
    if actor.kind is not ActorKind.AGENT or rule is OverCapacity.NOBODY:
        return False
    return rule is OverCapacity.EVERYBODY or await leads(work, actor)


async def leads(work: Work, actor: Actor) -> bool:
    """Whether it is a supervisor or an admin. Raises ``Unavailable``."""
    if actor.kind is not ActorKind.AGENT or actor.id is None:
        return False
    agent = await work.unit.get(AGENTS, actor.id)
    return agent is not None and agent.active and agent.role in _LEADING


def _noted(work: Work, conversation: Conversation, command: Assign) -> Conversation:
    """The conversation with the note for whoever gets it."""
    if not command.note.strip():
        return conversation
    draft = Draft(
        direction=Direction.NOTE,
        author=command.actor,
        at=work.now,
        content=Content(text=command.note),
    )
    return timeline.append(work, conversation, draft)[1]


def name_of_team(work: Work, team_id: TeamId | None) -> str | None:
    """What the team is called."""
    team = work.policy.book.get(TEAMS, team_id)
    return team.name if team is not None else None


async def require_may_answer(work: Work, conversation: Conversation, actor: Actor) -> None:
    """Raises ``Refused`` where only assignees answer and this is another agent."""
    strict = queueing_of(work.policy.book).only_assignee_replies
    holder = conversation.assignee_id
    if not strict or actor.kind is not ActorKind.AGENT or holder in (None, actor.id):
        return
    if not await leads(work, actor):
        name = conversation.assignee_name or "somebody else"
        raise Refused(f"{name} holds this conversation; take it first", code=403)


async def taken_by_reply(work: Work, conversation: Conversation, actor: Actor) -> Conversation:
    """The conversation once somebody answers it: whoever answers what nobody holds gets it, if it
    fits. Raises ``Refused`` where only assignees answer and this is none."""
    queueing = queueing_of(work.policy.book)
    strict = queueing.only_assignee_replies and actor.kind is ActorKind.AGENT
    if conversation.assignee_id is not None:
        await require_may_answer(work, conversation, actor)
        return conversation
    if not work.policy.assign_on_reply or actor.kind is not ActorKind.AGENT or actor.id is None:
        return conversation
    agent = await work.unit.get(AGENTS, actor.id)
    if agent is not None:
        try:
            await _require_room(work, conversation, agent, actor)
        except Refused:
            if strict:
                raise
            return conversation
    return give(work, conversation, actor.id, actor.name, conversation.team_id, actor)
