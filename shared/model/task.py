"""Tasks: what one line of support asks of the next, and what a conversation holds of them."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from pydantic import Field

from shared.ids import AgentId, ConversationId, TeamId
from shared.model.base import Model, Utc
from shared.model.people import Actor
from shared.ports.store import Document

PING_PONG_HOPS: Final = 3
"""From so many on a case that comes back to a line is sent to and fro."""


class TaskState(StrEnum):
    """How far it is."""

    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"


class Task(Document):
    """Something that a line is to do for a conversation, which stays with its owner."""

    conversation_id: ConversationId
    line: str
    """Which is asked: ``L2``."""
    from_line: str | None = None
    team_id: TeamId | None = None
    topic: str | None = None
    state: TaskState = TaskState.OPEN
    summary: str
    facts: dict[str, str] = Field(default_factory=dict)
    """What was known when it was asked, by the name of the field."""
    links: tuple[str, ...] = ()
    owner_id: AgentId | None = None
    """Who held the conversation then: told when it is done."""
    owner_name: str | None = None
    assignee_id: AgentId | None = None
    assignee_name: str | None = None
    result: str | None = None
    created_by: Actor
    created_at: Utc
    taken_at: Utc | None = None
    done_at: Utc | None = None
    version: int = 1


class HopKind(StrEnum):
    """Which way a case went."""

    ESCALATED = "escalated"
    RETURNED = "returned"


class Hop(Model):
    """One step of a case from line to line."""

    kind: HopKind
    from_line: str | None
    to_line: str | None
    task_id: str
    by: Actor
    at: Utc


class OpenTask(Model):
    """A task that is not done, as its conversation knows it."""

    task_id: str
    line: str
    assignee_id: AgentId | None = None


class Escalation(Model):
    """Of a conversation: its tasks that are not done, and where it has been."""

    open: tuple[OpenTask, ...] = ()
    hops: tuple[Hop, ...] = ()
    ping_pong: bool = False
    """It is sent to and fro between lines."""


NEVER_ESCALATED: Final = Escalation()


class Awaited(Model):
    """The colleague for whom a pending conversation waits."""

    colleague_id: AgentId
    colleague_name: str
    asked_at: Utc
    until: Utc
    """When the colleague is reminded; after twice that time the case goes back to the queue."""
    reminded_at: Utc | None = None


def is_ping_pong(hops: Sequence[Hop]) -> bool:
    """Whether the newest hop asks a line that was asked before, at the third hop or later. Pure."""
    if len(hops) < PING_PONG_HOPS or hops[-1].kind is not HopKind.ESCALATED:
        return False
    return any(hop.to_line == hops[-1].to_line for hop in hops[:-1])
