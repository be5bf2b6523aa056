"""Commands about a conversation: who holds it, where it stands, what is said of it."""

from typing import ClassVar, Self

from pydantic import Field

from shared.commands.base import Command
from shared.ids import AgentId, ConversationId, TeamId
from shared.model.action import Actions
from shared.model.base import Model, Utc
from shared.model.conversation import Conversation, PendingFor, Priority, Status


class Seen(Model):
    """A conversation as somebody saw it who decided who gets it."""

    version: int
    status: Status
    assignee_id: AgentId | None = None
    bot_id: str | None = None
    team_id: TeamId | None = None
    line: str | None = None
    skills: tuple[str, ...] = ()
    language: str | None = None
    unanswered: bool = False
    """The decision stands only while the customer waits for an answer."""

    @classmethod
    def of(cls, conversation: Conversation, *, unanswered: bool = False) -> Self:
        """As it stands."""
        names = cls.model_fields.keys() - {"unanswered"}
        seen = {name: getattr(conversation, name) for name in names}
        return cls(**seen, unanswered=unanswered)

    def still(self, conversation: Conversation) -> bool:
        """Whether what the decision was made by is still so: a message more changes nothing."""
        if self.version == conversation.version:
            return True
        if self.unanswered and conversation.waiting_since is None:
            return False
        now = Seen.of(conversation, unanswered=self.unanswered)
        return now.model_copy(update={"version": self.version}) == self


class Assign(Command):
    """Give the conversation to an agent, a team, or (both None) back to the queue."""

    kind: ClassVar[str] = "command.assign"

    agent_id: AgentId | None = None
    agent_name: str | None = None
    team_id: TeamId | None = None
    keep_team: bool = False
    """It stays with its team, whatever ``team_id`` says."""
    line: str | None = Field(default=None, max_length=100)
    """The line that is to answer; None: as before."""
    note: str = Field(default="", max_length=100_000)
    """For whoever gets it; written into the conversation before."""
    cause: str | None = Field(default=None, max_length=200)
    """Why: a word of the hub's (``sticky``, ``least_loaded`` ...) or one's own words."""
    cause_values: dict[str, str] = Field(default_factory=dict, max_length=20)
    """What the words of the cause are filled with."""
    passed: bool = False
    """Whoever holds it now is not to get it again at once."""
    seen: Seen | None = None
    """Refused when the conversation is another by now."""
    valid_until: Utc | None = None
    """Refused after that."""


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
    colleague_id: AgentId | None = None
    """Of a colleague: which."""
    until: Utc | None = None
    """When the colleague is reminded."""


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


class SetTopic(Command):
    """What it is about."""

    kind: ClassVar[str] = "command.topic"

    topic: str | None = Field(max_length=100)


class Act(Command):
    """Several things at once, in one commit: a macro, or a piece of a bulk request. All of them are
    done, or none."""

    kind: ClassVar[str] = "command.act"

    actions: Actions
    name: str | None = Field(default=None, max_length=100)
    """Of the macro."""
    values: dict[str, str] = Field(default_factory=dict, max_length=50)
    """What the slots of its canned replies are filled with."""
    bulk_id: str | None = Field(default=None, max_length=100)
    """What was before is kept, so that the bulk request can be undone."""


class UndoAct(Command):
    """Put back what a piece of a bulk request has changed, if nobody has changed it since."""

    kind: ClassVar[str] = "command.undo_act"

    step_id: str = Field(max_length=200)
    """The id of the command that did it."""


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


class Merge(Command):
    """The case goes on in another conversation."""

    kind: ClassVar[str] = "command.merge"

    into_id: ConversationId


class Unmerge(Command):
    """The case goes on by itself again."""

    kind: ClassVar[str] = "command.unmerge"


class Wake(Command):
    """A timer fired: end the snooze that it belongs to."""

    kind: ClassVar[str] = "command.wake"

    timer_id: str
    due_at: Utc
