"""Outbound delivery: receipts, their order, and the parts that are sent."""

from enum import StrEnum

from pydantic import Field

from shared.ids import ChannelId, ConversationId, ExternalId, MessageId, PartId
from shared.model.base import Model, Utc
from shared.model.content import Content
from shared.ports.store import Document


class Delivery(StrEnum):
    """How far an outbound message or part has come.

    Moves forward only: queued < sending < unknown < sent < delivered < read. ``failed`` is taken
    only before delivered; ``unknown`` may become anything later; ``held`` waits behind a failed
    part of its own message; ``cancelled`` was taken back before it was sent.
    """

    QUEUED = "queued"
    SENDING = "sending"
    HELD = "held"
    UNKNOWN = "unknown"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    CANCELLED = "cancelled"


_RANK = {
    Delivery.QUEUED: 0,
    Delivery.HELD: 0,
    Delivery.SENDING: 1,
    Delivery.UNKNOWN: 2,
    Delivery.SENT: 3,
    Delivery.DELIVERED: 4,
    Delivery.READ: 5,
}
FINAL = frozenset(
    {
        Delivery.UNKNOWN,
        Delivery.SENT,
        Delivery.DELIVERED,
        Delivery.READ,
        Delivery.FAILED,
        Delivery.CANCELLED,
    }
)
"""States in which nothing more is ours to do."""
SENT_STATES = frozenset({Delivery.SENT, Delivery.DELIVERED, Delivery.READ})
"""The platform has it."""


def advance(current: Delivery, news: Delivery) -> Delivery:
    """The state after ``news``: receipts may come twice and in any order, and never move it
    back."""
    if news is current:
        return current
    if current is Delivery.CANCELLED:
        # What the platform says it has was sent, whatever we thought.
        return news if news in SENT_STATES else current
    if news is Delivery.FAILED:
        return current if current in {Delivery.DELIVERED, Delivery.READ} else news
    if current is Delivery.FAILED:
        return news if news in {Delivery.DELIVERED, Delivery.READ} else current
    if news is Delivery.CANCELLED:
        return news if current in {Delivery.QUEUED, Delivery.HELD} else current
    if news is Delivery.HELD:
        return news if current is Delivery.QUEUED else current
    return news if _RANK[news] > _RANK[current] else current


class FailureKind(StrEnum):
    """What can be done about a failure."""

    REJECTED = "rejected"
    WINDOW_CLOSED = "window_closed"
    CONTACT_GONE = "contact_gone"
    CHANNEL_BROKEN = "channel_broken"
    DEADLINE = "deadline"
    UNKNOWN = "unknown"
    INTERNAL = "internal"


class Failure(Model):
    """Why something was not sent, in words for the agent."""

    kind: FailureKind
    reason: str
    code: str | None = None
    """The reason as a stable word, where it is one of ours: ``shared.delivery.reasons``."""
    values: dict[str, str] = Field(default_factory=dict)
    """What the reason's words name, such as a size."""


class PartDelivery(Model):
    """How far one part of a message has come, as shown with the message."""

    index: int
    state: Delivery
    external_ids: tuple[ExternalId, ...] = ()
    failure: Failure | None = None
    at: Utc


class Part(Document):
    """What one call to the platform sends; the dispatcher's row.

    The router writes it with the message; the dispatcher that holds the channel's lease moves it on
    by conditional updates of ``state`` and ``attempt``.
    """

    id: PartId
    channel_id: ChannelId
    thread: ExternalId
    conversation_id: ConversationId
    message_id: MessageId
    kind: str = "send"
    """``send``, ``edit``, ``delete`` or ``reaction``."""
    target_external_id: ExternalId | None = None
    """The message that is edited, deleted, answered with a reaction."""
    index: int = 0
    total: int = 1
    order: int
    """Ascending within the thread: parts leave in this order."""
    content: Content
    written: Content | None = None
    """Of an edit that had to be degraded: as it was written."""
    reply_external_id: ExternalId | None = None
    context: dict[str, str] = Field(default_factory=dict)
    """What the connector needs to address the thread (business connection, topic ...)."""
    automatic: bool = False
    """A program wrote it, not a person: channels mark it so that machines do not answer it."""
    planned: bool = False
    """The dispatcher has degraded and split it; before that a message is one unplanned part."""
    state: Delivery = Delivery.QUEUED
    open: bool = True
    """Not in a final state; the dispatcher's index."""
    attempt: int = 0
    due_at: Utc
    deadline_at: Utc
    scheduled: bool = False
    """Sent later on purpose: does not hold up the parts behind it."""
    external_ids: tuple[ExternalId, ...] = ()
    failure: Failure | None = None
    unreported: bool = False
    """Its last change has not been published to the router yet."""
    created_at: Utc
    changed_at: Utc
