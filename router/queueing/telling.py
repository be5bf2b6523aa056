"""Telling customers who wait where they stand: with the acknowledgement, and when they ask."""

from datetime import timedelta
from typing import Final, TypeGuard

from router import people, timeline
from router.commands import replies
from router.commands.done import Refused
from router.deadlines.words import fill
from router.happening import Happening
from router.queueing.words import asks_for_place, texts_of, wait_words
from router.work import Work
from shared.collections import CONVERSATIONS, QUEUES
from shared.commands import Reply
from shared.events import Event, MessageAdded
from shared.model.conversation import Conversation, waits
from shared.model.message import Direction
from shared.model.people import ActorKind
from shared.model.queueing import PlaceInLine, place_in, queue_id
from shared.policies.queueing import queueing_of

_AGAIN: Final = timedelta(minutes=1)
"""Whoever asks again sooner has been told already."""


async def place_of(work: Work, conversation: Conversation) -> PlaceInLine | None:
    """Where it stands as the assigner told last; None where it does not wait or nobody counts.
    Raises ``Unavailable``."""
    if not queueing_of(work.policy.book).assignment or not waits(conversation):
        return None
    state = await work.unit.get(QUEUES, queue_id(conversation.team_id, conversation.line))
    return place_in(state, conversation.id) if state is not None else None


def values_of(conversation: Conversation, place: PlaceInLine, language: str) -> dict[str, str]:
    """What the texts name."""
    number = str(conversation.number) if conversation.number is not None else ""
    return {
        "place": str(place.place),
        "wait": wait_words(place.wait_s, language),
        "number": number,
        "name": conversation.contact_name or "",
    }


def told(work: Work, conversation: Conversation) -> Conversation:
    """The customer knows the place now."""
    kept = conversation.assignment.model_copy(update={"place_told_at": work.now})
    return timeline.add_to_last(work, conversation, "place_told", {"assignment": kept})


async def tell_place(work: Work, happening: Happening) -> None:
    """A consequence: answer customers who ask how long the queue is. Raises ``Unavailable``."""
    queueing = queueing_of(work.policy.book)
    if not (queueing.assignment and queueing.tells_place):
        return
    for event in happening.events:
        if not _asks(event):
            continue
        conversation = work.unit.fresh(CONVERSATIONS, event.conversation)
        last = conversation.assignment.place_told_at
        place = await place_of(work, conversation)
        if place is None or (last is not None and work.now - last < _AGAIN):
            continue
        text, language = texts_of(queueing.place_texts, conversation.language)
        said = fill(text, values_of(conversation, place, language))
        command = Reply(conversation_id=conversation.id, actor=people.SYSTEM, text=said)
        mark = work.unit.mark()
        try:
            await replies.reply(work, conversation, command)
        except Refused as refused:
            work.unit.rollback(mark)
            details = {"reason": str(refused)}
            timeline.line(work, conversation, "not_acknowledged", people.SYSTEM, details)
            continue
        told(work, work.unit.fresh(CONVERSATIONS, conversation))


def _asks(event: Event) -> TypeGuard[MessageAdded]:
    if not isinstance(event, MessageAdded):
        return False
    message = event.message
    return (
        message.direction is Direction.INBOUND
        and message.author.kind is ActorKind.CONTACT
        and not message.automatic
        and not message.muted
        and asks_for_place(message.content.text)
    )
