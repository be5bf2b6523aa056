"""How much each agent holds: whether more fits, and the figure that is kept with every change.

The figure is written in the commit that changes who holds what, under the condition that nobody has
changed it meanwhile: two partitions never give an agent more than fits.
"""

from router import people, timeline
from router.happening import Change, Happening
from router.work import Work
from shared.collections import AGENT_LOADS, AGENTS
from shared.model.conversation import Conversation, Status
from shared.model.people import Agent
from shared.model.queueing import AgentLoad
from shared.policies.queueing import capacity_of, queueing_of

_COUNTED = frozenset({Status.OPEN, Status.PENDING})


def held(conversation: Conversation | None) -> tuple[str, int] | None:
    """Who holds it and how much of their capacity it takes; None where it takes nobody's."""
    if (
        conversation is None
        or conversation.assignee_id is None
        or conversation.status not in _COUNTED
        or conversation.merged_into is not None
    ):
        return None
    return conversation.assignee_id, conversation.assignment.weight


async def room_for(work: Work, agent: Agent, weight: int) -> int:
    """How much of the agent's capacity is left once the weight is added: below zero, it does not
    fit. Raises ``Unavailable``."""
    load = await work.unit.get(AGENT_LOADS, agent.id)
    capacity = capacity_of(queueing_of(work.policy.book), agent.duties)
    return capacity - (load.weight if load is not None else 0) - weight


async def carry(work: Work, happening: Happening) -> None:
    """A consequence: keep the figures, and give back to the queue what has come back to an agent
    for whom it is too much. Raises ``Unavailable``."""
    for change in happening.changes:
        before, after = held(change.before), held(change.after)
        if before == after:
            continue
        if await _is_too_much(work, change):
            after = held(_return(work, change.after))
        if before is not None:
            await _add(work, before[0], -before[1], -1)
        if after is not None:
            await _add(work, after[0], after[1], 1)


async def _is_too_much(work: Work, change: Change) -> bool:
    """Whether a case that is open again stands with somebody who cannot have it."""
    now = held(change.after)
    same = change.before is not None and change.before.assignee_id == change.after.assignee_id
    if now is None or not same or held(change.before) is not None:
        return False
    agent = await work.unit.get(AGENTS, now[0])
    if agent is None or not agent.active:
        return True
    return queueing_of(work.policy.book).assignment and await room_for(work, agent, now[1]) < 0


def _return(work: Work, conversation: Conversation) -> Conversation:
    fields = {
        "assignee_id": None,
        "assignee_name": None,
        "assigned_at": None,
        "assignment": conversation.assignment.model_copy(
            update={"last_agent_id": conversation.assignee_id, "cause": "no_room"}
        ),
    }
    after = timeline.change(work, conversation, "assign", fields, people.SYSTEM)
    return timeline.line(work, after, "unassigned", people.SYSTEM, {"cause": "no_room"})


async def _add(work: Work, agent_id: str, weight: int, conversations: int) -> None:
    load = await work.unit.get(AGENT_LOADS, agent_id)
    if load is None:
        load = AgentLoad(id=agent_id, version=0)
    # What was given before figures were kept may end now.
    fields = {
        "weight": max(0, load.weight + weight),
        "conversations": max(0, load.conversations + conversations),
    }
    work.unit.revise(AGENT_LOADS, load, fields)
