"""What follows from an attempt to send (pure): the one place where send errors decide."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from connectors.base import Sent
from shared.delivery.pace import after, backoff_s
from shared.delivery.reasons import Reason, rejected
from shared.errors import (
    ChannelBroken,
    ContactGone,
    HubError,
    NotFound,
    NotSent,
    Rejected,
    Throttled,
    Unavailable,
    Uncertain,
    WindowClosed,
)
from shared.ids import ExternalId
from shared.model.channel import Capabilities
from shared.model.delivery import FINAL, Delivery, Failure, FailureKind, Part


@dataclass(frozen=True, slots=True)
class Verdict:
    """The part's next state."""

    state: Delivery
    due_at: datetime | None = None
    external_ids: tuple[str, ...] = ()
    failure: Failure | None = None
    pause_channel_until: datetime | None = None
    broken: str | None = None
    """The channel must stop, and why."""
    bug: bool = False
    thread: ExternalId | None = None
    """The platform's own name of the thread."""

    @property
    def stops_message(self) -> bool:
        """What is left of the message must not follow."""
        return self.state in {Delivery.FAILED, Delivery.UNKNOWN}

    def values(self) -> dict[str, Any]:
        """The fields of the row that change."""
        final = self.state in FINAL
        values: dict[str, Any] = {
            "state": self.state,
            "open": not final,
            "unreported": final,
            "failure": self.failure,
        }
        if self.external_ids:
            values["external_ids"] = self.external_ids
        if self.due_at is not None:
            # A part that was tried is no longer "sent later on purpose": it holds its followers.
            values |= {"due_at": self.due_at, "scheduled": False}
        return values


def accepted(sent: Sent) -> Verdict:
    """The platform took it."""
    return Verdict(Delivery(sent.state), external_ids=sent.external_ids, thread=sent.thread)


def failed(kind: FailureKind, why: Rejected | str) -> Verdict:
    """It will not be sent, and the agent is told why."""
    return Verdict(Delivery.FAILED, failure=_failure(kind, why))


def _failure(kind: FailureKind, why: Rejected | str) -> Failure:
    if isinstance(why, str):
        return Failure(kind=kind, reason=why)
    return Failure(kind=kind, reason=str(why), code=why.code, values=why.values)


def found_sending(part: Part, capabilities: Capabilities, now: datetime) -> Verdict:
    """A part whose attempt was recorded by a dispatcher that is gone."""
    failure = _failure(FailureKind.UNKNOWN, rejected(Reason.AFTER_STOP))
    if capabilities.idempotent:
        return Verdict(Delivery.QUEUED, due_at=now, failure=failure)
    return Verdict(Delivery.UNKNOWN, failure=failure)


def decide(
    error: Exception, part: Part, capabilities: Capabilities, now: datetime, random: Random
) -> Verdict:
    """What an error means for the part that was being sent."""
    if isinstance(error, Throttled):
        until = after(now, error.retry_after_s)
        paused = until if error.whole_channel else None
        return Verdict(Delivery.QUEUED, due_at=_within(until, part), pause_channel_until=paused)
    if isinstance(error, NotSent | Unavailable):
        return _again(error, part, now, random)
    if isinstance(error, Uncertain | TimeoutError):
        failure = _failure(FailureKind.UNKNOWN, rejected(Reason.UNCONFIRMED))
        if capabilities.idempotent:
            return replace(_again(error, part, now, random), failure=failure)
        return Verdict(Delivery.UNKNOWN, failure=failure)
    if isinstance(error, ChannelBroken):
        return Verdict(Delivery.QUEUED, due_at=now, broken=str(error))
    return _refused(error)


def with_what_was(verdict: Verdict, part: Part) -> Verdict:
    """The verdict where an earlier attempt may have arrived: that is not forgotten while the part
    waits for the next, and a refusal of the next does not undo it."""
    before = part.failure
    if before is None or before.kind is not FailureKind.UNKNOWN:
        return verdict
    if verdict.state is Delivery.FAILED:
        return replace(verdict, state=Delivery.UNKNOWN, failure=before)
    if verdict.state is Delivery.QUEUED and verdict.failure is None:
        return replace(verdict, failure=before)
    return verdict


def _refused(error: Exception) -> Verdict:
    if isinstance(error, WindowClosed):
        return failed(FailureKind.WINDOW_CLOSED, error)
    if isinstance(error, ContactGone):
        return failed(FailureKind.CONTACT_GONE, error)
    if isinstance(error, Rejected):
        return failed(FailureKind.REJECTED, error)
    if isinstance(error, NotFound):
        return failed(FailureKind.REJECTED, rejected(Reason.FILE_GONE))
    name = type(error).__name__
    reason = str(error) if isinstance(error, HubError) else f"a bug of the connector: {name}"
    failure = Failure(kind=FailureKind.INTERNAL, reason=reason)
    return Verdict(Delivery.FAILED, failure=failure, bug=True)


def _again(error: Exception, part: Part, now: datetime, random: Random) -> Verdict:
    named_s = error.again_in_s if isinstance(error, NotSent | Uncertain) else None
    due_at = after(now, backoff_s(max(1, part.attempt), random) if named_s is None else named_s)
    return Verdict(Delivery.QUEUED, due_at=_within(due_at, part))


def _within(due_at: datetime, part: Part) -> datetime:
    # Not beyond the deadline: there it fails, visibly and in time.
    return min(due_at, max(part.deadline_at, part.due_at + timedelta(milliseconds=1)))
