"""Who holds the conversation."""

from typing import Any

from router import timeline
from router.bots.handing import given_to_people
from router.commands.done import Done, Refused, with_conversation
from router.work import Work
from shared.collections import AGENTS
from shared.commands import Assign
from shared.ids import AgentId, TeamId
from shared.model.conversation import Conversation
from shared.model.people import Actor, ActorKind


async def assign(work: Work, conversation: Conversation, command: Assign) -> Done:
    """Give it to an agent or a team, or back to the queue."""
    name = None
    if command.agent_id is not None:
        agent = await work.unit.get(AGENTS, command.agent_id)
        if agent is None or not agent.active:
            raise Refused("there is no such agent", code=422, field="agent_id")
        name = agent.name
    same = command.agent_id == conversation.assignee_id and command.team_id == conversation.team_id
    if same:
        return with_conversation(conversation, changed=False)
    after = give(work, conversation, command.agent_id, name, command.team_id, command.actor)
    return with_conversation(
        after, details={"agent_id": command.agent_id, "team_id": command.team_id}
    )


def give(
    work: Work,
    conversation: Conversation,
    agent_id: str | None,
    agent_name: str | None,
    team_id: TeamId | None,
    actor: Actor,
) -> Conversation:
    """Change who holds it, with its line."""
    fields: dict[str, Any] = {
        "assignee_id": AgentId(agent_id) if agent_id else None,
        "assignee_name": agent_name if agent_id else None,
        "team_id": team_id,
        "assigned_at": work.now if agent_id else None,
        # A bot that held it does so no longer once a person does.
        "bot_id": None if agent_id else conversation.bot_id,
    }
    if agent_id and conversation.bot_id:
        fields["bots"] = given_to_people(conversation, work.now)
    after = timeline.change(work, conversation, "assign", fields, actor)
    nobody = agent_id is None and team_id is None
    details = {
        "agent_id": agent_id,
        "agent_name": agent_name,
        "team_id": team_id,
        "by": actor.name,
    }
    return timeline.line(work, after, "unassigned" if nobody else "assigned", actor, details)


def is_taken_by_reply(work: Work, conversation: Conversation, actor: Actor) -> bool:
    """Whether whoever answers gets the conversation by that."""
    return (
        work.policy.assign_on_reply
        and actor.kind is ActorKind.AGENT
        and actor.id is not None
        and conversation.assignee_id is None
    )
