"""Whether it is a peak: this hour beside the same hour of the four weeks before. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.model.peak import PeakSpec

DAYS: Final = 28
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen when somebody looked."""

    on: bool
    messages: int
    mean: float | None
    hour: datetime


def hour_of(at: datetime) -> datetime:
    """The hour in which a moment lies."""
    return at.replace(minute=0, second=0, microsecond=0)


def look(
    spec: PeakSpec,
    counts: Mapping[datetime, int],
    first: datetime | None,
    now: datetime,
    *,
    was_on: bool,
) -> Look:
    """Whether it is a peak now; ``first`` is the first hour that was ever counted.

    It lasts through the hour that follows a peak hour, so that it does not end with every full
    hour, and ends after a full hour without one.
    """
    hour = hour_of(now)
    messages, mean = counts.get(hour, 0), mean_of(counts, first, hour)
    on = _is_peak(spec, messages, mean)
    if not on and was_on:
        before = hour - _HOUR
        on = _is_peak(spec, counts.get(before, 0), mean_of(counts, first, before))
    return Look(on, messages, mean, hour)


def mean_of(counts: Mapping[datetime, int], first: datetime | None, hour: datetime) -> float | None:
    """The mean of the same hour of the days before; None where nothing was counted then yet.

    Days before the first count are left out; a later day without a row had no message.
    """
    days = [day for day in days_before(hour) if first is not None and day >= first]
    return sum(counts.get(day, 0) for day in days) / len(days) if days else None


def days_before(hour: datetime) -> Sequence[datetime]:
    """The same hour of the days of four weeks."""
    return [hour - timedelta(days=n) for n in range(1, DAYS + 1)]


def _is_peak(spec: PeakSpec, messages: int, mean: float | None) -> bool:
    return mean is not None and messages >= spec.least and messages >= spec.factor * mean
