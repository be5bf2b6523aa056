"""What is left where an item was put aside: a mark in its thread, an answer to its author."""

from router import items, people, places, timeline
from router.aliases import thread_named
from router.commands import handling as commands
from router.items import Subject
from router.work import Work
from shared.collections import CONVERSATIONS, OUTCOMES, SEEN_EVENTS
from shared.commands import Command
from shared.errors import HubError
from shared.events import CommandDone
from shared.ids import CommandId, slot_of
from shared.model.conversation import Conversation
from shared.model.inbound import Inbound
from shared.model.people import Actor, ActorKind
from shared.model.records import Outcome, OutcomeStatus, SeenEvent
from shared.ports.bots import BOT_SOURCE, bot_id
from shared.ports.bus import NOBODY, Delivery

_PUT_ASIDE = "the command could not be applied and was put aside"


async def mark_gap(work: Work, delivery: Delivery) -> None:
    """Tell of it where its conversation can be told. Idempotent by the item's id."""
    seen = f"gap\n{delivery.envelope.id}"
    if await work.unit.get(SEEN_EVENTS, seen) is not None:
        return
    work.unit.put(SEEN_EVENTS, SeenEvent(id=seen, at=work.now))
    try:
        subject = items.read(delivery).subject
    except HubError as error:
        if await work.unit.get(OUTCOMES, delivery.envelope.id) is None:
            _tell_bot(work, delivery, str(error))
        return
    if isinstance(subject, Command) and await work.unit.get(OUTCOMES, delivery.envelope.id) is None:
        commands.refuse(work, subject, _PUT_ASIDE)
    conversation = await _conversation_of(work, subject)
    if conversation is not None:
        details = {"item": delivery.envelope.id, "kind": delivery.envelope.kind}
        timeline.line(work, conversation, "gap", people.SYSTEM, details)


def _tell_bot(work: Work, delivery: Delivery, reason: str) -> None:
    """A bot hears what was wrong with what it sent; it asked in its own name, as was checked."""
    source = delivery.envelope.source
    name = source.removeprefix(BOT_SOURCE)
    if not source.startswith(BOT_SOURCE) or name == NOBODY:
        return
    outcome = Outcome(
        id=CommandId(delivery.envelope.id),
        status=OutcomeStatus.REFUSED,
        reason=reason,
        code=commands.PUT_ASIDE,
        at=work.now,
    )
    work.unit.put(OUTCOMES, outcome)
    to = Actor(kind=ActorKind.BOT, id=bot_id(name), name=name)
    work.emit(CommandDone(outcome=outcome), to=to)


async def _conversation_of(work: Work, subject: Subject) -> Conversation | None:
    if isinstance(subject, Command):
        return await work.unit.get(CONVERSATIONS, subject.conversation_id)
    external_id = subject.thread.external_id if isinstance(subject, Inbound) else subject.thread
    thread = await thread_named(work.unit, subject.channel_id, external_id)
    conversation = await places.latest_in(work.unit, thread)
    if conversation is not None:
        places.stay(work, slot_of(conversation.id))
    return conversation
