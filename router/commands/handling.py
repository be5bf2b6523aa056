"""Handling a command, whatever its kind. Idempotent by the command's id."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from router.commands import (
    acts,
    assignment,
    beginnings,
    bots,
    changes,
    drafts,
    fields,
    followers,
    merging,
    notes,
    properties,
    replies,
    resends,
    schedules,
    status,
    tasks,
    verification,
    wakes,
    withdrawals,
)
from router.commands.done import Done, Refused
from router.work import SOURCE, Work
from shared.collections import AUDIT, CONVERSATIONS, OUTCOMES, TIMERS
from shared.commands import (
    Act,
    Assign,
    Begin,
    Cancel,
    Command,
    DeleteMessage,
    Edit,
    Escalate,
    FinishTask,
    Follow,
    HandBack,
    HandOff,
    Hold,
    MarkRead,
    Merge,
    Misunderstood,
    Note,
    Pend,
    React,
    Reopen,
    Reply,
    Reschedule,
    Resend,
    Resolve,
    SendVerification,
    SetFields,
    SetLabels,
    SetPriority,
    SettleDraft,
    SetTopic,
    Snooze,
    Suggest,
    TakeTask,
    UndoAct,
    Unfollow,
    Unmerge,
    Wake,
)
from shared.envelope import Envelope
from shared.errors import BadRequest, NotFound, Rejected
from shared.events import CommandDone, routing_key
from shared.ids import CommandId, partition_of
from shared.model.conversation import Conversation
from shared.model.people import Actor
from shared.model.records import AuditEntry, Outcome, OutcomeStatus
from shared.payload import Payload
from shared.ports.bus import Exchange, Publication

Handler = Callable[[Work, Conversation, Any], Awaitable[Done]]

_HANDLERS: Final[Mapping[type[Command], Handler]] = {
    Reply: replies.reply,
    Note: notes.note,
    Cancel: withdrawals.cancel,
    Resend: resends.resend,
    Edit: changes.edit,
    DeleteMessage: changes.delete,
    React: changes.react,
    Assign: assignment.assign,
    HandOff: bots.hand_off,
    Hold: bots.hold,
    Misunderstood: bots.misunderstood,
    HandBack: bots.hand_back,
    Suggest: drafts.suggest,
    SettleDraft: drafts.settle,
    SetFields: fields.set_fields,
    SendVerification: verification.send,
    Resolve: status.resolve,
    Reopen: status.reopen,
    Pend: status.pend,
    Snooze: status.snooze,
    SetPriority: properties.set_priority,
    SetTopic: properties.set_topic,
    SetLabels: properties.set_labels,
    Act: acts.act,
    UndoAct: acts.undo,
    Reschedule: schedules.reschedule,
    MarkRead: properties.mark_read,
    Escalate: tasks.escalate,
    TakeTask: tasks.take,
    FinishTask: tasks.finish,
    Merge: merging.merge,
    Unmerge: merging.unmerge,
    Follow: followers.follow,
    Unfollow: followers.unfollow,
    Wake: wakes.wake,
}


PUT_ASIDE: Final = 500
"""The outcome of a command that failed; handed in again from the dead letters, it is tried anew."""


async def handle(work: Work, command: Command) -> None:
    """Apply the command or refuse it, and keep its outcome. A repeat gets the first outcome."""
    id = CommandId(work.envelope.id)
    known = await work.unit.get(OUTCOMES, id)
    conversation = await work.unit.get(CONVERSATIONS, command.conversation_id)
    if known is not None and known.code != PUT_ASIDE:
        _announce_again(work, known, conversation, command.actor)
        return
    mark = work.unit.mark()
    try:
        outcome = await _apply(work, id, command, conversation)
    except NotFound as error:
        work.unit.rollback(mark)
        outcome = _refused(work, id, command, str(error), code=404)
    except BadRequest as error:
        work.unit.rollback(mark)
        code = error.code if isinstance(error, Refused) else 422
        why = error.why if isinstance(error, Refused) else None
        outcome = _refused(work, id, command, str(error), code=code, field=error.field, why=why)
    if outcome.status is OutcomeStatus.REFUSED and isinstance(command, Wake):
        # A timer that nobody wants would fire for ever.
        work.unit.delete(TIMERS, command.timer_id)
    work.unit.put(OUTCOMES, outcome)
    work.emit(CommandDone(outcome=outcome), conversation, to=command.actor)


def refuse(work: Work, command: Command, reason: str) -> None:
    """Keep the outcome of a command that was put aside."""
    id = CommandId(work.envelope.id)
    outcome = _refused(work, id, command, reason, code=PUT_ASIDE)
    work.unit.put(OUTCOMES, outcome)
    work.emit(CommandDone(outcome=outcome), to=command.actor)


async def _apply(
    work: Work, id: CommandId, command: Command, conversation: Conversation | None
) -> Outcome:
    if partition_of(command.conversation_id) != work.partition:
        raise Refused("the command was addressed to another partition", code=422)
    done = await _done(work, command, conversation)
    if done.changed:
        entry = AuditEntry(
            id=id,
            actor=command.actor,
            action=command.kind.removeprefix("command."),
            target=done.target or command.conversation_id,
            conversation_id=command.conversation_id,
            details=done.details,
            at=work.now,
        )
        work.unit.put(AUDIT, entry)
    return Outcome(
        id=id,
        status=OutcomeStatus.DONE,
        code=done.code,
        conversation_id=command.conversation_id,
        result=done.result,
        at=work.now,
    )


async def _done(work: Work, command: Command, conversation: Conversation | None) -> Done:
    if isinstance(command, Begin):
        if conversation is not None:
            raise Refused("there is such a conversation already")
        return await beginnings.begin(work, command)
    if conversation is None:
        raise NotFound("there is no such conversation")
    bots.check(conversation, command)
    return await _HANDLERS[type(command)](work, conversation, command)


def _refused(
    work: Work,
    id: CommandId,
    command: Command,
    reason: str,
    *,
    code: int,
    field: str | None = None,
    why: Rejected | None = None,
) -> Outcome:
    return Outcome(
        id=id,
        status=OutcomeStatus.REFUSED,
        reason=reason,
        reason_code=why.code if why else None,
        reason_values=why.values if why else {},
        field=field,
        code=code,
        conversation_id=command.conversation_id,
        at=work.now,
    )


def _announce_again(
    work: Work, outcome: Outcome, conversation: Conversation | None, to: Actor
) -> None:
    """Wake whoever waits for the outcome of a repeat; it is in the log already."""
    event = CommandDone(outcome=outcome)
    envelope = Envelope(
        id=f"{outcome.id}.again",
        kind=event.kind,
        at=work.now,
        partition=work.partition,
        source=SOURCE,
        trace_id=work.envelope.trace_id,
        correlation_id=outcome.id,
        payload=Payload.of(event),
    )
    key = (
        routing_key(event.kind, conversation.channel_type, conversation.channel_id, to=to)
        if conversation
        else routing_key(event.kind, to=to)
    )
    work.publish(Publication(Exchange.EVENTS, key, envelope))
