"""What an agent wants to be told, and by which means."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator

from shared.model.base import Model

_CLOCK: Final = r"^([01]\d|2[0-3]):[0-5]\d$"


class NotificationKind(StrEnum):
    """Why somebody is told. Of one item the first of these that fits counts."""

    MENTION = "mention"
    """Named in a note, or a member of a team that is."""
    ASSIGNED = "assigned"
    """Given a conversation by somebody else."""
    TASK = "task"
    """Waited for by a colleague, reminded of it, or told what came of an own task."""
    DEADLINE = "deadline"
    """A deadline of an own conversation is near or over."""
    MESSAGE = "message"
    """The customer of an own conversation wrote."""
    FOLLOWED = "followed"
    """The customer of a followed conversation wrote."""
    UNASSIGNED = "unassigned"
    """A conversation of an own team waits for whoever takes it."""
    STATUS = "status"
    """A followed conversation was resolved, opened, snoozed or made to wait."""


class Means(StrEnum):
    """How somebody is told."""

    APP = "app"
    """Kept in the list of what is unread."""
    SOUND = "sound"
    DESKTOP = "desktop"
    """By the browser, while the hub is open in it."""
    PUSH = "push"
    """To a device, also while it is not."""


_ALL: Final = tuple(Means)
DEFAULT_MEANS: Final[Mapping[NotificationKind, tuple[Means, ...]]] = {
    NotificationKind.MENTION: _ALL,
    NotificationKind.ASSIGNED: _ALL,
    NotificationKind.TASK: _ALL,
    NotificationKind.DEADLINE: _ALL,
    # They stand in one's own conversations anyway.
    NotificationKind.MESSAGE: (Means.SOUND, Means.DESKTOP, Means.PUSH),
    NotificationKind.FOLLOWED: (Means.APP, Means.DESKTOP),
    # Where conversations are given out, they wait for a moment only: who wants to know says so.
    NotificationKind.UNASSIGNED: (),
    NotificationKind.STATUS: (Means.APP,),
}


class QuietHours(Model):
    """When an agent is told without sound, desktop and push; the list goes on. Local times, such as
    22:00 to 08:00: an end before the start is that of the next morning."""

    start: Annotated[str, Field(pattern=_CLOCK)]
    end: Annotated[str, Field(pattern=_CLOCK)]
    time_zone: Annotated[str, Field(max_length=60)]
    days_off: frozenset[Annotated[int, Field(ge=0, le=6)]] = frozenset()
    """Days that are quiet altogether; Monday is 0."""

    @field_validator("time_zone")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("there is no such time zone; Europe/Berlin is one")
        return value

    def hold(self, now: datetime) -> bool:
        """Whether it is quiet at this time."""
        local = now.astimezone(ZoneInfo(self.time_zone))
        if local.weekday() in self.days_off:
            return True
        clock = local.strftime("%H:%M")
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


class NotificationSettings(Model):
    """By which means an agent is told of each kind; kinds that are not there are as by default."""

    kinds: dict[NotificationKind, tuple[Means, ...]] = Field(default_factory=dict)
    """No means: not told at all."""
    quiet: QuietHours | None = None

    def means_of(self, kind: NotificationKind) -> tuple[Means, ...]:
        """How this kind is told."""
        return self.kinds.get(kind, DEFAULT_MEANS[kind])
