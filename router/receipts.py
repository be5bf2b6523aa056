"""News of what we sent. Receipts may come twice and in any order; they only move things forward."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from router import mailthreads, operations, people, places, refs, timeline
from router.aliases import thread_named
from router.delivery import (
    delivery_of,
    external_ids_of,
    failure_of,
    with_news,
    with_total,
)
from router.marks import mark_up_to
from router.work import Work
from shared.collections import (
    CONVERSATIONS,
    IDENTITIES,
    MESSAGES,
    PARKED_RECEIPTS,
    PARTS,
    SEEN_EVENTS,
    THREADS,
    thread_id,
)
from shared.ids import (
    ChannelId,
    ExternalId,
    MessageId,
    PartId,
    part_id,
    partition_of_slot,
    slot_for,
    slot_of,
)
from shared.model.conversation import Conversation
from shared.model.delivery import SENT_STATES, Delivery, Failure, FailureKind
from shared.model.inbound import Receipt
from shared.model.message import Direction, Message
from shared.model.records import ParkedReceipt, SeenEvent, external_ref_id

_SETBACKS: Final = frozenset({Delivery.FAILED, Delivery.UNKNOWN, Delivery.HELD})
_OPEN: Final = frozenset({Delivery.QUEUED, Delivery.SENDING})


@dataclass(frozen=True, slots=True)
class _Address:
    """Which part of which message a receipt is about."""

    message_id: MessageId
    index: int
    part_id: PartId | None


async def handle(work: Work, receipt: Receipt) -> None:
    """Apply a receipt. Raises ``Elsewhere`` when another partition holds its message."""
    await _stay(work, receipt)
    if receipt.new_thread is not None and receipt.new_thread != receipt.thread:
        await places.rename(work, receipt.channel_id, receipt.thread, receipt.new_thread)
    if receipt.part_id is not None and operations.is_operation(receipt.part_id):
        await operations.finish(work, receipt)
        return
    addresses = await _addresses(work, receipt)
    for address in addresses:
        await _apply(work, receipt, address)
    if receipt.up_to and await _is_first_time(work):
        await _apply_up_to(work, receipt, addresses)


async def _is_first_time(work: Work) -> bool:
    """What holds for everything so far must not be applied again to what came since."""
    seen = f"receipt\n{work.envelope.id}"
    if await work.unit.get(SEEN_EVENTS, seen) is not None:
        return False
    work.unit.put(SEEN_EVENTS, SeenEvent(id=seen, at=work.now))
    return True


def is_about_row(receipt: Receipt) -> bool:
    """Whether the row of the part itself says what the receipt means."""
    if receipt.part_id is None:
        return False
    return receipt.state in _SETBACKS or operations.is_operation(receipt.part_id)


async def join_parked(work: Work, message: Message, ref_ids: Sequence[str]) -> None:
    """Apply the receipts that came before we knew these ids of the message."""
    for ref_id in ref_ids:
        for parked in await refs.take_parked(work.unit, ref_id):
            external_id = ExternalId(ref_id.rsplit("\n", 1)[1])
            receipt = Receipt(
                channel_id=parked.channel_id,
                thread=ExternalId(ref_id.split("\n")[1]),
                state=parked.state,
                external_ids=(external_id,),
                failure=parked.failure,
                at=parked.at,
            )
            index = next(
                (part.index for part in message.parts if external_id in part.external_ids), 0
            )
            await _apply(work, receipt, _Address(message.id, index, None))


async def _stay(work: Work, receipt: Receipt) -> None:
    named: MessageId | PartId | None = receipt.message_id or receipt.part_id
    if named is not None:
        places.stay(work, slot_of(named))
        return
    thread = await thread_named(work.unit, receipt.channel_id, receipt.thread)
    if thread is not None:
        places.stay(work, slot_for(receipt.channel_id, thread.slot_key))


async def _addresses(work: Work, receipt: Receipt) -> list[_Address]:
    if receipt.part_id is not None:
        message_id, index = _of_part(receipt.part_id)
        return [_Address(receipt.message_id or message_id, index, receipt.part_id)]
    if receipt.message_id is not None:
        id = part_id(receipt.message_id, receipt.index)
        return [_Address(receipt.message_id, receipt.index, id)]
    names = await _thread_names(work, receipt)
    found: list[_Address] = []
    for external_id in receipt.external_ids:
        ref = await refs.find_ref(work.unit, receipt.channel_id, names, external_id)
        if ref is None:
            await _park(work, receipt, external_id)
            continue
        index = _of_part(ref.part_id)[1] if ref.part_id else 0
        address = _Address(ref.message_id, index, ref.part_id)
        if address not in found:
            found.append(address)
    return found


async def _thread_names(work: Work, receipt: Receipt) -> Sequence[ExternalId]:
    thread = await thread_named(work.unit, receipt.channel_id, receipt.thread)
    names = [receipt.thread]
    if thread is not None:
        conversation = await places.latest_in(work.unit, thread)
        names += [thread.thread, *([conversation.thread] if conversation else [])]
    return tuple(dict.fromkeys(names))


async def _park(work: Work, receipt: Receipt, external_id: ExternalId) -> None:
    ref_id = external_ref_id(receipt.channel_id, receipt.thread, external_id)
    parked = ParkedReceipt(
        id=f"{ref_id}\n{receipt.state.value}",
        channel_id=receipt.channel_id,
        ref_id=ref_id,
        state=receipt.state,
        failure=receipt.failure,
        at=receipt.at,
    )
    work.unit.put(PARKED_RECEIPTS, parked)
    thread = await thread_named(work.unit, receipt.channel_id, receipt.thread)
    if thread is not None and not thread.has_parked:
        work.unit.revise(THREADS, thread, {"has_parked": True})


async def _may_be_parked(work: Work, channel_id: ChannelId, name: ExternalId) -> bool:
    """Whether receipts for what we sent under this name may be parked.

    While the thread is known, they come to the partition that holds it, and the parking is marked
    there. The platform gave the id after we knew the thread, unless the name is an alias, which
    may be younger than what was sent.
    """
    thread = await work.unit.get(THREADS, thread_id(channel_id, name))
    if thread is None or thread.alias_of is not None or thread.has_parked:
        return True
    return partition_of_slot(slot_for(channel_id, thread.slot_key)) != work.partition


async def _apply(work: Work, receipt: Receipt, address: _Address) -> None:
    message = await work.unit.get(MESSAGES, address.message_id)
    # Whoever tells of a customer's message means something else by it: their own copy, perhaps.
    if message is None or message.direction is not Direction.OUTBOUND:
        return
    if _is_known(message, receipt, address) or await _is_stale(work, receipt, address):
        return
    parts = message.parts
    if receipt.total is not None:
        parts = with_total(parts, receipt.total, receipt.at)
    if parts or receipt.state in SENT_STATES:
        # Ids that only address the part are its own; those of a send are new.
        parts = with_news(
            parts,
            address.index,
            receipt.state,
            at=receipt.at,
            external_ids=receipt.external_ids if address.part_id or not message.parts else (),
            failure=receipt.failure,
        )
    if parts is not message.parts:
        fields: dict[str, Any] = {
            "parts": parts,
            "delivery": delivery_of(parts),
            "failure": failure_of(parts),
            "external_ids": external_ids_of(parts) or message.external_ids,
        }
        message = await timeline.amend(work, message, fields, await _gone(work, receipt, message))
    # Where it was sent in the end: the ids are those of the thread under its new name.
    thread = receipt.new_thread or receipt.thread
    added = await refs.record(
        work.unit,
        receipt.channel_id,
        thread,
        receipt.external_ids if receipt.state in SENT_STATES else (),
        message_id=message.id,
        conversation_id=message.conversation_id,
        part_id=address.part_id,
    )
    if added:
        await _name_thread(work, receipt, message)
    if added and await _may_be_parked(work, receipt.channel_id, thread):
        await join_parked(work, message, added)


async def _name_thread(work: Work, receipt: Receipt, message: Message) -> None:
    """An answer to a mail of ours names that mail: the thread is found by it."""
    conversation = await conversation_of(work, message)
    if conversation is None or conversation.thread_kind != "email":
        return
    thread = await thread_named(work.unit, receipt.channel_id, conversation.thread)
    if thread is not None:
        await mailthreads.remember(work, receipt.channel_id, thread, receipt.external_ids)


def _is_known(message: Message, receipt: Receipt, address: _Address) -> bool:
    """News of an id that a part had before it was queued again: it says nothing of the next one."""
    part = next((part for part in message.parts if part.index == address.index), None)
    return (
        part is not None
        and part.state is Delivery.QUEUED
        and bool(receipt.external_ids)
        and set(receipt.external_ids) <= set(part.external_ids)
    )


async def _is_stale(work: Work, receipt: Receipt, address: _Address) -> bool:
    """A setback told of an attempt that is over: the message is on its way again since."""
    if receipt.state not in _SETBACKS or address.part_id is None:
        return False
    part = await work.unit.get(PARTS, address.part_id)
    return part is not None and part.state in _OPEN


async def _gone(work: Work, receipt: Receipt, message: Message) -> dict[str, Any]:
    """What a failure says of the person: fields of the conversation."""
    if not _says_gone(receipt.failure):
        return {}
    conversation = await conversation_of(work, message)
    reason = receipt.failure.reason if receipt.failure else None
    if conversation is None or message.channel_id != conversation.channel_id:
        return {}  # nobody is told of where the conversation itself stands
    identity = await work.unit.get(IDENTITIES, conversation.identity_id)
    if identity is not None:
        await people.set_reachable(work, identity, False, reason)
    if not conversation.reachable:
        return {}
    return {"reachable": False, "unreachable_reason": reason}


def _says_gone(failure: Failure | None) -> bool:
    return failure is not None and failure.kind is FailureKind.CONTACT_GONE


async def conversation_of(work: Work, message: Message) -> Conversation | None:
    """The conversation in which a message stands."""
    return await work.unit.get(CONVERSATIONS, message.conversation_id)


async def _apply_up_to(work: Work, receipt: Receipt, addresses: Sequence[_Address]) -> None:
    if addresses:
        messages = [await work.unit.get(MESSAGES, address.message_id) for address in addresses]
        known = [message for message in messages if message is not None]
        if known:
            last = max(known, key=lambda message: message.seq)
            await mark_up_to(work, last.conversation_id, last.seq, receipt.state, receipt.at)
        return
    if receipt.external_ids:
        return
    thread = await thread_named(work.unit, receipt.channel_id, receipt.thread)
    conversation = await places.latest_in(work.unit, thread)
    if conversation is not None:
        await mark_up_to(work, conversation.id, None, receipt.state, receipt.at)


def _of_part(id: PartId) -> tuple[MessageId, int]:
    stem, _, index = id.rpartition("-")
    return MessageId(f"m{stem[1:]}"), int(index)
