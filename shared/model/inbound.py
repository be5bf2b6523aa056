"""What connectors publish: one event of a platform, normalised, and receipts of what was sent."""

from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from shared.ids import ChannelId, ChannelType, EventKey, ExternalId, MessageId, PartId
from shared.model.base import Model, Utc
from shared.model.content import Action, Attachment, Content, Entry
from shared.model.delivery import Delivery, Failure
from shared.model.people import Participant


class InboundKind(StrEnum):
    """What happened on the platform."""

    MESSAGE = "message"
    EDIT = "edit"
    DELETE = "delete"
    REACTION = "reaction"
    ACTION = "action"
    """A button was pressed."""
    READ = "read"
    """The customer read up to ``target_external_id`` (or everything)."""
    CONTACT = "contact"
    """The person changed: blocked or unblocked us, new name."""
    THREAD = "thread"
    """The thread changed: renamed id, title, members."""
    ACCOUNT = "account"
    """The channel's own account changed."""
    MEDIA = "media"
    """The bytes of an attachment arrived, or never will."""
    PRESENCE = "presence"
    """The customer came to the chat or left it, as ``present`` says."""
    UNSUPPORTED = "unsupported"


class Origin(StrEnum):
    """Who is behind an event."""

    USER = "user"
    AGENT_APP = "agent_app"
    """Somebody answered in the platform's own app."""
    ECHO = "echo"
    """Our own message coming back."""
    BOT = "bot"
    SYSTEM = "system"


class Clue(Model):
    """What may tell which thread an item belongs to, where the platform has no name for threads."""

    name: ExternalId | None = None
    """A name that a thread may be known by: the id of a message that is answered."""
    message_id: MessageId | None = None
    """One of our messages, named under our own signature."""
    trust: Literal["anyone", "participant", "customer"] = "participant"
    """Whose item may join a thread by it; others may have copied it from somewhere."""


class ThreadRef(Model):
    """Where it happened."""

    external_id: ExternalId
    partition_key: str
    """Items with the same key are handled one after another: the chat, peer or user."""
    kind: Literal["private", "group", "channel", "email", "topic"] = "private"
    title: str | None = None
    context: dict[str, str] = Field(default_factory=dict)
    """What the connector needs to answer there; merged into the conversation's."""
    secrets: dict[str, str] = Field(default_factory=dict)
    """What nobody may read who reads conversations; kept with the thread, and shown nowhere."""
    renamed_from: ExternalId | None = None
    clues: tuple[Clue, ...] = ()
    """Best first: the first that names a thread which the author may join decides, and
    ``external_id`` becomes one more name of it."""
    names: tuple[ExternalId, ...] = ()
    """Further names that later clues may use."""
    aliases: tuple[ExternalId, ...] = ()
    """Other names of the same place: an event that tells only one of them finds it."""


class Inbound(Model):
    """One event of a platform. Idempotent by (``channel_id``, ``event_key``)."""

    schema_version: int = 1
    channel_id: ChannelId
    channel_type: ChannelType
    event_key: EventKey
    kind: InboundKind
    origin: Origin = Origin.USER
    thread: ThreadRef
    author: Participant | None = None
    participants: tuple[Participant, ...] = ()
    external_id: ExternalId | None = None
    """The message's own id on the platform."""
    place: str | None = None
    """Where it stands in the thread by the platform's sequence: sorts as text (zero-padded)."""
    content: Content = Field(default_factory=Content)
    target_external_id: ExternalId | None = None
    """The message that is edited, deleted, reacted to, read, or whose button was pressed."""
    reactions_new: tuple[str, ...] = ()
    reactions_old: tuple[str, ...] = ()
    edit_hidden: bool = False
    """The platform says the visible content may be unchanged: compare before showing an edit."""
    part_id: PartId | None = None
    """Of an echo: the part that it repeats, if the platform tells."""
    reachable: bool | None = None
    present: bool | None = None
    reason: str | None = None
    service: str | None = None
    entry: Entry | None = None
    media: Attachment | None = None
    """Of kind MEDIA: the attachment with its new state; ``target_message_id`` names the message."""
    target_message_id: MessageId | None = None
    occurred_at: Utc
    received_at: Utc
    raw: dict[str, Any] | None = None
    """The platform's payload as parsed, secrets removed."""
    raw_blob_id: str | None = None
    truncated: bool = False
    history: bool = False
    """It happened before the account came to the hub: stored, and nobody is waiting for it."""

    def pressed(self) -> Action | None:
        """The pressed button of an ACTION."""
        return self.content.action


class Receipt(Model):
    """News of something we sent: from the dispatcher or, later, from the platform.

    Addressed by ``part_id`` or, when the platform names only its own id, by ``external_id``.
    """

    channel_id: ChannelId
    thread: ExternalId
    state: Delivery
    part_id: PartId | None = None
    message_id: MessageId | None = None
    index: int = 0
    total: int | None = None
    """How many parts the message has, once planned."""
    external_ids: tuple[ExternalId, ...] = ()
    up_to: bool = False
    """Everything sent before it has at least this state too (read marks)."""
    failure: Failure | None = None
    new_thread: ExternalId | None = None
    """The platform renamed the thread while we sent."""
    raw: dict[str, Any] | None = None
    """What the platform tells beside the state, such as what it charges."""
    at: Utc
