"""The kinds of events that the live feed tells, and what their reader must be allowed."""

from collections.abc import Mapping, Sequence
from typing import Final

from inbox.permissions import Permission
from shared.collections import ATTENDANCE, PRESENCE
from shared.events import (
    EVENTS,
    ChannelChanged,
    CommandDone,
    ConversationChanged,
    DeadlineBreached,
    DeadlineWarned,
    DraftChanged,
    Event,
    MessageAdded,
    MessageChanged,
    NotificationAdded,
    NotificationsRead,
    PeakChanged,
    PresenceChanged,
    PromiseSettled,
    SettingsChanged,
    Typing,
    Viewing,
)

KINDS: Final[Mapping[type[Event], Permission]] = {
    MessageAdded: Permission.CONVERSATIONS_READ,
    MessageChanged: Permission.CONVERSATIONS_READ,
    ConversationChanged: Permission.CONVERSATIONS_READ,
    DeadlineWarned: Permission.CONVERSATIONS_READ,
    DeadlineBreached: Permission.CONVERSATIONS_READ,
    PromiseSettled: Permission.CONVERSATIONS_READ,
    CommandDone: Permission.SIGNED_IN,
    Typing: Permission.CONVERSATIONS_READ,
    Viewing: Permission.CONVERSATIONS_READ,
    DraftChanged: Permission.CONVERSATIONS_READ,
    NotificationAdded: Permission.SIGNED_IN,
    NotificationsRead: Permission.SIGNED_IN,
    PresenceChanged: Permission.PEOPLE_READ,
    ChannelChanged: Permission.CHANNELS_READ,
    SettingsChanged: Permission.SIGNED_IN,
    PeakChanged: Permission.SIGNED_IN,
}
INTERNAL: Final = frozenset({"sessions", ATTENDANCE.name, PRESENCE.name})
"""Collections whose changes are for the hub's own processes alone."""


def declared(
    kinds: Mapping[type[Event], Permission] = KINDS, events: Sequence[type[Event]] = EVENTS
) -> dict[str, Permission]:
    """Permissions by the kind on the bus. Raises ``TypeError`` when an event declares none."""
    missing = [event.kind for event in events if event not in kinds]
    if missing:
        raise TypeError(f"live events without a permission: {', '.join(missing)}")
    return {event.kind: permission for event, permission in kinds.items()}
