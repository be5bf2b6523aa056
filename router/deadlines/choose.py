"""Which policy counts for a case: of those that fit, the one by which it is due first. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.collections import CALENDARS, SLA_POLICIES
from shared.model.conversation import Conversation
from shared.model.deadlines import Pause, Target
from shared.model.sla import SlaPolicy
from shared.policies.book import Book
from shared.policies.hours import Hours, NeverOpen, add, between, hours_of

Stretch = tuple[datetime, datetime | None]
"""While time counts: from, and until (None: it goes on)."""


class Rules:
    """The policies and calendars of a book, ready to count by."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._hours: dict[str, Hours | None] = {}
        self.policies: Sequence[SlaPolicy] = [one for one in book.all(SLA_POLICIES) if one.enabled]

    def hours(self, calendar_id: str | None) -> Hours | None:
        """The open hours of a calendar; None where every hour counts, as it does when there is no
        such calendar any more."""
        if calendar_id is None:
            return None
        if calendar_id not in self._hours:
            calendar = self._book.get(CALENDARS, calendar_id)
            self._hours[calendar_id] = hours_of(calendar) if calendar is not None else None
        return self._hours[calendar_id]


@dataclass(frozen=True, slots=True)
class Counted:
    """A policy's time for a target, and when it is over."""

    policy: SlaPolicy
    within_s: int
    hours: Hours | None
    stretches: tuple[Stretch, ...]
    due_at: datetime

    def reached_at(self, percent: int) -> datetime:
        """When so much of the time is over."""
        return due(self.hours, timedelta(seconds=self.within_s) * percent / 100, self.stretches)

    def left_at(self, at: datetime) -> timedelta:
        """How much of the time is left at a moment."""
        return timedelta(seconds=self.within_s) - used(self.hours, self.stretches, at)


def strictest(
    rules: Rules,
    target: Target,
    conversation: Conversation,
    *,
    started_at: datetime,
    pauses: Sequence[Pause],
    online_since: datetime | None,
) -> Counted | None:
    """The policy by which the target is due first, if any fits. The case is taken to run on."""
    found: Counted | None = None
    for policy in rules.policies:
        within_s = policy.within_s(target)
        if within_s is None:
            continue
        if not policy.match.fits(conversation, online=online_since is not None):
            continue
        away = pauses
        if policy.match.online and online_since is not None and online_since > started_at:
            # Its time counts from when the customer came.
            away = (Pause(start_at=started_at, end_at=online_since), *pauses)
        counted = _counted(rules, policy, within_s, running(started_at, away))
        if found is None or counted.due_at < found.due_at:
            found = counted
    return found


def _counted(
    rules: Rules, policy: SlaPolicy, within_s: int, stretches: tuple[Stretch, ...]
) -> Counted:
    within = timedelta(seconds=within_s)
    hours = rules.hours(policy.calendar_id)
    try:
        due_at = due(hours, within, stretches)
    except NeverOpen:
        # Closed for years to come: nobody should wait so long, so every hour counts.
        hours = None
        due_at = due(hours, within, stretches)
    return Counted(policy, within_s, hours, stretches, due_at)


def running(started_at: datetime, pauses: Iterable[Pause]) -> tuple[Stretch, ...]:
    """While time counts: since the start, but for the pauses."""
    stretches: list[Stretch] = []
    at = started_at
    for pause in sorted(pauses, key=lambda one: one.start_at):
        if pause.start_at > at:
            stretches.append((at, pause.start_at))
        at = max(at, pause.end_at)
    stretches.append((at, None))
    return tuple(stretches)


def due(hours: Hours | None, within: timedelta, stretches: Sequence[Stretch]) -> datetime:
    """When so much business time is over in the stretches, of which the last goes on.

    Raises ``NeverOpen``.
    """
    left = within
    for start, end in stretches[:-1]:
        if end is None:
            raise ValueError("only the last stretch goes on")
        passed = between(hours, start, end)
        if left <= passed:
            return add(hours, start, left)
        left -= passed
    return add(hours, stretches[-1][0], left)


def used(hours: Hours | None, stretches: Sequence[Stretch], at: datetime) -> timedelta:
    """How much business time is over in the stretches at a moment."""
    ends = [(start, at if end is None else min(end, at)) for start, end in stretches]
    return sum((between(hours, start, end) for start, end in ends), timedelta(0))
