"""Business time: adding it to a moment, and how much of it lies between two. Pure.

What a wall clock shows is turned into moments by one rule: a wall time means the first moment at
which the clock shows it or a later time. Where clocks go forward, a time that does not exist is the
moment of the change; where they go back, a time that comes twice is its first coming. So spans of
the wall clock that do not overlap never do as moments either, and nothing is counted twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from shared.model.calendar import DAY_MINUTES, WEEK, Calendar, OpenSpan, minutes

_MOST_DAYS: Final = 3700
"""So many days without enough open hours, a calendar counts as one that never opens."""
_DAY: Final = timedelta(days=1)
_ZERO: Final = timedelta(0)

Minutes = tuple[int, int]
"""From, and until before, in minutes since midnight."""


class NeverOpen(ValueError):
    """The calendar has not enough open hours in ten years."""


@dataclass(frozen=True, slots=True)
class Hours:
    """A calendar, ready to count by."""

    zone: ZoneInfo
    week: tuple[tuple[Minutes, ...], ...]
    dated: dict[str, tuple[Minutes, ...]]
    yearly: dict[str, tuple[Minutes, ...]]

    def on(self, day: date) -> Sequence[Minutes]:
        """When it is open on a day, by the wall clock, in order."""
        iso = day.isoformat()
        own = self.dated.get(iso)
        if own is None:
            own = self.yearly.get(iso[5:])
        return self.week[day.weekday()] if own is None else own


def hours_of(calendar: Calendar) -> Hours:
    """The calendar, ready to count by."""
    if calendar.around_the_clock:
        week: list[tuple[Minutes, ...]] = [((0, DAY_MINUTES),)] * len(WEEK)
    else:
        week = [_spans([one for one in calendar.hours if one.day is day]) for day in WEEK]
    return Hours(
        zone=ZoneInfo(calendar.time_zone),
        week=tuple(week),
        dated={one.date: _spans(one.hours) for one in calendar.holidays if not one.every_year},
        yearly={one.date[5:]: _spans(one.hours) for one in calendar.holidays if one.every_year},
    )


def add(hours: Hours | None, start: datetime, time: timedelta) -> datetime:
    """The first moment by which so much business time has passed since ``start``.

    No hours: every hour counts. No time: the start itself. Raises ``NeverOpen``.
    """
    if hours is None or time <= _ZERO:
        return start + max(time, _ZERO)
    left = time
    for begin, end in _spans_after(hours, start):
        length = end - begin
        if left <= length:
            return begin + left
        left -= length
    raise NeverOpen("the calendar has not enough open hours")


def between(hours: Hours | None, start: datetime, end: datetime) -> timedelta:
    """How much business time lies between two moments; none when they are the wrong way round."""
    if end <= start:
        return _ZERO
    if hours is None:
        return end - start
    total = _ZERO
    for begin, until in _spans_after(hours, start, end):
        total += until - begin
    return total


def is_open(hours: Hours | None, at: datetime) -> bool:
    """Whether business time passes at the moment."""
    if hours is None:
        return True
    return next_open(hours, at) == at


def next_open(hours: Hours, at: datetime) -> datetime:
    """The moment itself if it is open then, otherwise when it opens next. Raises ``NeverOpen``."""
    for begin, _ in _spans_after(hours, at):
        return begin
    raise NeverOpen("the calendar does not open again")


def moment(zone: ZoneInfo, day: date, minute: int) -> datetime:
    """The first moment at which the wall clock shows that time of the day, or a later one."""
    wall = datetime.combine(day, time.min) + timedelta(minutes=minute)
    return _moment(zone, wall)


@lru_cache(maxsize=4096)
def _moment(zone: ZoneInfo, wall: datetime) -> datetime:
    first = wall.replace(tzinfo=zone).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None, fold=0) == wall:
        return first
    # The clocks skip it: the change lies between what it would be with the later offset and the
    # earlier one.
    low = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    high = first
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if middle in (low, high):
            break
        if middle.astimezone(zone).replace(tzinfo=None) >= wall:
            high = middle
        else:
            low = middle
    return high


def _spans(spans: Sequence[OpenSpan]) -> tuple[Minutes, ...]:
    """In order, those that overlap or touch as one."""
    joined: list[Minutes] = []
    for start, end in sorted((minutes(one.start), minutes(one.end)) for one in spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def _spans_after(
    hours: Hours, start: datetime, end: datetime | None = None
) -> Iterator[tuple[datetime, datetime]]:
    """The open spans from a moment on, cut to it (and to the end, if there is one)."""
    # A day back: where clocks go back over midnight, a date comes twice.
    day = start.astimezone(hours.zone).date() - _DAY
    for _ in range(_MOST_DAYS):
        for first, last in hours.on(day):
            begin = max(moment(hours.zone, day, first), start)
            until = moment(hours.zone, day, last)
            if end is not None:
                if begin >= end:
                    return
                until = min(until, end)
            if begin < until:
                yield begin, until
        day += _DAY
