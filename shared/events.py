"""Events: what happened. The router numbers those of a partition by its seq and keeps them 7 days.

On the bus an event is an envelope of kind ``event.<name>``, published on ``hub.events`` with
routing key ``<name>.<channel type>.<channel id>``, where the name's own dots become dashes. The
outcome of a bot's command has the bot's id behind it, so that the bot can be told of it alone.
The envelope's fields ``partition`` and ``seq`` say where in the log it stands; a transient event
(typing, changed settings) has no seq.
"""

from datetime import datetime
from typing import ClassVar, Final, Self

from shared.envelope import Envelope
from shared.ids import AgentId, ChannelId, ChannelType, ConversationId, Partition
from shared.model.agent_draft import AgentDraft, DraftKind
from shared.model.base import Model, Utc
from shared.model.conversation import Conversation, waits
from shared.model.deadlines import Deadline, Promise, Target
from shared.model.message import Message
from shared.model.notification import Notification
from shared.model.people import Actor, ActorKind
from shared.model.presence import Standing
from shared.model.queueing import queue_id
from shared.model.records import LoggedEvent, Outcome
from shared.payload import Payload


class Event(Model):
    """What every event has."""

    kind: ClassVar[str] = ""

    seq: int | None = None
    """The position in the partition's log; None for a transient event."""


class MessageAdded(Event):
    """A message was stored; the conversation is as it stands after it."""

    kind: ClassVar[str] = "event.message.added"

    message: Message
    conversation: Conversation
    counts: tuple[str, ...] = ()
    """Keys of the counters that this changed."""


class MessageChanged(Event):
    """Delivery, edit, reaction, file arrived, deletion ..."""

    kind: ClassVar[str] = "event.message.changed"

    message: Message
    conversation: Conversation | None = None
    """If it changed too, such as its preview."""


class ConversationChanged(Event):
    """Anything of the conversation changed; ``cause`` is the command's name or what happened."""

    kind: ClassVar[str] = "event.conversation.changed"

    conversation: Conversation
    cause: str
    actor: Actor | None = None
    counts: tuple[str, ...] = ()


class DeadlineWarned(Event):
    """So much of the time for something is over, and it has not happened yet."""

    kind: ClassVar[str] = "event.deadline.warned"

    conversation: Conversation
    target: Target
    deadline: Deadline
    percent: int


class DeadlineBreached(Event):
    """Something had not happened in time; told once for each time that was set."""

    kind: ClassVar[str] = "event.deadline.breached"

    conversation: Conversation
    target: Target
    deadline: Deadline


class PromiseSettled(Event):
    """The time that the customer was told was kept, or was not."""

    kind: ClassVar[str] = "event.promise.settled"

    conversation: Conversation
    promise: Promise


class CommandDone(Event):
    """A command has its outcome; whoever waits for it reads it here."""

    kind: ClassVar[str] = "event.command.done"

    outcome: Outcome


class Typing(Event):
    """Somebody is typing; transient."""

    kind: ClassVar[str] = "event.typing"

    channel_id: ChannelId
    thread: str | None = None
    """Set when the customer types: the thread."""
    conversation_id: ConversationId | None = None
    """Set when an agent types: the conversation."""
    actor: Actor


class Viewing(Event):
    """An agent looks at a conversation, or (None) at none any more. Transient; told anew every
    half minute while it lasts."""

    kind: ClassVar[str] = "event.viewing"

    conversation_id: ConversationId | None = None
    actor: Actor


class DraftChanged(Event):
    """What an agent writes in a conversation was saved, sent or thrown away. It does not say what
    stands there; the agent's own devices read it anew. Transient unless it was sent."""

    kind: ClassVar[str] = "event.draft.changed"

    conversation_id: ConversationId
    agent_id: AgentId
    agent_name: str | None = None
    draft_kind: DraftKind
    written: bool
    """False: there is none any more."""
    shared: bool = False
    version: int
    device: str | None = None
    """Which of the agent's devices saved it."""
    updated_at: Utc

    @classmethod
    def of(cls, draft: AgentDraft) -> Self:
        """What is told of a draft."""
        return cls(
            conversation_id=draft.conversation_id,
            agent_id=draft.agent_id,
            agent_name=draft.agent_name,
            draft_kind=draft.kind,
            written=draft.written,
            shared=draft.shared,
            version=draft.version,
            device=draft.device,
            updated_at=draft.updated_at,
        )


class NotificationAdded(Event):
    """An agent is told something that is meant for them. On the live feed only they hear it."""

    kind: ClassVar[str] = "event.notification.added"

    notification: Notification


class NotificationsRead(Event):
    """An agent has read notifications, perhaps on another device. Transient."""

    kind: ClassVar[str] = "event.notifications.read"

    agent_id: AgentId
    ids: tuple[str, ...]
    unread: int
    """How many are left, up to a hundred."""


class PresenceChanged(Event):
    """An agent came, left, went idle, or chose to be away. Transient."""

    kind: ClassVar[str] = "event.presence.changed"

    standing: Standing


