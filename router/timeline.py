"""Adding to a conversation's timeline and changing what stands in it.

Each function changes documents of the unit and emits the event that tells of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from router.counts import moves
from router.previews import preview_of
from router.sorting import is_late, later_place, sort_key
from router.work import Work
from shared.collections import CONVERSATIONS, MESSAGES
from shared.events import ConversationChanged, MessageAdded, MessageChanged
from shared.ids import ChannelId, EventKey, ExternalId, MessageId, new_message_id, slot_of
from shared.model.content import Content
from shared.model.conversation import Conversation
from shared.model.delivery import Delivery, PartDelivery
from shared.model.message import Direction, Message, SystemLine
from shared.model.people import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message before it has its place in the conversation."""

    direction: Direction
    author: Actor
    at: datetime
    id: MessageId | None = None
    channel_id: ChannelId | None = None
    """By which channel it comes or goes, where that is another than its conversation's."""
    content: Content = field(default_factory=Content)
    system: SystemLine | None = None
    place: str | None = None
    external_ids: tuple[ExternalId, ...] = ()
    event_key: EventKey | None = None
    raw: dict[str, Any] | None = None
    raw_blob_id: str | None = None
    delivery: Delivery | None = None
    parts: tuple[PartDelivery, ...] = ()
    send_at: datetime | None = None
    edited_at: datetime | None = None
    automatic: bool = False
    muted: bool = False
    canned_reply_id: str | None = None


def append(
    work: Work, conversation: Conversation, draft: Draft, changes: Mapping[str, Any] | None = None
) -> tuple[Message, Conversation]:
    """Add a message, and change the conversation with it. Returns both as they stand then."""
    conversation = work.unit.fresh(CONVERSATIONS, conversation)
    seq = conversation.messages
    late = is_late(draft.place, conversation.last_place)
    message = Message(
        id=draft.id or new_message_id(slot_of(conversation.id)),
        conversation_id=conversation.id,
        channel_id=draft.channel_id or conversation.channel_id,
        seq=seq,
        sort=sort_key(draft.place, conversation.last_place, seq),
        direction=draft.direction,
        author=draft.author,
        content=draft.content,
        system=draft.system,
        at=draft.at,
        accepted_at=work.now,
        late=late,
        external_ids=draft.external_ids,
        event_key=draft.event_key,
        raw=draft.raw,
        raw_blob_id=draft.raw_blob_id,
        delivery=draft.delivery,
        parts=draft.parts,
        send_at=draft.send_at,
        edited_at=draft.edited_at,
        automatic=draft.automatic,
        muted=draft.muted,
        canned_reply_id=draft.canned_reply_id,
    )
    fields = {**_advanced(work, conversation, message, draft.place), **(changes or {})}
    after = work.unit.revise(CONVERSATIONS, conversation, fields)
    work.unit.put(MESSAGES, message)
    counts = changed_counts(conversation, after)
    work.emit(MessageAdded(message=message, conversation=after, counts=counts), after)
    return message, after


def _advanced(
    work: Work, conversation: Conversation, message: Message, place: str | None
) -> dict[str, Any]:
    """The fields of the conversation that say what its last message is."""
    fields: dict[str, Any] = {
        "messages": message.seq + 1,
        "last_place": later_place(place, conversation.last_place),
    }
    if message.direction is not Direction.SYSTEM:
        fields["last_activity_at"] = max(work.now, conversation.last_activity_at)
        if not message.late:
            fields["preview"] = preview_of(message)
    return fields


def line(
    work: Work,
    conversation: Conversation,
    name: str,
    actor: Actor,
    details: Mapping[str, str | None] | None = None,
    changes: Mapping[str, Any] | None = None,
) -> Conversation:
    """Add a system line that tells what happened, and by whom."""
    values = {key: value for key, value in (details or {}).items() if value is not None}
    draft = Draft(
        direction=Direction.SYSTEM,
        author=actor,
        at=work.now,
        system=SystemLine(name=name, details=values),
    )
    return append(work, conversation, draft, changes)[1]


def change(
    work: Work,
    conversation: Conversation,
    cause: str,
    fields: Mapping[str, Any],
    actor: Actor | None = None,
) -> Conversation:
    """Change a conversation without a message."""
    conversation = work.unit.fresh(CONVERSATIONS, conversation)
    after = work.unit.revise(CONVERSATIONS, conversation, fields)
    counts = changed_counts(conversation, after)
    event = ConversationChanged(conversation=after, cause=cause, actor=actor, counts=counts)
    work.emit(event, after)
    return after


def add_to_last(
    work: Work, conversation: Conversation, cause: str, fields: Mapping[str, Any]
) -> Conversation:
    """Change a conversation along with what the item changed of it already: the last event that
    told of it tells this too. Only where none did, one of its own goes with the ``cause``.

    Not for fields that move counters.
    """
    conversation = work.unit.fresh(CONVERSATIONS, conversation)
    events = work.unit.events
    for position in range(len(events) - 1, work.told_from - 1, -1):
        event = events[position].event
        if not isinstance(event, MessageAdded | MessageChanged | ConversationChanged):
            continue
        if event.conversation is not None and event.conversation.id == conversation.id:
            after = work.unit.revise(CONVERSATIONS, conversation, fields)
            news = event.model_copy(update={"conversation": after})
            events[position] = replace(events[position], event=news)
            return after
    return change(work, conversation, cause, fields)


async def amend(
    work: Work,
    message: Message,
    fields: Mapping[str, Any],
    conversation_fields: Mapping[str, Any] | None = None,
) -> Message:
    """Change a message that stands in the timeline, and the preview if it shows this message."""
    conversation = await work.unit.get(CONVERSATIONS, message.conversation_id)
    after = work.unit.revise(MESSAGES, message, fields)
    changes = dict(conversation_fields or {})
    if conversation and conversation.preview == preview_of(message):
        preview = preview_of(after)
        if preview != conversation.preview:
            changes["preview"] = preview
    if conversation is None:
        work.emit_for(MessageChanged(message=after), "hub", after.channel_id)
        return after
    changed = work.unit.revise(CONVERSATIONS, conversation, changes) if changes else None
    work.emit(MessageChanged(message=after, conversation=changed), conversation)
    return after


def changed_counts(before: Conversation | None, after: Conversation) -> tuple[str, ...]:
    """The counters that the change moves."""
    left, entered = moves(before, after)
    return tuple(sorted(left | entered))
