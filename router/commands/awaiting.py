"""Waiting for a colleague: reminded at T, and after twice that time somebody else has it."""

from datetime import datetime, timedelta
from typing import Final

from router import people, timeline
from router.commands import assignment
from router.commands.done import Done, Refused, with_conversation
from router.work import Work
from shared.collections import AGENTS, TIMERS
from shared.commands import Pend
from shared.model.conversation import Conversation, PendingFor, Status
from shared.model.records import Timer
from shared.model.task import Awaited

COLLEAGUE: Final = "colleague"
"""The kind of the timer."""
_WAIT: Final = timedelta(hours=4)
"""Where nobody said until when."""


async def awaited(work: Work, command: Pend) -> Awaited | None:
    """Whom the command names, with the time. Raises ``Refused`` naming the field."""
    if command.colleague_id is None:
        if command.until is not None:
            raise Refused("until when is said of a colleague", code=422, field="colleague_id")
        return None
    if command.waits_for is not PendingFor.COLLEAGUE:
        raise Refused("it does not wait for a colleague", code=422, field="colleague_id")
    colleague = await work.unit.get(AGENTS, command.colleague_id)
    if colleague is None or not colleague.active:
        raise Refused("there is no such agent", code=422, field="colleague_id")
    if colleague.id == command.actor.id:
        raise Refused("nobody waits for themselves", code=422, field="colleague_id")
    until = command.until or work.now + _WAIT
    if until <= work.now:
        raise Refused("is over already", code=422, field="until")
    return Awaited(
        colleague_id=command.colleague_id,
        colleague_name=colleague.name,
        asked_at=work.now,
        until=until,
    )


def arm(work: Work, conversation: Conversation, one: Awaited) -> None:
    """Set the timer for what is next: the reminder, or the end of patience."""
    due_at = one.until if one.reminded_at is None else _end(one)
    timer = Timer(
        id=f"{COLLEAGUE}/{conversation.id}",
        kind=COLLEAGUE,
        conversation_id=conversation.id,
        due_at=due_at,
    )
    work.unit.put(TIMERS, timer)


async def look(work: Work, conversation: Conversation, timer: Timer) -> Done:
    """A timer: remind the colleague, or give the case back to the queue."""
    one = conversation.awaited
    waits = (
        conversation.status is Status.PENDING and conversation.pending_for is PendingFor.COLLEAGUE
    )
    if one is None or not waits:
        return with_conversation(conversation, changed=False)
    if one.reminded_at is None:
        if timer.due_at != one.until:
            return with_conversation(conversation, changed=False)
        return _remind(work, conversation, one)
    if timer.due_at != _end(one):
        return with_conversation(conversation, changed=False)
    return _give_back(work, conversation, one)


def _end(one: Awaited) -> datetime:
    return one.until + (one.until - one.asked_at)


def _remind(work: Work, conversation: Conversation, one: Awaited) -> Done:
    reminded = one.model_copy(update={"reminded_at": work.now})
    details = {
        "colleague": one.colleague_name,
        "mention": one.colleague_id,
        "mention_name": one.colleague_name,
    }
    after = timeline.line(
        work, conversation, "colleague_reminded", people.SYSTEM, details, {"awaited": reminded}
    )
    arm(work, after, reminded)
    return with_conversation(after)


def _give_back(work: Work, conversation: Conversation, one: Awaited) -> Done:
    fields = {"status": Status.OPEN, "pending_for": None, "awaited": None}
    after = timeline.change(work, conversation, "colleague_silent", fields, people.SYSTEM)
    details = {
        "colleague": one.colleague_name,
        "mention": conversation.assignee_id,
        "mention_name": conversation.assignee_name,
    }
    after = timeline.line(work, after, "colleague_silent", people.SYSTEM, details)
    if after.assignee_id is not None:
        after = assignment.give(work, after, None, None, after.team_id, people.SYSTEM, passed=True)
    return with_conversation(after)
