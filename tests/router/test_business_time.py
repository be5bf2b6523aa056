"""Business time: adding it and counting it, over nights, holidays and changes of the clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.model.calendar import WEEK, Calendar, Holiday, OpenHours, OpenSpan, Weekday
from shared.policies.hours import (
    NeverOpen,
    add,
    between,
    hours_of,
    is_open,
    moment,
    next_open,
)

AT = datetime(2026, 1, 1, tzinfo=UTC)
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tehran", "Europe/Moscow", "UTC")
HOUR = timedelta(hours=1)


def calendar(
    zone: str = "UTC",
    *spans: tuple[str, str],
    days: tuple[Weekday, ...] = WEEK[:5],
    holidays: tuple[Holiday, ...] = (),
) -> Calendar:
    """Open on these days for these spans; without any it is open around the clock."""
    hours = tuple(OpenHours(day=day, start=start, end=end) for day in days for start, end in spans)
    return Calendar(
        id="c",
        name="c",
        time_zone=zone,
        around_the_clock=not spans,
        hours=hours,
        holidays=holidays,
        created_at=AT,
        updated_at=AT,
    )


def local(zone: str, text: str) -> datetime:
    """A wall time as a moment."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


NINE_TO_SIX = ("09:00", "18:00")
NEW_YEAR = Holiday(date="2026-01-01", every_year=True)
SHORT_DAY = Holiday(date="2026-12-31", hours=(OpenSpan(start="09:00", end="12:00"),))


@pytest.mark.parametrize(
    "zone, start, hours, end",
    [
        # Within a day, over a night, over a weekend; from before and after hours.
        ("UTC", "2026-01-05 10:00", 2, "2026-01-05 12:00"),
        ("UTC", "2026-01-05 17:00", 2, "2026-01-06 10:00"),
        ("UTC", "2026-01-09 17:00", 2, "2026-01-12 10:00"),
        ("UTC", "2026-01-05 03:00", 1, "2026-01-05 10:00"),
        ("UTC", "2026-01-10 12:00", 1, "2026-01-12 10:00"),
        # To the last moment of a day, not the first of the next.
        ("UTC", "2026-01-05 09:00", 9, "2026-01-05 18:00"),
        # Monday after the clocks went forward, and back.
        ("Europe/Berlin", "2026-03-27 17:00", 2, "2026-03-30 10:00"),
        ("Europe/Berlin", "2026-10-23 17:00", 2, "2026-10-26 10:00"),
        ("America/New_York", "2026-03-06 17:00", 2, "2026-03-09 10:00"),
        ("Europe/Moscow", "2026-03-27 17:00", 2, "2026-03-30 10:00"),
    ],
)
def test_business_time_passes_in_open_hours_only(
    zone: str, start: str, hours: int, end: str
) -> None:
    nine_to_six = hours_of(calendar(zone, NINE_TO_SIX))

    found = add(nine_to_six, local(zone, start), hours * HOUR)

    assert found == local(zone, end)


def test_a_day_on_which_clocks_go_forward_has_an_hour_less() -> None:
    always = hours_of(calendar("Europe/Berlin"))
    day = local("Europe/Berlin", "2026-03-29 00:00"), local("Europe/Berlin", "2026-03-30 00:00")

    assert between(always, *day) == 23 * HOUR


def test_a_day_on_which_clocks_go_back_has_an_hour_more() -> None:
    always = hours_of(calendar("America/New_York"))
    day = (
        local("America/New_York", "2026-11-01 00:00"),
        local("America/New_York", "2026-11-02 00:00"),
    )

    assert between(always, *day) == 25 * HOUR


@pytest.mark.parametrize(
    "zone, day, minute, expected",
    [
        # 02:30 does not exist: the moment of the change.
        ("Europe/Berlin", date(2026, 3, 29), 150, "2026-03-29T01:00:00+00:00"),
        # 02:30 comes twice: its first coming.
        ("Europe/Berlin", date(2026, 10, 25), 150, "2026-10-25T00:30:00+00:00"),
        # Iran put its clocks forward at midnight until 2022, and does not any more.
        ("Asia/Tehran", date(2022, 3, 22), 30, "2022-03-21T20:30:00+00:00"),
        ("Asia/Tehran", date(2022, 9, 22), 0, "2022-09-21T20:30:00+00:00"),
        ("Asia/Tehran", date(2026, 3, 22), 30, "2026-03-21T21:00:00+00:00"),
        # Moscow was at +4 from 2011 and has been at +3 since October 2014.
        ("Europe/Moscow", date(2014, 7, 1), 9 * 60, "2014-07-01T05:00:00+00:00"),
        ("Europe/Moscow", date(2026, 7, 1), 9 * 60, "2026-07-01T06:00:00+00:00"),
        # Samoa went over the date line: the 30th never was.
        ("Pacific/Apia", date(2011, 12, 30), 600, "2011-12-30T10:00:00+00:00"),
    ],
)
def test_a_wall_time_is_the_first_moment_that_shows_it_or_later(
    zone: str, day: date, minute: int, expected: str
) -> None:
    assert moment(ZoneInfo(zone), day, minute) == datetime.fromisoformat(expected)


