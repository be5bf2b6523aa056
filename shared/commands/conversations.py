"""Commands about a conversation: who holds it, where it stands, what is said of it."""

from typing import ClassVar

from pydantic import Field

from shared.commands.base import Command
from shared.ids import AgentId, TeamId
from shared.model.base import Utc
from shared.model.conversation import PendingFor, Priority


class Assign(Command):
    """Give the conversation to an agent, a team, or (both None) back to the queue."""

    kind: ClassVar[str] = "command.assign"

    agent_id: AgentId | None = None
    agent_name: str | None = None
    team_id: TeamId | None = None


class Resolve(Command):
    """The case is done."""

    kind: ClassVar[str] = "command.resolve"


class Reopen(Command):
    """The case is not done after all."""

    kind: ClassVar[str] = "command.reopen"


class Pend(Command):
    """The case waits for somebody."""

    kind: ClassVar[str] = "command.pend"

    waits_for: PendingFor


class Snooze(Command):
    """Out of sight until a time, or until the customer writes."""

    kind: ClassVar[str] = "command.snooze"

    until: Utc


class SetPriority(Command):
    """How soon it wants an answer."""

    kind: ClassVar[str] = "command.priority"

    priority: Priority


class SetLabels(Command):
    """Add and remove labels."""

    kind: ClassVar[str] = "command.labels"

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


class MarkRead(Command):
    """An agent has read it up to a message's ``seq``."""

    kind: ClassVar[str] = "command.read"

    up_to: int = Field(ge=0)


class HandOff(Command):
    """A bot gives the conversation to people, with what it collected."""

    kind: ClassVar[str] = "command.hand_off"

    reason: str = Field(default="", max_length=2000)
    collected: dict[str, str] = Field(default_factory=dict)
    topic: str | None = Field(default=None, max_length=100)
    """What it is about, by the id of a topic; one that there is not is told and changes nothing."""
    team_id: TeamId | None = None
    """Which team is to answer."""


class Wake(Command):
    """A timer fired: end the snooze that it belongs to."""

    kind: ClassVar[str] = "command.wake"

    timer_id: str
    due_at: Utc
