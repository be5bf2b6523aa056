"""Keeping the deadlines of conversations: after each item that matters to them, and by a timer."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Final

from router import people, timeline
from router.deadlines.choose import Rules
from router.deadlines.clock import Answer, Notice, NoticeKind, Stand, advance
from router.happening import Change, Happening
from router.work import Work
from shared.collections import ACKNOWLEDGEMENTS, CONVERSATIONS, SLA_POLICIES, TIMERS
from shared.events import (
    ConversationChanged,
    DeadlineBreached,
    DeadlineWarned,
    Event,
    MessageAdded,
    MessageChanged,
    PromiseSettled,
)
from shared.model.conversation import Conversation, Status
from shared.model.deadlines import Deadlines, PromiseState
from shared.model.delivery import Delivery
from shared.model.message import Direction, Message
from shared.model.people import ActorKind
from shared.model.records import Timer

TIMER: Final = "deadline"
"""The kind of the one timer of a conversation's deadlines."""
_LOST: Final = timedelta(minutes=10)
"""A timer that should have fired so long ago is set anew."""
_FACTS: Final = attrgetter(
    "status",
    "pending_for",
    "waiting_since",
    "merged_into",
    "deadlines",
    "presence",
    "priority",
    "line",
    "team_id",
    "topic",
    "segments",
)
"""What the deadlines of a conversation depend on."""


async def keep(work: Work, happening: Happening) -> None:
    """Let the deadlines follow from what the item changed."""
    for change in happening.changes:
        after = change.after
        answer = _answer(happening.events, change)
        handed = _is_handed_to_people(happening.events, after)
        matters = answer is not Answer.NOBODY or handed or change.before is None
        if not matters and _FACTS(change.before) == _FACTS(after):
            continue
        if after.deadlines is None and not _anything_to_keep(work):
            continue
        if handed:
            after = after.model_copy(update={"waiting_since": work.now})
        await apply(work, after, advance(after, Rules(work.policy.book), work.now, answer))


async def look_again(work: Work, conversation: Conversation) -> Conversation:
    """Something else has changed it in the same item: bring its deadlines to that."""
    if conversation.deadlines is None:
        return conversation
    stand = advance(conversation, Rules(work.policy.book), work.now)
    return await apply(work, conversation, stand)


async def apply(work: Work, conversation: Conversation, stand: Stand) -> Conversation:
    """Write how the conversation stands now, tell of it, and set its timer."""
    deadlines = await with_timer(work, conversation, stand.deadlines, stand.next_at)
    present = work.unit.fresh(CONVERSATIONS, conversation)
    wanted: dict[str, Any] = {
        "deadlines": deadlines,
        "due_at": stand.due_at,
        "waiting_since": conversation.waiting_since,
    }
    fields = {name: value for name, value in wanted.items() if getattr(present, name) != value}
    for notice in stand.notices:
        present = timeline.line(
            work,
            present,
            f"deadline_{notice.kind.value}",
            people.SYSTEM,
            _details(work, notice),
            fields,
        )
        fields = {}
        work.emit(_event_of(notice, present), present)
    if fields:
        present = timeline.add_to_last(work, present, "deadlines", fields)
    if stand.promise is not None:
        if stand.promise.state is PromiseState.BROKEN:
            details = {"time": stand.promise.words}
            present = timeline.line(work, present, "promise_broken", people.SYSTEM, details)
        work.emit(PromiseSettled(conversation=present, promise=stand.promise), present)
    return present


async def with_timer(
    work: Work, conversation: Conversation, deadlines: Deadlines, next_at: datetime | None
) -> Deadlines:
    """Set the conversation's timer where it would fire too late. One that fires too early looks at
    the conversation and is set anew then."""
    set_at = deadlines.timer_at
    if next_at is None or (set_at is not None and set_at <= next_at and work.now - set_at < _LOST):
        return deadlines
    id = f"{TIMER}/{conversation.id}"
    if set_at is not None:
        await work.unit.get(TIMERS, id)
    timer = Timer(id=id, kind=TIMER, conversation_id=conversation.id, due_at=next_at)
    work.unit.put(TIMERS, timer)
    return deadlines.model_copy(update={"timer_at": next_at})


def _anything_to_keep(work: Work) -> bool:
    book = work.policy.book
    return any(one.enabled for one in book.all(SLA_POLICIES)) or any(
        one.enabled for one in book.all(ACKNOWLEDGEMENTS)
    )


def _answer(events: Iterable[Event], change: Change) -> Answer:
    """Who answered the customer in this item."""
    conversation, before = change.after, change.before
    waits_no_more = (
        before is not None
        and before.waiting_since is not None
        and conversation.waiting_since is None
    )
    answer = Answer.NOBODY
    for event in events:
        if isinstance(event, MessageAdded):
            message = event.message
            if message.conversation_id == conversation.id:
                answer = _by(message, answer)
        elif isinstance(event, MessageChanged):
            changed = event.message
            if changed.conversation_id != conversation.id:
                continue
            if changed.delivery is Delivery.CANCELLED:
                answer = Answer.TAKEN_BACK
            elif changed.delivery is Delivery.QUEUED and waits_no_more:
                # Taken back before, and sent after all.
                answer = _by(changed, answer)
    return answer


def _by(message: Message, answer: Answer) -> Answer:
    """The answer that a message of ours is, beside the one before."""
    if message.direction is not Direction.OUTBOUND:
        return answer
    if message.author.kind is ActorKind.BOT and answer is Answer.NOBODY:
        return Answer.BOT
    people = (ActorKind.AGENT, ActorKind.PLATFORM)
    return Answer.PERSON if message.author.kind in people else answer


def _is_handed_to_people(events: Iterable[Event], conversation: Conversation) -> bool:
    """A bot gave it to people: from then on the customer waits for one of them."""
    return (
        conversation.waiting_since is None
        and conversation.status is not Status.RESOLVED
        and any(
            isinstance(event, ConversationChanged)
            and event.cause == "hand_off"
            and event.conversation.id == conversation.id
            for event in events
        )
    )


def _details(work: Work, notice: Notice) -> dict[str, str | None]:
    policy = work.policy.book.get(SLA_POLICIES, notice.deadline.policy_id)
    due_at = notice.deadline.due_at
    return {
        "target": notice.target.value,
        "due_at": due_at.isoformat() if due_at is not None else None,
        "percent": str(notice.percent) if notice.percent is not None else None,
        "policy": policy.name if policy is not None else None,
    }


def _event_of(notice: Notice, conversation: Conversation) -> Event:
    if notice.kind is NoticeKind.BREACHED or notice.percent is None:
        return DeadlineBreached(
            conversation=conversation, target=notice.target, deadline=notice.deadline
        )
    return DeadlineWarned(
        conversation=conversation,
        target=notice.target,
        deadline=notice.deadline,
        percent=notice.percent,
    )