def test_hours_that_the_clocks_skip_do_not_count() -> None:
    night = hours_of(calendar("Europe/Berlin", ("01:00", "04:00"), days=(Weekday.SUNDAY,)))
    start = local("Europe/Berlin", "2026-03-29 00:00")

    assert between(night, start, start + 12 * HOUR) == 2 * HOUR
    assert add(night, start, 2 * HOUR) == local("Europe/Berlin", "2026-03-29 04:00")


def test_a_holiday_is_closed_and_a_short_day_is_short() -> None:
    office = hours_of(calendar("UTC", NINE_TO_SIX, holidays=(NEW_YEAR, SHORT_DAY)))

    # Thursday: three hours; Friday is New Year; Monday goes on.
    due = add(office, local("UTC", "2026-12-31 10:00"), 3 * HOUR)

    assert due == local("UTC", "2027-01-04 10:00")


def test_a_dated_holiday_goes_before_the_one_of_every_year() -> None:
    opened = Holiday(date="2027-01-01", hours=(OpenSpan(start="10:00", end="11:00"),))
    office = hours_of(calendar("UTC", NINE_TO_SIX, holidays=(NEW_YEAR, opened)))

    assert next_open(office, local("UTC", "2027-01-01 00:00")) == local("UTC", "2027-01-01 10:00")


def test_hours_that_touch_are_one() -> None:
    halves = hours_of(calendar("UTC", ("09:00", "13:00"), ("13:00", "18:00")))

    assert halves.week[0] == ((540, 1080),)


def test_the_end_of_hours_is_closed_and_their_start_open() -> None:
    office = hours_of(calendar("UTC", NINE_TO_SIX))

    assert is_open(office, local("UTC", "2026-01-05 09:00"))
    assert not is_open(office, local("UTC", "2026-01-05 18:00"))


def test_a_calendar_that_does_not_open_says_so() -> None:
    closed = hours_of(calendar("UTC", NINE_TO_SIX).model_copy(update={"hours": ()}))

    with pytest.raises(NeverOpen):
        add(closed, AT, HOUR)


YEARS = timedelta(days=24 * 365)
moments = st.timedeltas(timedelta(0), YEARS).map(
    lambda passed: datetime(2007, 1, 1, tzinfo=UTC) + passed
)
durations = st.timedeltas(timedelta(0), timedelta(hours=30))


@st.composite
def some_hours(draw: st.DrawFn) -> Calendar:
    """A calendar with up to two spans on some days, and a few holidays."""
    cuts = sorted(draw(st.sets(st.integers(0, 24 * 4), min_size=2, max_size=4)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    spans = [tuple(f"{n // 4:02d}:{n % 4 * 15:02d}" for n in pair) for pair in pairs]
    days = draw(st.sets(st.sampled_from(WEEK), min_size=1))
    dates = draw(st.lists(st.dates(date(2025, 1, 1), date(2027, 1, 1)), max_size=5, unique=True))
    return calendar(
        draw(st.sampled_from(ZONES)),
        *[(start, end) for start, end in spans],
        days=tuple(days),
        holidays=tuple(
            Holiday(date=day.isoformat(), every_year=draw(st.booleans())) for day in dates
        ),
    )


@given(some_hours(), moments, durations)
@settings(max_examples=80, deadline=None)
def test_as_much_as_was_added_lies_between(one: Calendar, start: datetime, time: timedelta) -> None:
    hours = hours_of(one)

    assert between(hours, start, add(hours, start, time)) == time


@given(some_hours(), moments, durations, durations)
@settings(max_examples=80, deadline=None)
def test_adding_twice_is_adding_the_sum(
    one: Calendar, start: datetime, first: timedelta, second: timedelta
) -> None:
    hours = hours_of(one)

    assert add(hours, add(hours, start, first), second) == add(hours, start, first + second)


@given(some_hours(), moments, durations, durations)
@settings(max_examples=80, deadline=None)
def test_more_time_is_never_over_sooner(
    one: Calendar, start: datetime, first: timedelta, second: timedelta
) -> None:
    hours = hours_of(one)
    less, more = sorted((first, second))

    assert add(hours, start, less) <= add(hours, start, more)


@given(some_hours(), moments, durations, st.timedeltas(timedelta(0), timedelta(days=3)))
@settings(max_examples=80, deadline=None)
def test_whoever_starts_later_is_not_done_sooner(
    one: Calendar, start: datetime, time: timedelta, later: timedelta
) -> None:
    hours = hours_of(one)

    assert add(hours, start, time) <= add(hours, start + later, time)


@given(some_hours(), moments, durations, durations)
@settings(max_examples=80, deadline=None)
def test_what_lies_between_adds_up(
    one: Calendar, start: datetime, first: timedelta, second: timedelta
) -> None:
    hours = hours_of(one)
    middle, end = start + first, start + first + second

    parts = between(hours, start, middle) + between(hours, middle, end)

    assert parts == between(hours, start, end)


@given(st.sampled_from(ZONES), moments, durations)
@settings(max_examples=50, deadline=None)
def test_around_the_clock_is_time_as_it_passes(zone: str, start: datetime, time: timedelta) -> None:
    assert add(hours_of(calendar(zone)), start, time) == start + time
