"""Which of our messages a platform's id names."""

from collections.abc import Sequence

from router.unit import Unit
from shared.collections import EXTERNAL_REFS, MESSAGES, PARKED_RECEIPTS
from shared.ids import ChannelId, ConversationId, ExternalId, MessageId, PartId
from shared.model.conversation import Conversation
from shared.model.message import Message
from shared.model.records import ExternalRef, ParkedReceipt, external_ref_id


def thread_names(thread: ExternalId, conversation: Conversation | None) -> Sequence[ExternalId]:
    """The names under which a thread's messages may be known: as given now, and its present one."""
    if conversation is None or conversation.thread == thread:
        return (thread,)
    return (thread, conversation.thread)


async def find_ref(
    unit: Unit, channel_id: ChannelId, threads: Sequence[ExternalId], external_id: ExternalId
) -> ExternalRef | None:
    """What we know the platform's id as, or None."""
    for thread in threads:
        ref = await unit.get(EXTERNAL_REFS, external_ref_id(channel_id, thread, external_id))
        if ref is not None:
            return ref
    return None


async def find_message(
    unit: Unit,
    channel_id: ChannelId,
    threads: Sequence[ExternalId],
    external_id: ExternalId | None,
) -> Message | None:
    """The message with the platform's id, or None."""
    if external_id is None:
        return None
    ref = await find_ref(unit, channel_id, threads, external_id)
    return None if ref is None else await unit.get(MESSAGES, ref.message_id)


async def record(
    unit: Unit,
    channel_id: ChannelId,
    thread: ExternalId,
    external_ids: Sequence[ExternalId],
    *,
    message_id: MessageId,
    conversation_id: ConversationId,
    part_id: PartId | None = None,
) -> list[str]:
    """Remember the platform's ids of a message; returns the refs that are new."""
    added: list[str] = []
    for external_id in external_ids:
        id = external_ref_id(channel_id, thread, external_id)
        if await unit.get(EXTERNAL_REFS, id) is None:
            ref = ExternalRef(
                id=id, message_id=message_id, conversation_id=conversation_id, part_id=part_id
            )
            unit.put(EXTERNAL_REFS, ref)
            added.append(id)
    return added


async def take_parked(unit: Unit, ref_id: str) -> list[ParkedReceipt]:
    """The receipts that waited for this ref, oldest first; they are parked no longer."""
    parked = await unit.find(PARKED_RECEIPTS, equal={"ref_id": ref_id}, order="at")
    for receipt in parked:
        unit.delete(PARKED_RECEIPTS, receipt.id)
    return parked
