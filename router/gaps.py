"""What is left where an item was put aside: a mark in its thread, an answer to its author."""

from router import items, people, places, timeline
from router.aliases import thread_named
from router.commands import handling as commands
from router.items import Subject
from router.work import Work
from shared.collections import CONVERSATIONS, OUTCOMES, SEEN_EVENTS
from shared.commands import Command
from shared.errors import HubError
from shared.ids import slot_of
from shared.model.conversation import Conversation
from shared.model.inbound import Inbound
from shared.model.records import SeenEvent
from shared.ports.bus import Delivery

_PUT_ASIDE = "the command could not be applied and was put aside"


async def mark_gap(work: Work, delivery: Delivery) -> None:
    """Tell of it where its conversation can be told. Idempotent by the item's id."""
    seen = f"gap\n{delivery.envelope.id}"
    if await work.unit.get(SEEN_EVENTS, seen) is not None:
        return
    work.unit.put(SEEN_EVENTS, SeenEvent(id=seen, at=work.now))
    try:
        subject = items.read(delivery).subject
    except HubError:
        return
    if isinstance(subject, Command) and await work.unit.get(OUTCOMES, delivery.envelope.id) is None:
        commands.refuse(work, subject, _PUT_ASIDE)
    conversation = await _conversation_of(work, subject)
    if conversation is not None:
        details = {"item": delivery.envelope.id, "kind": delivery.envelope.kind}
        timeline.line(work, conversation, "gap", people.SYSTEM, details)


async def _conversation_of(work: Work, subject: Subject) -> Conversation | None:
    if isinstance(subject, Command):
        return await work.unit.get(CONVERSATIONS, subject.conversation_id)
    external_id = subject.thread.external_id if isinstance(subject, Inbound) else subject.thread
    thread = await thread_named(work.unit, subject.channel_id, external_id)
    conversation = await places.latest_in(work.unit, thread)
    if conversation is not None:
        places.stay(work, slot_of(conversation.id))
    return conversation
