"""Commands: what agents, bots and the hub itself ask the router to do.

On the bus a command is an envelope of kind ``command.<name>`` whose id is the command's id: a
repeat with the same id gets the same outcome and does nothing.
"""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from shared.envelope import Envelope
from shared.ids import AgentId, CommandId, ConversationId, MessageId, TeamId, partition_of
from shared.model.base import Model, Utc
from shared.model.content import Attachment, Block, ButtonRow, EmailFields, Span
from shared.model.conversation import PendingFor, Priority
from shared.model.people import Actor
from shared.model.template import TemplateRef
from shared.payload import Payload
from shared.ports.bus import Exchange, Publication
from shared.topology import partition_key


class Command(Model):
    """What every command has. The actor of a bot is replaced by the one the broker checked."""

    kind: ClassVar[str] = ""

    conversation_id: ConversationId
    actor: Actor


class Reply(Command):
    """Answer the customer."""

    kind: ClassVar[str] = "command.reply"

    text: str = Field(default="", max_length=100_000)
    spans: tuple[Span, ...] = ()
    attachments: tuple[Attachment, ...] = Field(default=(), max_length=50)
    blocks: tuple[Block, ...] = Field(default=(), max_length=10)
    buttons: tuple[ButtonRow, ...] = Field(default=(), max_length=20)
    template: TemplateRef | None = None
    """Sent as this template; ``text`` is then what it says, for those who read here."""
    email: EmailFields | None = None
    """Subject and recipients on a channel of mails; what is absent is as in the mail answered."""
    reply_to: MessageId | None = None
    send_at: Utc | None = None
    undo_s: float = Field(default=0, ge=0, le=60)
    """How long it can still be taken back before it leaves."""


class Note(Command):
    """Write to the colleagues only."""

    kind: ClassVar[str] = "command.note"

    text: str = Field(default="", max_length=100_000)
    attachments: tuple[Attachment, ...] = Field(default=(), max_length=50)
    mentions: tuple[AgentId, ...] = ()


class Cancel(Command):
    """Take back a reply that has not left yet."""

    kind: ClassVar[str] = "command.cancel"

    message_id: MessageId


class Resend(Command):
    """Send a failed or unknown message again, as its author decided."""

    kind: ClassVar[str] = "command.resend"

    message_id: MessageId


class Edit(Command):
    """Change a message that was sent, where the channel can."""

    kind: ClassVar[str] = "command.edit"

    message_id: MessageId
    text: str = Field(min_length=1, max_length=100_000)
    spans: tuple[Span, ...] = ()


class DeleteMessage(Command):
    """Delete a message that was sent, where the channel can; or a note."""

    kind: ClassVar[str] = "command.delete"

    message_id: MessageId


class React(Command):
    """Set (or with None remove) our reaction on a customer's message."""

    kind: ClassVar[str] = "command.react"

    message_id: MessageId
    emoji: str | None = Field(default=None, max_length=16)


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


class Wake(Command):
    """A timer fired: end the snooze that it belongs to."""

    kind: ClassVar[str] = "command.wake"

    timer_id: str
    due_at: Utc


COMMANDS: tuple[type[Command], ...] = (
    Reply,
    Note,
    Cancel,
    Resend,
    Edit,
    DeleteMessage,
    React,
    Assign,
    Resolve,
    Reopen,
    Pend,
    Snooze,
    SetPriority,
    SetLabels,
    MarkRead,
    HandOff,
    Wake,
)
HUBS_OWN: tuple[type[Command], ...] = (Wake,)
"""Nobody else may ask for these."""
COMMAND_KINDS: dict[str, type[Command]] = {command.kind: command for command in COMMANDS}


def own_command_id(actor_id: str, given: str) -> CommandId:
    """A command's id on the bus: what its author calls it, under the author's id, so that nobody
    meets another's."""
    return CommandId(f"{actor_id}.{given}")


def publication(
    command: Command, command_id: CommandId, *, at: datetime, source: str, trace_id: str
) -> Publication:
    """A command on its way to the partition of its conversation. Raises ``ValueError`` on a bad
    id."""
    partition = partition_of(command.conversation_id)
    envelope = Envelope(
        id=command_id,
        kind=command.kind,
        at=at,
        partition=partition,
        source=source,
        trace_id=trace_id,
        payload=Payload.of(command),
    )
    return Publication(Exchange.COMMANDS, partition_key(partition), envelope)
