"""Where a case stands: resolved, open, pending, snoozed."""

from datetime import datetime, timedelta
from typing import Any, Final

from router import timeline
from router.answers import after_end, after_reopening
from router.bots.duty import asked_nothing
from router.commands import awaiting
from router.commands.done import Done, Refused, with_conversation
from router.commands.standing import require_latest
from router.snoozes import forget_snooze, wake_id
from router.threading import waiting_since
from router.work import Work
from shared.collections import MESSAGES, TIMERS
from shared.commands import Command, Pend, Reopen, Resolve, Snooze
from shared.model.conversation import Conversation, Status
from shared.model.records import Timer

_TAKES_BACK: Final = timedelta(hours=1)
"""Opened again so soon, the end of the case is taken back: whoever waited then waits on. Later it
is opened for something else, and the old message asks for no answer."""
_LOOK_BACK: Final = 100


async def resolve(work: Work, conversation: Conversation, command: Resolve) -> Done:
    """The case is done."""
    if conversation.status is Status.RESOLVED:
        return with_conversation(conversation, changed=False)
    fields: dict[str, Any] = {
        "status": Status.RESOLVED,
        "resolved_at": work.now,
        "pending_for": None,
        "awaited": None,
        "snoozed_until": None,
        "waiting_since": None,
        "due_at": None,
        "unread": 0,
        "answers": after_end(conversation, command.actor, work.now),
        "bots": asked_nothing(conversation.bots),
    }
    return _change(work, conversation, command, "resolved", fields)


async def reopen(work: Work, conversation: Conversation, command: Reopen) -> Done:
    """The case is open again, from whatever state."""
    if conversation.status is Status.OPEN:
        return with_conversation(conversation, changed=False)
    await require_latest(work, conversation)
    fields: dict[str, Any] = {
        "status": Status.OPEN,
        "resolved_at": None,
        "pending_for": None,
        "awaited": None,
        "snoozed_until": None,
    }
    if conversation.status is Status.RESOLVED:
        fields["answers"] = after_reopening(conversation)
        fields["waiting_since"] = await _waited_since(work, conversation)
    return _change(work, conversation, command, "reopened", fields)


async def _waited_since(work: Work, conversation: Conversation) -> datetime | None:
    """Since when the customer waited when the case was resolved, if that is taken back."""
    ended_at = conversation.resolved_at
    if ended_at is None or work.now - ended_at > _TAKES_BACK:
        return None
    recent = await work.unit.find(
        MESSAGES,
        equal={"conversation_id": conversation.id},
        order="seq",
        descending=True,
        limit=_LOOK_BACK,
    )
    ends = (
        index
        for index, one in enumerate(recent)
        if one.system is not None and one.system.name == "resolved"
    )
    return waiting_since(recent[next(ends, -1) + 1 :])


async def pend(work: Work, conversation: Conversation, command: Pend) -> Done:
    """The case waits for somebody."""
    same = conversation.pending_for is command.waits_for and command.colleague_id is None
    if conversation.status is Status.PENDING and same and conversation.awaited is None:
        return with_conversation(conversation, changed=False)
    _require_unresolved(conversation)
    awaited = await awaiting.awaited(work, command)
    fields = {
        "status": Status.PENDING,
        "pending_for": command.waits_for,
        "awaited": awaited,
        "snoozed_until": None,
    }
    details = {"waits_for": command.waits_for.value}
    if awaited is not None:
        awaiting.arm(work, conversation, awaited)
        details["colleague"] = awaited.colleague_name
        details["until"] = awaited.until.isoformat()
        details["mention"] = awaited.colleague_id
    return _change(work, conversation, command, "pending", fields, details)


async def snooze(work: Work, conversation: Conversation, command: Snooze) -> Done:
    """Out of sight until a time, or until the customer writes."""
    same = conversation.snoozed_until == command.until
    if conversation.status is Status.SNOOZED and same:
        return with_conversation(conversation, changed=False)
    _require_unresolved(conversation)
    if command.until <= work.now:
        raise Refused("the time to wake up is over already", code=422, field="until")
    fields = {
        "status": Status.SNOOZED,
        "snoozed_until": command.until,
        "pending_for": None,
        "awaited": None,
    }
    details = {"until": command.until.isoformat()}
    done = _change(work, conversation, command, "snoozed", fields, details)
    timer = Timer(
        id=wake_id(conversation.id),
        kind="wake",
        conversation_id=conversation.id,
        due_at=command.until,
    )
    # Read first: an earlier snooze of the same conversation has the same timer.
    await work.unit.get(TIMERS, timer.id)
    work.unit.put(TIMERS, timer)
    return done


def _change(
    work: Work,
    conversation: Conversation,
    command: Command,
    name: str,
    fields: dict[str, Any],
    details: dict[str, str] | None = None,
) -> Done:
    forget_snooze(work, conversation)
    cause = command.kind.removeprefix("command.")
    after = timeline.change(work, conversation, cause, fields, command.actor)
    by = {"by": command.actor.name}
    after = timeline.line(work, after, name, command.actor, {**(details or {}), **by})
    return with_conversation(after, details=details)


def _require_unresolved(conversation: Conversation) -> None:
    if conversation.status is Status.RESOLVED:
        raise Refused("the conversation is resolved; reopen it first")