class ChannelChanged(Event):
    """A channel was added, changed, paused or removed: look at its document. Transient."""

    kind: ClassVar[str] = "event.channel.changed"

    channel_id: ChannelId


class SettingsChanged(Event):
    """People, labels or another shared document changed: look at it again. Transient."""

    kind: ClassVar[str] = "event.settings.changed"

    collection: str
    id: str


class PeakChanged(Event):
    """Peak mode has begun or ended. Transient; the state stands in the book."""

    kind: ClassVar[str] = "event.peak.changed"

    on: bool
    messages: int
    mean: float | None = None


EVENTS: Final[tuple[type[Event], ...]] = (
    MessageAdded,
    MessageChanged,
    ConversationChanged,
    DeadlineWarned,
    DeadlineBreached,
    PromiseSettled,
    CommandDone,
    Typing,
    Viewing,
    DraftChanged,
    NotificationAdded,
    NotificationsRead,
    PresenceChanged,
    ChannelChanged,
    SettingsChanged,
    PeakChanged,
)


def routing_key(
    kind: str,
    channel_type: ChannelType | str = "hub",
    channel_id: ChannelId | str = "hub",
    *,
    to: Actor | None = None,
) -> str:
    """``<kind>.<channel type>.<channel id>`` with the kind as one word:
    ``message-added.vk.shop``. ``to`` adds who asked for it, if it was a bot."""
    name = kind.removeprefix("event.").replace(".", "-")
    key = f"{name}.{channel_type}.{channel_id}"
    if to is not None and to.kind is ActorKind.BOT and to.id and "." not in to.id:
        return f"{key}.{to.id}"
    return key


def log_id(partition: Partition, seq: int) -> str:
    """The id of an event in the log; sorts by partition, then position."""
    return f"{partition:02d}-{seq:012d}"


def numbered(
    event: Event,
    *,
    partition: Partition,
    seq: int,
    at: datetime,
    trace_id: str,
    source: str,
    correlation_id: str | None = None,
) -> Envelope:
    """An event as it goes onto the bus, with its position in the log filled in.

    Raises ``BadPayload`` when it holds what UTF-8 cannot.
    """
    return Envelope(
        id=log_id(partition, seq),
        kind=event.kind,
        at=at,
        partition=partition,
        seq=seq,
        source=source,
        trace_id=trace_id,
        correlation_id=correlation_id,
        payload=Payload.of(event.model_copy(update={"seq": seq})),
    )


def entry_of(envelope: Envelope, key: str) -> LoggedEvent:
    """The same as it goes into the log. Raises ``ValueError`` for an event without a position."""
    if envelope.partition is None or envelope.seq is None:
        raise ValueError("a transient event does not go into the log")
    return LoggedEvent(
        id=envelope.id,
        partition=envelope.partition,
        seq=envelope.seq,
        at=envelope.at,
        routing_key=key,
        envelope=envelope.text(),
    )


def logged(
    event: Event,
    *,
    partition: Partition,
    seq: int,
    at: datetime,
    trace_id: str,
    source: str,
    key: str,
    correlation_id: str | None = None,
) -> LoggedEvent:
    """An event as it goes into the log. Raises ``BadPayload`` as ``numbered`` does."""
    envelope = numbered(
        event,
        partition=partition,
        seq=seq,
        at=at,
        trace_id=trace_id,
        source=source,
        correlation_id=correlation_id,
    )
    return entry_of(envelope, key)


COUNT_ALL_OPEN: Final = "open"


def count_keys(conversation: Conversation | None) -> frozenset[str]:
    """The counters in which a conversation counts: ``<status>`` and, by status, its owners.

    ``open``, ``open/unassigned``, ``open/agent/<id>``, ``open/team/<id>``, ``open/channel/<id>``,
    ``open/label/<label>``, ``open/follower/<id>``, ``open/topic/<topic or ->``,
    ``open/channel/<id>/topic/<topic or ->``, ``open/unassigned/topic/<topic or ->``, and the same
    for the other statuses but resolved, of which only the total is kept.
    ``open/queue/<team or ->/<line or ->`` are those that wait for somebody.
    """
    if conversation is None or conversation.merged_into is not None:
        return frozenset()
    status = conversation.status.value
    if status == "resolved":
        return frozenset({status})
    keys = {status, f"{status}/channel/{conversation.channel_id}"}
    if conversation.assignee_id is None:
        keys.add(f"{status}/unassigned")
    else:
        keys.add(f"{status}/agent/{conversation.assignee_id}")
    if conversation.team_id is not None:
        keys.add(f"{status}/team/{conversation.team_id}")
    keys.update(f"{status}/label/{label}" for label in conversation.labels)
    keys.update(f"{status}/follower/{agent_id}" for agent_id in conversation.followers)
    topic = conversation.topic or "-"
    if conversation.assignee_id is None:
        keys.add(f"{status}/unassigned/topic/{topic}")
    keys.add(f"{status}/topic/{topic}")
    keys.add(f"{status}/channel/{conversation.channel_id}/topic/{topic}")
    if waits(conversation):
        keys.add(f"open/queue/{queue_id(conversation.team_id, conversation.line)}")
    return frozenset(keys)
