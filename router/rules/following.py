"""What rules and the priority score make of an item: the consequences that belong to them."""

from collections.abc import Iterable

from router.deadlines import keep
from router.happening import Change, Happening
from router.rules.running import run
from router.rules.scoring import rescore
from router.rules.timed import arm, is_wake
from router.work import Work
from shared.collections import CONVERSATIONS
from shared.events import DeadlineBreached, DeadlineWarned, Event, MessageAdded
from shared.ids import ConversationId
from shared.model.message import Message
from shared.model.rule import Cause
from shared.rules.causes import TOLD, causes_of, written
from shared.rules.chain import MOST_DEEP, Chain
from shared.rules.facts import facts_of
from shared.rules.ruling import Ruling, ruling_of
from shared.rules.score import scoring_of


async def follow(work: Work, happening: Happening) -> None:
    """Run the rules that what happened wakes, and keep score and timer as they should be."""
    book = work.policy.book
    ruling = book.derived(ruling_of)
    (scoring,) = book.derived(scoring_of)
    if (ruling.is_empty and scoring is None) or is_wake(work.envelope.id):
        return
    for change in happening.changes:
        if change.after.merged_into is not None:
            continue
        message = None
        if ruling.by_cause or scoring is not None:
            causes, message = _causes(happening, change)
            if not causes.isdisjoint(ruling.by_cause):
                await _run(work, ruling, change, causes, message)
        conversation = work.unit.fresh(CONVERSATIONS, change.after)
        if scoring is not None:
            conversation = rescore(work, conversation, message)
        if ruling.timed or scoring is not None:
            arm(work, ruling, conversation)


async def follow_deadlines(work: Work, happening: Happening) -> None:
    """Run the rules that wait for a warning or a breach, whatever item it was told in; deadlines
    that move by what they did are looked at again, and may tell more."""
    ruling = work.policy.book.derived(ruling_of)
    if ruling.by_cause.keys().isdisjoint(TOLD.values()):
        return
    heard = 0
    for _ in range(MOST_DEEP):
        told = work.unit.events[work.told_from + heard :]
        heard += len(told)
        for id, causes in _told(emitted.event for emitted in told).items():
            before = await work.unit.get(CONVERSATIONS, id)
            if before is None or before.merged_into is not None:
                continue
            await _run(work, ruling, Change(before, before), causes, None)
            after = work.unit.fresh(CONVERSATIONS, before)
            if after is not before:
                await keep.look_again(work, after)


def _told(events: Iterable[Event]) -> dict[ConversationId, set[Cause]]:
    found: dict[ConversationId, set[Cause]] = {}
    for event in events:
        if isinstance(event, DeadlineWarned | DeadlineBreached):
            found.setdefault(event.conversation.id, set()).add(TOLD[type(event)])
    return found


async def _run(
    work: Work, ruling: Ruling, change: Change, causes: set[Cause], message: Message | None
) -> None:
    conversation = work.unit.fresh(CONVERSATIONS, change.after)
    facts = facts_of(work.policy.book, conversation, message, work.now, ruling.stemmer)
    mail = message.content.email if message is not None else None
    to_machine = message is not None and (message.automatic or bool(mail and mail.automatic))
    await run(work, conversation, Chain(ruling, facts, causes), to_machine=to_machine)


def _causes(happening: Happening, change: Change) -> tuple[set[Cause], Message | None]:
    before, after = change.before, change.after
    causes = causes_of(before, after)
    messages = []
    for event in happening.events:
        if isinstance(event, MessageAdded) and event.message.conversation_id == after.id:
            messages.append(event.message)
    said, message = written(messages, before, after)
    return causes | said, message
