"""The hub's own bookkeeping: leases, logs, outcomes, dead letters, sessions and counters."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field

from shared.ids import AgentId, ChannelId, CommandId, ConversationId, MessageId, PartId, Partition
from shared.model.base import Utc
from shared.model.delivery import Delivery, Failure
from shared.model.people import Actor, Role
from shared.ports.store import Document


class Lease(Document):
    """Who may write something until when. ``id`` says what: ``partition/p03``, ``pull/<channel>``.

    Whoever claims it raises ``epoch``; whatever the holder writes carries the epoch as a condition.
    """

    owner: str
    epoch: int
    until: Utc
    seq: int = 0
    """Of a partition: the number of the last event; every commit is conditional on it."""
    published_seq: int = 0
    """Of a partition: events up to here are known to be published."""


class Member(Document):
    """A living process of a service; it writes ``until`` anew while it lives."""

    service: str
    until: Utc


class LoggedEvent(Document):
    """An event in the log. ``id`` is ``"<partition>-<seq>"``, zero-padded."""

    partition: Partition
    seq: int
    at: Utc
    routing_key: str
    envelope: str
    """The JSON text that goes onto the bus: written once, and not looked into by the store."""


class SeenEvent(Document):
    """An inbound event that was handled. ``id`` is ``"<channel id>\\n<event key>"``."""

    at: Utc
    message_id: MessageId | None = None


class ExternalRef(Document):
    """Which message a platform's id belongs to; ``id`` is made by ``external_ref_id``."""

    message_id: MessageId
    conversation_id: ConversationId
    part_id: PartId | None = None


def external_ref_id(channel_id: ChannelId, thread: str, external_id: str) -> str:
    """Platforms number messages per chat or per account: the thread is part of the key."""
    return f"{channel_id}\n{thread}\n{external_id}"


class ParkedReceipt(Document):
    """A receipt that came before we know its message."""

    channel_id: ChannelId
    ref_id: str
    """As made by ``external_ref_id``."""
    state: Delivery
    failure: Failure | None = None
    at: Utc


class OutcomeStatus(StrEnum):
    """What became of a command."""

    DONE = "done"
    REFUSED = "refused"


class Outcome(Document):
    """What became of a command; ``id`` is the command's. A repeat gets the same."""

    id: CommandId
    status: OutcomeStatus
    reason: str | None = None
    """Why it was refused, for its author."""
    reason_code: str | None = None
    """The same as a stable word, where it is a reason of ``shared.delivery.reasons``."""
    reason_values: dict[str, str] = Field(default_factory=dict)
    field: str | None = None
    code: int = 200
    """The HTTP status that says the same."""
    conversation_id: ConversationId | None = None
    result: dict[str, Any] = Field(default_factory=dict)
    """``{"message": ...}`` of a reply or note, ``{"conversation": ...}`` of the others."""
    at: Utc


class Start(Document):
    """How often the handling of a redelivered item was begun alone; ``id`` is the item's."""

    count: int
    at: Utc


class AuditEntry(Document):
    """Who changed what, written in the same commit as the change."""

    actor: Actor
    action: str
    target: str
    """The id of what was changed."""
    conversation_id: ConversationId | None = None
    details: dict[str, Any] = Field(default_factory=dict)
    at: Utc


class Timer(Document):
    """Something that is to happen; a sweep turns it into a command with id ``<id>/<due_at>``."""

    kind: str
    """``wake`` ends a snooze."""
    conversation_id: ConversationId
    due_at: Utc


class Counter(Document):
    """How many conversations there are of a kind, kept per partition and summed when read."""

    key: str
    partition: Partition
    value: int = 0


class NumberSeries(Document):
    """Numbers that are given out in their order; ``id`` says to what."""

    next: int
    """The first that nobody has reserved yet."""


class DeadLetterState(StrEnum):
    """Whether somebody has dealt with it."""

    OPEN = "open"
    REPLAYED = "replayed"
    DROPPED = "dropped"


