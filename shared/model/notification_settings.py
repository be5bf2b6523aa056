"""What an agent wants to be told, and by which means."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from pydantic import Field

from shared.model.base import Model


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
    NotificationKind.STATUS: (Means.APP,),
}


class NotificationSettings(Model):
    """By which means an agent is told of each kind; kinds that are not there are as by default."""

    kinds: dict[NotificationKind, tuple[Means, ...]] = Field(default_factory=dict)
    """No means: not told at all."""

    def means_of(self, kind: NotificationKind) -> tuple[Means, ...]:
        """How this kind is told."""
        return self.kinds.get(kind, DEFAULT_MEANS[kind])
