"""Commands about messages: writing, taking back, changing."""

from typing import ClassVar

from pydantic import Field

from shared.commands.base import Command
from shared.ids import MessageId
from shared.model.agent_draft import DraftUse
from shared.model.base import Utc
from shared.model.canned_reply import CannedUse
from shared.model.content import Attachment, Block, ButtonRow, EmailFields, Mention, Span
from shared.model.template import TemplateRef


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
    seen: int | None = Field(default=None, ge=0)
    """Of a bot: the ``seq`` of the customer's message that it answers. Later ones still wait."""
    canned: CannedUse | None = None
    """The canned reply that it is: without a text the router fills it in, and with one it makes
    sure that the text keeps to its rules."""
    fill: bool = False
    """The text has variables, which the router fills in."""
    bulk_id: str | None = Field(default=None, max_length=100)
    """It is one of many: whoever wrote it does not take the conversation by that."""
    recall: bool = False
    """Scheduled: take it back if the customer writes before it is sent."""
    draft: DraftUse | None = None
    """The author's draft that it is: emptied with it, and refused if it was sent already."""


class Note(Command):
    """Write to the colleagues only."""

    kind: ClassVar[str] = "command.note"

    text: str = Field(default="", max_length=100_000)
    attachments: tuple[Attachment, ...] = Field(default=(), max_length=50)
    mentions: tuple[Mention, ...] = Field(default=(), max_length=50)
    """Colleagues and teams who are to be told of it."""
    draft: DraftUse | None = None
    """As of a reply."""


class Cancel(Command):
    """Take back a reply that has not left yet."""

    kind: ClassVar[str] = "command.cancel"

    message_id: MessageId


class Reschedule(Command):
    """Another time, or another text, for a scheduled reply that has not left yet."""

    kind: ClassVar[str] = "command.reschedule"

    message_id: MessageId
    send_at: Utc | None = None
    text: str | None = Field(default=None, min_length=1, max_length=100_000)
    recall: bool | None = None


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
    mentions: tuple[Mention, ...] | None = Field(default=None, max_length=50)
    """Of a note: whom it names from now on; None: those whom it named."""


class DeleteMessage(Command):
    """Delete a message that was sent, where the channel can; or a note."""

    kind: ClassVar[str] = "command.delete"

    message_id: MessageId


class React(Command):
    """Set (or with None remove) our reaction on a customer's message."""

    kind: ClassVar[str] = "command.react"

    message_id: MessageId
    emoji: str | None = Field(default=None, max_length=16)
