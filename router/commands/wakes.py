"""A timer fired."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from router import joining, onward, people, timeline
from router.bots import hold
from router.commands import awaiting, beginnings, merging
from router.commands.done import Done, with_conversation
from router.contacts.facts import look_again
from router.deadlines import keep
from router.deadlines import timer as deadline_timer
from router.inbound import echoes, messages
from router.places import place_of
from router.rules import timed
from router.work import Elsewhere, Work
from shared.collections import TIMERS
from shared.commands import Wake
from shared.contacts.refreshing import FACTS
from shared.model.conversation import Conversation, Status
from shared.model.inbound import Inbound
from shared.model.records import Timer


async def wake(work: Work, conversation: Conversation, command: Wake) -> Done:
    """Do what the timer was for, if it still stands as it was when it fired."""
    timer = await work.unit.get(TIMERS, command.timer_id)
    if timer is None or timer.due_at != command.due_at:
        return with_conversation(conversation, changed=False)
    work.unit.delete(TIMERS, timer.id)
    return await _OF_KIND[timer.kind](work, conversation, timer)


async def _end_snooze(work: Work, conversation: Conversation, timer: Timer) -> Done:
    if conversation.status is not Status.SNOOZED or conversation.snoozed_until != timer.due_at:
        return with_conversation(conversation, changed=False)
    fields = {"status": Status.OPEN, "snoozed_until": None}
    after = timeline.change(work, conversation, "wake", fields, people.SYSTEM)
    after = timeline.line(work, after, "woke", people.SYSTEM)
    return with_conversation(after)


async def _settle_echo(work: Work, conversation: Conversation, timer: Timer) -> Done:
    item = Inbound.model_validate((timer.model_extra or {})["inbound"])
    try:
        place = await place_of(work, item)
    except Elsewhere as there:
        # The thread was renamed to one of another partition meanwhile.
        work.publish(echoes.moved(work, item, there.partition))
        return with_conversation(conversation, changed=False)
    if not await echoes.settle(work, item, place):
        await messages.store(work, item, place)
    return with_conversation(conversation, changed=False)


TimerHandler = Callable[[Work, Conversation, Timer], Awaitable[Done]]

_OF_KIND: Final[Mapping[str, TimerHandler]] = {
    "wake": _end_snooze,
    echoes.ECHO_TIMER: _settle_echo,
    onward.ONWARD_TIMER: onward.go_on,
    hold.BOT_TIMER: hold.run_out,
    keep.TIMER: deadline_timer.fired,
    FACTS: look_again,
    awaiting.COLLEAGUE: awaiting.look,
    joining.AGREE: merging.agree,
    merging.PART: merging.part,
    merging.STIR: merging.stir,
    beginnings.CONTINUED: beginnings.continued,
    timed.TIMER: timed.wake,
}
"""What each kind of timer is for."""
