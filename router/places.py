"""Where an item belongs: its thread under all of its names, and the latest conversation in it."""

from dataclasses import dataclass

from router import mailthreads, timeline
from router.aliases import alias_of, thread_named
from router.joining import Waiting, end_into
from router.unit import Unit
from router.waiting import what_waits
from router.work import SOURCE, Elsewhere, Work
from shared.collections import CONVERSATIONS, PARTS, THREADS
from shared.hints import hint
from shared.ids import ChannelId, ExternalId, Slot, partition_of_slot, slot_for
from shared.model.conversation import Conversation, Thread
from shared.model.delivery import Delivery
from shared.model.inbound import Inbound
from shared.model.people import Actor, ActorKind

_MOST_PARTS = 500


@dataclass(frozen=True, slots=True)
class Place:
    """A thread and what stands in it. No ``thread``: it was never seen before."""

    slot: Slot
    thread: Thread | None
    conversation: Conversation | None

    async def refreshed(self, unit: Unit) -> "Place":
        """The same place with the conversation as it stands now."""
        return Place(self.slot, self.thread, await latest_in(unit, self.thread))


async def place_of(work: Work, item: Inbound) -> Place:
    """Where an inbound item belongs, a renaming that it tells of applied.

    Raises ``Elsewhere`` when another partition holds the thread.
    """
    told = item.thread
    if told.renamed_from is not None and told.renamed_from != told.external_id:
        await rename(work, item.channel_id, told.renamed_from, told.external_id)
    for alias in told.aliases:
        await _adopt(work, item.channel_id, alias, told.external_id)
    thread = await thread_named(work.unit, item.channel_id, told.external_id)
    if thread is None and told.clues:
        thread = await mailthreads.joined(work, item)
    slot = slot_for(item.channel_id, thread.slot_key if thread else told.partition_key)
    stay(work, slot)
    return Place(slot, thread, await latest_in(work.unit, thread))


async def latest_in(unit: Unit, thread: Thread | None) -> Conversation | None:
    """The latest conversation of a thread."""
    if thread is None or thread.conversation_id is None:
        return None
    return await unit.get(CONVERSATIONS, thread.conversation_id)


def stay(work: Work, slot: Slot) -> None:
    """Raises ``Elsewhere`` when the slot belongs to another partition."""
    partition = partition_of_slot(slot)
    if partition != work.partition:
        raise Elsewhere(partition)


async def _adopt(work: Work, channel_id: ChannelId, alias: ExternalId, name: ExternalId) -> None:
    """Both names mean one place: what stands under ``alias`` goes on under ``name``.

    Raises ``Elsewhere`` when another partition holds what stands there.
    """
    if await thread_named(work.unit, channel_id, alias) is not None:
        await rename(work, channel_id, alias, name)
        return
    thread = await thread_named(work.unit, channel_id, name)
    if thread is not None:
        work.unit.put(THREADS, alias_of(thread, alias))


async def rename(work: Work, channel_id: ChannelId, old: ExternalId, new: ExternalId) -> None:
    """The platform calls the thread ``old`` by the name ``new`` from now on.

    Its conversation goes on under the new name. Where the new name has a conversation of its own
    already, that one goes on, and the old one ends with a pointer to it. Idempotent. Raises
    ``Elsewhere`` when another partition holds the old thread.
    """
    thread = await thread_named(work.unit, channel_id, old)
    if thread is None:
        return
    stay(work, slot_for(channel_id, thread.slot_key))
    target = await thread_named(work.unit, channel_id, new)
    if target is not None and target.id == thread.id:
        return
    if target is None:
        work.unit.put(THREADS, alias_of(thread, new))
        conversation = await latest_in(work.unit, thread)
        if conversation is not None and conversation.thread != new:
            await _move_parts(work, conversation, new)
            timeline.change(work, conversation, "renamed", {"thread": new})
        return
    await _merge(work, thread, target)


async def _move_parts(work: Work, conversation: Conversation, new: ExternalId) -> None:
    """What waits in the thread leaves under its new name, before what is written from now on."""
    old, channel_id = conversation.thread, conversation.channel_id
    waiting = await work.unit.find(
        PARTS,
        equal={"channel_id": channel_id, "thread": old, "open": True},
        order="order",
        limit=_MOST_PARTS,
    )
    for part in waiting:
        # The ids of messages stay behind with the old name: what is to be changed, or answered.
        if part.kind == "send" and part.state in (Delivery.QUEUED, Delivery.HELD):
            work.unit.revise(PARTS, part, {"thread": new, "reply_external_id": None})
    if waiting:
        work.publish(hint(channel_id, [old, new], at=work.now, source=SOURCE))


async def _merge(work: Work, thread: Thread, target: Thread) -> None:
    conversation = await latest_in(work.unit, thread)
    work.unit.revise(THREADS, thread, {"alias_of": target.id})
    if conversation is None or target.conversation_id is None:
        return
    going_on = await latest_in(work.unit, target)
    if going_on is not None and going_on.thread != conversation.thread:
        await _move_parts(work, conversation, going_on.thread)
    actor = Actor(kind=ActorKind.PLATFORM)
    into_id = target.conversation_id
    waiting = await _elsewhere(work, conversation) if conversation.merged_into != into_id else None
    end_into(work, conversation, into_id, actor, cause="merged", renamed=True, waiting=waiting)


async def _elsewhere(work: Work, conversation: Conversation) -> Waiting | None:
    """What waits in the thread of a case that went on in a third one; None: it did not."""
    if conversation.merged_into is None:
        return None
    third = await work.unit.get(CONVERSATIONS, conversation.merged_into)
    if third is None or (third.waiting_since is None and third.merged_into is None):
        return None, 0  # it is answered there
    return await what_waits(work, conversation, not_before=third.waiting_since)
