"""How often a device is told: bounded, so that no storm wakes anybody."""

from collections import deque
from datetime import datetime, timedelta
from typing import Final

from shared.model.push import Push

GAP: Final = timedelta(seconds=15)
"""Between two pushes about one conversation to one device; what comes meanwhile is one."""
PER_MINUTE: Final = 20
_MINUTE: Final = timedelta(minutes=1)


class Pace:
    """Kept in memory by the one process that pushes: after a restart everybody is rested."""

    def __init__(self) -> None:
        self._sent: dict[str, deque[datetime]] = {}
        self._told: dict[str, datetime] = {}

    def take(self, push: Push, now: datetime) -> datetime | None:
        """None: it goes now, and is counted. Else when to ask again."""
        self._told = {id: at for id, at in self._told.items() if now - at < GAP}
        sent = self._sent.setdefault(push.device_id, deque(maxlen=PER_MINUTE))
        told = self._told.get(push.id)
        free = now if told is None else told + GAP
        if len(sent) == PER_MINUTE:
            free = max(free, sent[0] + _MINUTE)
        if free > now:
            return free
        sent.append(now)
        self._told[push.id] = now
        return None

    def forget(self, device_id: str) -> None:
        """The device is no more."""
        self._sent.pop(device_id, None)
