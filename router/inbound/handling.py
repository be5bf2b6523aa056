"""Handling an inbound event, whatever its kind. Idempotent by channel and event key."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from router.inbound import (
    account,
    calls,
    contacts,
    edits,
    media,
    messages,
    presences,
    presses,
    reactions,
    reads,
    returns,
)
from router.inbound import threads as thread_changes
from router.places import Place, place_of, stay
from router.work import Work
from shared.collections import SEEN_EVENTS
from shared.ids import MessageId, slot_of
from shared.model.inbound import Inbound, InboundKind
from shared.model.records import SeenEvent

Handler = Callable[[Work, Inbound, Place], Awaitable[MessageId | None]]


async def _message(work: Work, item: Inbound, place: Place) -> MessageId | None:
    call = calls.call_in(item.content)
    if call is not None and item.external_id is not None:
        return await calls.tell(work, item, place, call)
    return await messages.receive(work, item, place)


_HANDLERS: Final[Mapping[InboundKind, Handler]] = {
    InboundKind.MESSAGE: _message,
    InboundKind.UNSUPPORTED: messages.receive,
    InboundKind.EDIT: edits.edit,
    InboundKind.DELETE: edits.delete,
    InboundKind.REACTION: reactions.react,
    InboundKind.ACTION: presses.press,
    InboundKind.READ: reads.read,
    InboundKind.CONTACT: contacts.change,
    InboundKind.THREAD: thread_changes.change,
    InboundKind.ACCOUNT: account.change,
    InboundKind.PRESENCE: presences.change,
}


def seen_id(item: Inbound) -> str:
    """The id under which a handled event is remembered."""
    return f"{item.channel_id}\n{item.event_key}"


async def handle(work: Work, item: Inbound) -> None:
    """Apply the event, or nothing if it was applied before. Raises ``Elsewhere``."""
    id = seen_id(item)
    if await work.unit.get(SEEN_EVENTS, id) is not None:
        return
    message_id = await _apply(work, item)
    work.unit.put(SEEN_EVENTS, SeenEvent(id=id, at=work.now, message_id=message_id))


async def _apply(work: Work, item: Inbound) -> MessageId | None:
    if item.kind is InboundKind.MEDIA:
        if item.target_message_id is not None:
            stay(work, slot_of(item.target_message_id))
        return await media.arrive(work, item)
    led = await returns.led_back(work, item)
    if led is not None:
        return await returns.take(work, item, led)
    place = await place_of(work, item)
    return await _HANDLERS[item.kind](work, item, place)
