"""From rows of figures to lines of a report. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from shared.model.figures import Count, Figures, Timing, day_of, month_of
from shared.model.histogram import quantile


class Spread(BaseModel):
    """How long something took, in seconds."""

    count: int
    mean_s: float
    median_s: float
    p90_s: float


class ReportLine(BaseModel):
    """The figures of one agent, team, ... (or of all), in one stretch of time."""

    value: str
    name: str | None = None
    start: datetime | None = None
    """Of a report by day or month: when the stretch begins."""
    opened: int = 0
    replies: int = 0
    assigned: int = 0
    resolved: int = 0
    reopened: int = 0
    first_contact: int = 0
    promises_kept: int = 0
    promises_broken: int = 0
    bot_sessions: int = 0
    self_served: int = 0
    escalated: int = 0
    hops: int = 0
    hops_per_case: float | None = None
    """Of those that were escalated."""
    reopen_rate: float | None = None
    """Of those resolved."""
    first_contact_rate: float | None = None
    self_service_rate: float | None = None
    """Of the cases that a bot had, those that ended with it alone."""
    wait: Spread | None = None
    first_reply: Spread | None = None
    next_reply: Spread | None = None
    handling: Spread | None = None
    resolution: Spread | None = None


def lines(rows: Iterable[Figures], *, step: str) -> Sequence[ReportLine]:
    """One line for each value and, by ``day`` or ``month``, each stretch; in order."""
    sums: dict[tuple[datetime | None, str], Counter[str]] = {}
    for row in rows:
        key = (_stretch(row.start, step), row.value)
        sums.setdefault(key, Counter()).update(row.figures)
    ordered = sorted(sums.items(), key=lambda one: (str(one[0][0] or ""), one[0][1]))
    return [_line(value, start, total) for (start, value), total in ordered]


def _stretch(start: datetime, step: str) -> datetime | None:
    if step == "day":
        return day_of(start)
    return month_of(start) if step == "month" else None


def _line(value: str, start: datetime | None, total: Mapping[str, int]) -> ReportLine:
    resolved = total.get(Count.RESOLVED, 0)
    fields: dict[str, Any] = {count.value: total.get(count, 0) for count in Count}
    fields |= {timing.value: _spread(timing, total) for timing in Timing}
    if resolved:
        fields["reopen_rate"] = total.get(Count.REOPENED, 0) / resolved
        fields["first_contact_rate"] = total.get(Count.FIRST_CONTACT, 0) / resolved
    if sessions := total.get(Count.BOT_SESSIONS, 0):
        fields["self_service_rate"] = total.get(Count.SELF_SERVED, 0) / sessions
    if escalated := total.get(Count.ESCALATED, 0):
        fields["hops_per_case"] = total.get(Count.HOPS, 0) / escalated
    return ReportLine(value=value, start=start, **fields)


def _spread(timing: Timing, total: Mapping[str, int]) -> Spread | None:
    prefix = f"{timing}_h"
    buckets = {int(key[len(prefix) :]): n for key, n in total.items() if key.startswith(prefix)}
    count = sum(buckets.values())
    median, p90 = quantile(buckets, 0.5), quantile(buckets, 0.9)
    if count <= 0 or median is None or p90 is None:
        return None
    mean = total.get(f"{timing}_s", 0) / count
    return Spread(count=count, mean_s=mean, median_s=median, p90_s=p90)
