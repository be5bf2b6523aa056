"""Which rows make up a period: whole months by their rows, the days at its edges one by one. Pure.

Days that are not folded yet are rows of partitions and count in any case.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.errors import BadRequest
from shared.model.figures import Grain, day_of, month_of

LONGEST_DAYS = 366 * 5


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows of one grain that begin in a span of time: from ``since`` on, before ``before``."""

    grain: Grain
    since: datetime
    before: datetime


def checked(since: datetime, before: datetime) -> tuple[datetime, datetime]:
    """The period in whole days. Raises ``BadRequest`` when it is empty or too long."""
    first, end = day_of(since), day_of(before)
    if end <= first:
        raise BadRequest("must be later than the beginning, by a day at least", field="before")
    if end - first > timedelta(days=LONGEST_DAYS):
        raise BadRequest(f"a report is of {LONGEST_DAYS} days at most", field="since")
    return first, end


def slices(since: datetime, before: datetime, *, by_day: bool = False) -> Sequence[Slice]:
    """The rows whose sum is the period; as days, all of them."""
    parts = Slice(Grain.PART, since, before)
    first = since if since == month_of(since) else _next_month(since)
    end = month_of(before)
    if by_day or first >= end:
        return (Slice(Grain.DAY, since, before), parts)
    edges = (Slice(Grain.DAY, since, first), Slice(Grain.DAY, end, before))
    months = Slice(Grain.MONTH, first, end)
    return (*(edge for edge in edges if edge.since < edge.before), months, parts)


def _next_month(day: datetime) -> datetime:
    return month_of(month_of(day) + timedelta(days=32))
