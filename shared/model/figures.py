"""Kept figures: how many, and how long it took, by day and by who and what it was about.

They are counted in the commit of what is counted, so that a report adds up some rows instead of
reading conversations. A partition counts into rows of its own (grain ``part``); days that are over
are folded into one row per day and one per month.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from shared.model.base import Model, Utc
from shared.model.histogram import bucket_of
from shared.ports.store import Document


class Dimension(StrEnum):
    """By what figures are told apart."""

    ALL = "all"
    AGENT = "agent"
    TEAM = "team"
    LINE = "line"
    CHANNEL = "channel"
    TOPIC = "topic"


class Grain(StrEnum):
    """How much a row holds."""

    PART = "part"
    """One day of one partition."""
    DAY = "day"
    MONTH = "month"


class Count(StrEnum):
    """What is counted."""

    OPENED = "opened"
    REPLIES = "replies"
    """Answers of people to a customer who waited."""
    ASSIGNED = "assigned"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    """Of those resolved on the row's day: opened again later."""
    FIRST_CONTACT = "first_contact"
    """Of those resolved on the row's day: by the one person who answered, and not reopened."""
    PROMISES_KEPT = "promises_kept"
    PROMISES_BROKEN = "promises_broken"
    BOT_SESSIONS = "bot_sessions"
    """Cases that a bot had and that ended with it or went on to people."""
    SELF_SERVED = "self_served"
    """Of those: ended with the bot alone, and no person had them within 24 hours."""
    ESCALATED = "escalated"
    """Cases of which another line was asked something for the first time."""
    HOPS = "hops"
    """Steps of cases from line to line: asked, and returned."""


class Timing(StrEnum):
    """What is timed, in seconds."""

    WAIT = "wait"
    """From a customer's unanswered message to somebody holding the conversation."""
    FIRST_REPLY = "first_reply"
    """From the beginning of the case to the first answer of a person."""
    NEXT_REPLY = "next_reply"
    """From a customer's later message to the answer of a person."""
    HANDLING = "handling"
    """From being given the conversation to resolving it."""
    RESOLUTION = "resolution"
    """From the beginning of the case to its end."""


class Figures(Document):
    """One row; the figures themselves stand beside the declared fields, each a whole number.

    A count under its name; of a timing ``<name>_s`` (the sum of seconds) and ``<name>_h<bucket>``.
    """

    grain: Grain
    dimension: Dimension
    value: str
    """The id of the agent, team, ...; empty for all."""
    start: Utc
    """Midnight UTC of the day, or of the month's first."""
    changes: int = 0
    """Goes up with every change of a row of grain ``part``."""

    @property
    def figures(self) -> Mapping[str, int]:
        """The figures by their names."""
        return self.model_extra or {}


class Answers(Model):
    """Who of us has answered in a case, as the figures need it."""

    first_at: Utc | None = None
    agent_id: str | None = None
    """Who answered first."""
    several: bool = False
    """Others answered as well."""
    reopened: int = 0
    self_served_at: Utc | None = None
    """When it last ended with a bot alone."""


NO_ANSWERS: Final = Answers()


def figures_id(grain: Grain, dimension: Dimension, value: str, start: datetime, part: str) -> str:
    """The id of a row. ``part``: of which partition, for a row of grain ``part``."""
    return f"{grain}\n{dimension}\n{value}\n{start:%Y-%m-%d}\n{part}"


def timed(timing: Timing, seconds: float) -> dict[str, int]:
    """One duration as what is added to a row."""
    return {f"{timing}_s": round(seconds), f"{timing}_h{bucket_of(seconds):02d}": 1}


def day_of(at: datetime) -> datetime:
    """Midnight UTC of the day."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def month_of(day: datetime) -> datetime:
    """Midnight UTC of the month's first."""
    return day.replace(day=1)
