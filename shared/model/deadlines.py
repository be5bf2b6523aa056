"""Deadlines: how a case stands to the times by which something is to happen in it."""

from datetime import datetime
from enum import StrEnum

from shared.model.base import Model, Utc

PRESENCE_HOLDS_S = 15 * 60
"""So long what a channel told of a customer's presence is believed."""


class Target(StrEnum):
    """What is to happen in time."""

    FIRST_REPLY = "first_reply"
    NEXT_REPLY = "next_reply"
    RESOLUTION = "resolution"


class Deadline(Model):
    """One target of a case: by which policy, since when, until when."""

    policy_id: str
    within_s: int
    started_at: Utc
    due_at: Utc | None
    """None while it is paused."""
    left_s: float | None = None
    """While it is paused: how much of the time was left, by the policy's calendar."""
    warned: tuple[int, ...] = ()
    """The percents that are over already."""
    breached_at: Utc | None = None
    """When it was due and nothing had happened."""
    met_at: Utc | None = None
    """When it happened, in time or not."""


class Pause(Model):
    """While the case waited for the customer."""

    start_at: Utc
    end_at: Utc


class PromiseState(StrEnum):
    """Whether the first answer of a person came by the time that the customer was told."""

    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    VOID = "void"
    """Nobody waits for it: the case was closed or merged without an answer, or no time was
    named."""


class Promise(Model):
    """What the automatic acknowledgement told the customer."""

    acknowledgement_id: str
    message_id: str
    made_at: Utc
    due_at: Utc | None = None
    """The time that it named; None: it named none."""
    words: str | None = None
    """How it named it: in this language and time zone."""
    language: str
    time_zone: str
    state: PromiseState = PromiseState.OPEN
    settled_at: Utc | None = None


class Deadlines(Model):
    """How a case stands to its deadlines. Kept by the router alone."""

    first_reply: Deadline | None = None
    next_reply: Deadline | None = None
    resolution: Deadline | None = None
    call_back_at: Utc | None = None
    """When somebody is to call back at the latest, after a missed call."""
    answered_at: Utc | None = None
    """When one of us (no machine of the hub) first answered in this case."""
    opened_at: Utc | None = None
    """When the case was last opened: its resolution counts from there."""
    paused_at: Utc | None = None
    """Since when the case waits for the customer."""
    pauses: tuple[Pause, ...] = ()
    """Those that are over and count for what is still open."""
    acknowledge_at: Utc | None = None
    """When the acknowledgement goes, if nobody has answered by then."""
    acknowledged_at: Utc | None = None
    """When the case was acknowledged, or could not be: it is tried once."""
    promise: Promise | None = None
    """What the acknowledgement said."""
    timer_at: Utc | None = None
    """When the case's timer fires; what is due later needs no other."""

    def of(self, target: Target) -> Deadline | None:
        """The deadline of a target."""
        if target is Target.FIRST_REPLY:
            return self.first_reply
        return self.next_reply if target is Target.NEXT_REPLY else self.resolution


class CustomerPresence(Model):
    """Whether the customer is there to read an answer, as the channel last told."""

    since: Utc | None = None
    """Since when; None: gone."""
    told_at: Utc

    def holds(self, now: datetime) -> bool:
        """Whether the customer is there. What was told long ago says nothing: a process that dies
        tells nobody that a customer has gone."""
        told_s = (now - self.told_at).total_seconds()
        return self.since is not None and told_s < PRESENCE_HOLDS_S
