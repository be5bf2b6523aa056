"""Calendars: what cannot be counted by."""

from collections.abc import Sequence
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.collections import ACKNOWLEDGEMENTS, SLA_POLICIES
from shared.errors import BadRequest
from shared.model.calendar import WEEK, CalendarSpec, OpenSpan, minutes
from shared.policies.book import Book


def check_zone(name: str, field: str) -> None:
    """The time zone is one that the data base of zones has. Raises ``BadRequest``."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadRequest(f"there is no such time zone: {name}", field=field) from None


def check_calendar(_id: str, spec: CalendarSpec, _book: Book) -> None:
    """The zone exists, no hours overlap, no day is named twice, and it opens at all."""
    check_zone(spec.time_zone, "time_zone")
    if spec.around_the_clock and spec.hours:
        raise BadRequest("open around the clock, it has no hours of its own", field="hours")
    for day in WEEK:
        own = [(n, one) for n, one in enumerate(spec.hours) if one.day is day]
        _check_apart([one for _, one in own], [f"hours.{n}" for n, _ in own])
    seen: set[tuple[str, bool]] = set()
    for n, holiday in enumerate(spec.holidays):
        key = (holiday.date[5:] if holiday.every_year else holiday.date, holiday.every_year)
        if key in seen:
            raise BadRequest("this day is named already", field=f"holidays.{n}.date")
        seen.add(key)
        names = [f"holidays.{n}.hours.{k}" for k in range(len(holiday.hours))]
        _check_apart(holiday.hours, names)
    if not _opens(spec):
        raise BadRequest("it is never open", field="hours")


def check_calendar_removal(id: str, book: Book) -> None:
    """Nothing counts by it."""
    for policy in book.all(SLA_POLICIES):
        if policy.calendar_id == id:
            raise BadRequest(f"the SLA policy {policy.name} counts by it")
    for one in book.all(ACKNOWLEDGEMENTS):
        if one.calendar_id == id:
            raise BadRequest(f"the acknowledgement {one.name} looks at it")


def _check_apart(spans: Sequence[OpenSpan], fields: Sequence[str]) -> None:
    """Touching is fine, overlapping is a mistake of whoever wrote it."""
    ordered = sorted(zip(spans, fields, strict=True), key=lambda one: minutes(one[0].start))
    for (before, _), (after, field) in pairwise(ordered):
        if minutes(after.start) < minutes(before.end):
            raise BadRequest("these hours overlap with others of the day", field=field)


def _opens(spec: CalendarSpec) -> bool:
    """Some week has an open hour: days of every year may close all of them."""
    closed = {one.date[5:] for one in spec.holidays if one.every_year and not one.hours}
    every_day_of_a_year = 366
    return (spec.around_the_clock or bool(spec.hours)) and len(closed) < every_day_of_a_year
