"""Our own messages coming back, by platforms that tell everybody of everything.

An echo is explained by the part that it names or by an id that we know. One that comes while a send
in its thread is open waits, for the answer to that send may explain it; what is unexplained after
that was written by somebody in the platform's own app, and is stored as such.
"""

from datetime import datetime
from hashlib import blake2b
from typing import Final

from router import receipts, refs
from router.places import Place
from router.work import Work
from shared.collections import MESSAGES, TIMERS
from shared.ids import EventKey, Partition
from shared.model.conversation import Conversation
from shared.model.delivery import Delivery
from shared.model.inbound import Inbound, Origin, Receipt
from shared.model.message import Direction, Message
from shared.model.records import Timer
from shared.ports.bus import Exchange, Publication
from shared.topology import partition_key

ECHO_TIMER: Final = "echo"
_RECENT: Final = 30
_OPEN: Final = frozenset({Delivery.QUEUED, Delivery.SENDING, Delivery.UNKNOWN})


async def is_explained(work: Work, item: Inbound, place: Place) -> bool:
    """Whether nothing is left to do for the echo now: it is known, or it waits."""
    if item.part_id is not None:
        external_ids = (item.external_id,) if item.external_id else ()
        receipt = Receipt(
            channel_id=item.channel_id,
            thread=item.thread.external_id,
            state=Delivery.SENT,
            part_id=item.part_id,
            external_ids=external_ids,
            at=item.occurred_at,
        )
        await receipts.handle(work, receipt)
        return True
    if await _is_known(work, item, place):
        return True
    conversation = place.conversation
    if conversation is None or not await _open_sends(work, conversation):
        return False
    _wait(work, item, conversation)
    return True


async def settle(work: Work, item: Inbound, place: Place) -> bool:
    """After the wait: whether the echo is explained, perhaps by a send that stayed unknown."""
    if await _is_known(work, item, place):
        return True
    if place.conversation is None or item.external_id is None:
        return False
    unknown = [
        message
        for message in await _open_sends(work, place.conversation)
        if message.delivery is Delivery.UNKNOWN and message.content.text == item.content.text
    ]
    if len(unknown) != 1:
        return False
    part = next(part for part in unknown[0].parts if part.state is Delivery.UNKNOWN)
    receipt = Receipt(
        channel_id=item.channel_id,
        thread=item.thread.external_id,
        state=Delivery.SENT,
        message_id=unknown[0].id,
        index=part.index,
        external_ids=(item.external_id,),
        at=item.occurred_at,
    )
    await receipts.handle(work, receipt)
    return True


async def _is_known(work: Work, item: Inbound, place: Place) -> bool:
    names = refs.thread_names(item.thread.external_id, place.conversation)
    known = await refs.find_message(work.unit, item.channel_id, names, item.external_id)
    return known is not None


async def _open_sends(work: Work, conversation: Conversation) -> list[Message]:
    """Recent messages that have left, or may have, and whose ids we do not know yet."""
    recent = await work.unit.find(
        MESSAGES,
        equal={"conversation_id": conversation.id},
        order="seq",
        descending=True,
        limit=_RECENT,
    )
    return [message for message in recent if _is_open(message, work.now)]


def _is_open(message: Message, now: datetime) -> bool:
    if message.direction is not Direction.OUTBOUND or message.delivery not in _OPEN:
        return False
    return message.send_at is None or message.send_at <= now


def _wait(work: Work, item: Inbound, conversation: Conversation) -> None:
    digest = blake2b(f"{item.channel_id}\n{item.event_key}".encode(), digest_size=16).hexdigest()
    timer = Timer.model_validate(
        {
            "id": f"echo/{digest}",
            "kind": ECHO_TIMER,
            "conversation_id": conversation.id,
            "due_at": work.now + work.policy.echo_wait,
            "inbound": item.model_dump(mode="json"),
        }
    )
    work.unit.put(TIMERS, timer)


def moved(work: Work, item: Inbound, partition: Partition) -> Publication:
    """The echo on its way to the partition that holds its thread now; it has waited already."""
    waited = item.model_copy(
        update={"origin": Origin.AGENT_APP, "event_key": EventKey(f"{item.event_key}/waited")}
    )
    envelope = work.envelope.model_copy(
        update={
            "id": f"{work.envelope.id}/waited",
            "kind": "inbound",
            "partition": partition,
            "payload": waited.model_dump(mode="json"),
        }
    )
    return Publication(Exchange.CONVERSATIONS, partition_key(partition), envelope)