class DeadLetter(Document):
    """An item that could not be handled, with its cause; or a payload in quarantine."""

    source: str
    """``intake/<channel id>``, ``router/p03``, ``dispatch/<channel id>`` ..."""
    queue: str | None = None
    reason: str
    channel_id: ChannelId | None = None
    conversation_id: ConversationId | None = None
    envelope: dict[str, Any] | None = None
    raw_base64: str | None = None
    """The bytes as they came, when they are few; otherwise ``raw_blob_id``."""
    raw_blob_id: str | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    state: DeadLetterState = DeadLetterState.OPEN
    asked_at: Utc | None = None
    """Somebody asked to have these bytes parsed again; the channel's connector has yet to do it."""
    at: Utc
    closed_at: Utc | None = None
    closed_by: Actor | None = None


class Cursor(Document):
    """Where a pull loop goes on; ``id`` is the channel's. Written with the lease's epoch
    checked."""

    value: str
    at: Utc


class ChannelHealth(Document):
    """What a channel last did; ``id`` is the channel's. Written at most every few seconds."""

    last_in_at: Utc | None = None
    last_out_at: Utc | None = None
    last_error: str | None = None
    last_error_at: Utc | None = None
    lag_s: float | None = None
    """How long after it happened the last message of a customer was on the bus."""
    waiting: int = 0
    """Parts that are not sent yet, those for later and those on hold included."""
    waiting_since: Utc | None = None
    """When the longest waiting of those that could go now was due."""


class ChannelHour(Document):
    """What a channel carried in one hour: counted up by every process that serves it.

    ``id`` is made by ``channel_hour_id``. After a crash some may be missing, after an unclear
    commit some may be counted twice: these are figures to look at, not the truth.
    """

    channel_id: ChannelId
    hour: Utc
    received: int = 0
    """Events of the platform, those in quarantine included."""
    sent: int = 0
    failed: int = 0
    unknown: int = 0
    """Sent perhaps."""
    dead: int = 0
    """Put aside: dead letters and what is in quarantine."""
    timed: int = 0
    """Arrivals of which it is known how late they were."""
    lag_ms: int = 0
    """How late those were, together."""


def channel_hour_id(channel_id: ChannelId, hour: datetime) -> str:
    """The row of the hour that begins then."""
    return f"{channel_id}\n{hour:%Y-%m-%dT%H}"


class Session(Document):
    """A sign-in; ``id`` is the SHA-256 of the cookie's value."""

    agent_id: AgentId
    csrf_hash: str
    created_at: Utc
    seen_at: Utc
    until: Utc
    user_agent: str | None = None


class ApiToken(Document):
    """A program's access; ``id`` is the SHA-256 of the token."""

    name: str
    agent_id: AgentId | None = None
    bot_id: str | None = None
    """Set when it is a bot's, which then acts under this id."""
    role: Role
    created_at: Utc
    created_by: Actor
    used_at: Utc | None = None
    revoked: bool = False


class Bot(Document):
    """A program that reads events and publishes commands; ``id`` is ``bot-<name>``."""

    name: str
    token_hash: str | None = Field(default=None, repr=False)
    on_broker: bool = False
    """It has a user and a queue of its own on the broker."""
    active: bool = True
    created_at: Utc
    version: int = 1


class HubSetting(Document):
    """A setting that admins change while it runs."""

    value: Any
    version: int = 1


class WebhookAttempt(Document):
    """One call of somebody's webhook; ``id`` is ``"<target>/<webhook id>/<attempt>"``."""

    target: str
    """Whose webhook: ``channel/<channel id>``."""
    webhook_id: str
    """What was told, the same on every repeat."""
    kind: str
    """What it told of: ``message``, ``edit`` ..."""
    attempt: int
    at: Utc
    status: int | None = None
    """The HTTP status; None: there was no answer."""
    error: str | None = None
    """Why it does not count as taken; None: it was."""
    next_at: Utc | None = None
    """When it is to be tried again; None: it is not."""
    duration_s: float


class Upload(Document):
    """A file that an agent or customer uploaded and has not sent yet."""

    blob_id: str
    name: str
    mime: str
    size_bytes: int
    voice: bool = False
    """Speech as messengers have it, in Ogg with Opus: it goes as a voice message."""
    by: Actor
    at: Utc
