"""Messages: inbound, outbound, notes and system lines of a conversation."""

from enum import StrEnum
from typing import Any

from pydantic import Field

from shared.ids import ChannelId, ConversationId, EventKey, ExternalId, MessageId
from shared.model.base import Model, Utc
from shared.model.content import Content
from shared.model.delivery import Delivery, Failure, PartDelivery
from shared.model.people import Actor
from shared.ports.store import Document


class Direction(StrEnum):
    """Where a message came from and who sees it."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    NOTE = "note"
    """Only for agents; never leaves by a channel."""
    SYSTEM = "system"
    """A line that tells what happened: assigned, resolved, a gap."""


class Reaction(Model):
    """One emoji and who set it."""

    emoji: str
    by: Actor


class Revision(Model):
    """What a message said before an edit."""

    content: Content
    until: Utc


class SystemLine(Model):
    """A system message: a stable word and its values; the screen puts it into the reader's
    words."""

    name: str
    """``assigned``, ``resolved``, ``reopened``, ``snoozed``, ``priority``, ``labels``, ``gap``
    ..."""
    details: dict[str, str] = Field(default_factory=dict)


class Message(Document):
    """One message of a conversation.

    ``seq`` ascends within the conversation in the order of acceptance; the screen sorts by
    ``sort``, which follows the platform's own sequence where it gives one.
    """

    id: MessageId
    conversation_id: ConversationId
    channel_id: ChannelId
    seq: int
    sort: str
    """Sorts the messages of a conversation; ``<place>`` of the platform's order, then ``seq``."""
    direction: Direction
    author: Actor
    automatic: bool = False
    """Of an inbound one: a machine wrote it, and none of ours answers."""
    content: Content = Field(default_factory=Content)
    system: SystemLine | None = None
    at: Utc
    """When it happened, by the platform's clock if it tells."""
    accepted_at: Utc
    late: bool = False
    """It came after messages that follow it."""
    external_ids: tuple[ExternalId, ...] = ()
    event_key: EventKey | None = None
    raw: dict[str, Any] | None = None
    """The platform's own payload, when small and not understood."""
    raw_blob_id: str | None = None
    delivery: Delivery | None = None
    """Of an outbound message: the least advanced of its parts."""
    parts: tuple[PartDelivery, ...] = ()
    failure: Failure | None = None
    send_at: Utc | None = None
    """When an outbound message leaves at the earliest; until then it can be taken back."""
    canned_reply_id: str | None = None
    """The canned reply that it was made of."""
    reactions: tuple[Reaction, ...] = ()
    revisions: tuple[Revision, ...] = ()
    edited_at: Utc | None = None
    deleted_at: Utc | None = None
    muted: bool = False
    """Of a blocked contact: kept, and nobody is called for it."""
    pressed: tuple[str, ...] = ()
    """Values of the buttons that were pressed."""
    version: int = 1
