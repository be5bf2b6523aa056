"""Business calendars: when somebody is there to answer, by the clock of their place."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from shared.model.base import Strict
from shared.model.policy import Policy, PolicySpec


class Weekday(StrEnum):
    """A day of the week, in the order of ``date.weekday()``."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


WEEK: tuple[Weekday, ...] = tuple(Weekday)
DAY_MINUTES = 24 * 60

WallTime = Annotated[str, Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$", examples=["09:00"])]
"""A time by the wall clock; ``24:00`` is the end of the day."""


def _a_date(value: str) -> str:
    date.fromisoformat(value)
    return value


Day = Annotated[
    str,
    Field(pattern=r"^\d{4}-\d{2}-\d{2}$", examples=["2027-01-01"]),
    AfterValidator(_a_date),
]
"""A date of the calendar's place."""


def minutes(time: str) -> int:
    """A wall time in minutes since midnight."""
    return int(time[:2]) * 60 + int(time[3:])


class OpenSpan(Strict):
    """A part of a day: from ``start`` until ``end``, which is no longer in it."""

    start: WallTime
    end: WallTime

    @model_validator(mode="after")
    def _has_a_length(self) -> Self:
        if minutes(self.start) >= minutes(self.end):
            raise ValueError("the end must be later than the start; a night is two spans")
        return self


class OpenHours(OpenSpan):
    """A part of every such day of the week."""

    day: Weekday


class Holiday(Strict):
    """A day that is not like others of its weekday."""

    date: Day
    name: str = Field(default="", max_length=100)
    every_year: bool = False
    """On the same day and month of all years; one on 29 February only where there is one."""
    hours: tuple[OpenSpan, ...] = Field(default=(), max_length=10)
    """When it is open all the same: a short day. None: closed."""


class CalendarSpec(PolicySpec):
    """What an admin says of a calendar."""

    time_zone: str = Field(max_length=64, examples=["Europe/Berlin"])
    """A name of the IANA data base."""
    around_the_clock: bool = False
    """Open on every day but holidays; ``hours`` are empty then."""
    hours: tuple[OpenHours, ...] = Field(default=(), max_length=70)
    holidays: tuple[Holiday, ...] = Field(default=(), max_length=400)
    """The one with a year goes before the one of every year."""


class Calendar(CalendarSpec, Policy):
    """A business calendar."""

    model_config = ConfigDict(frozen=True, extra="allow")
