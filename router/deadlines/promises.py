"""What the customer was told: kept by a person's first answer in time, broken otherwise. Pure."""

from datetime import datetime

from shared.model.deadlines import Deadline, Deadlines, Promise, PromiseState

_SETTLED = frozenset({PromiseState.KEPT, PromiseState.BROKEN})


def settled(
    promise: Promise | None, now: datetime, *, answered: bool, over: bool
) -> Promise | None:
    """The promise as it stands now."""
    due_at = open_until(promise)
    if promise is None or due_at is None:
        return promise
    if due_at <= now:
        state, at = PromiseState.BROKEN, due_at
    elif answered:
        state, at = PromiseState.KEPT, now
    elif over:
        state, at = PromiseState.VOID, now
    else:
        return promise
    return promise.model_copy(update={"state": state, "settled_at": at})


def open_until(promise: Promise | None) -> datetime | None:
    """The time by which an open promise is to be kept."""
    if promise is None or promise.state is not PromiseState.OPEN:
        return None
    return promise.due_at


def is_news(before: Promise | None, after: Promise | None) -> bool:
    """Whether it was kept or broken between the two."""
    if before is None or after is None or before.state is after.state:
        return False
    return after.state in _SETTLED


def taken_back(deadlines: Deadlines, asked_at: datetime | None) -> Deadlines:
    """The deadlines before an answer that was taken back: the customer waits since the same moment
    as before it."""
    if asked_at is None:
        return deadlines
    first, following = deadlines.first_reply, deadlines.next_reply
    if first is not None and _is_answer_to(first, asked_at):
        deadlines = deadlines.model_copy(
            update={"first_reply": _reopened(first), "answered_at": None}
        )
        return _promise_open_again(deadlines, first)
    if following is not None and _is_answer_to(following, asked_at):
        return deadlines.model_copy(update={"next_reply": _reopened(following)})
    return deadlines


def resumed(deadlines: Deadlines, asked_at: datetime | None) -> Deadlines:
    """The deadlines of a case that was closed and opened again while the same customer message
    waits: what was promised to it holds again."""
    promise = deadlines.promise
    if promise is None or asked_at is None or promise.state is not PromiseState.VOID:
        return deadlines
    if promise.due_at is None or promise.made_at < asked_at:
        return deadlines
    opened = promise.model_copy(update={"state": PromiseState.OPEN, "settled_at": None})
    return deadlines.model_copy(update={"promise": opened})


def _is_answer_to(deadline: Deadline, asked_at: datetime) -> bool:
    return deadline.met_at is not None and deadline.started_at == asked_at


def _reopened(deadline: Deadline) -> Deadline:
    return deadline.model_copy(update={"met_at": None})


def _promise_open_again(deadlines: Deadlines, first: Deadline) -> Deadlines:
    promise = deadlines.promise
    if promise is None or promise.state is not PromiseState.KEPT:
        return deadlines
    if promise.settled_at != first.met_at:
        return deadlines
    opened = promise.model_copy(update={"state": PromiseState.OPEN, "settled_at": None})
    return deadlines.model_copy(update={"promise": opened})
