"""The numbers of conversations: one ascending series for the whole hub.

A process reserves numbers before it gives them out: one at a time while it is quiet, and more at
once when conversations come quickly. What it has reserved and not used when it ends is a gap; no
number is ever given twice.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Final

from shared.clock import Clock
from shared.collections import NUMBER_SERIES
from shared.errors import Conflict
from shared.model.records import NumberSeries
from shared.ports.store import ABSENT, Change, Put, Store, Update

CONVERSATIONS_SERIES: Final = "conversations"
_MOST: Final = 64
"""So many are reserved at once at most."""
_QUICKLY: Final = timedelta(seconds=1)


class Numbers:
    """One per process; all its partitions share what it has reserved."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lock = asyncio.Lock()
        self._next = 1
        self._end = 1
        self._reserved_at: datetime | None = None
        self._size = 1

    async def next(self) -> int:
        """A number that nobody else has. Raises ``Unavailable``."""
        async with self._lock:
            if self._next >= self._end:
                await self._reserve()
            number = self._next
            self._next += 1
            return number

    async def _reserve(self) -> None:
        now = self._clock.now()
        last = self._reserved_at
        quick = last is not None and timedelta(0) <= now - last < _QUICKLY
        size = min(_MOST, self._size * 2) if quick else 1
        while True:
            series = await self._store.get(NUMBER_SERIES, CONVERSATIONS_SERIES)
            start = series.next if series is not None else 1
            try:
                await self._store.commit([_advanced(series, start + size)])
            except Conflict:
                continue  # another process was quicker
            self._next, self._end = start, start + size
            self._reserved_at, self._size = now, size
            return


def _advanced(series: NumberSeries | None, following: int) -> Change:
    if series is None:
        fresh = NumberSeries(id=CONVERSATIONS_SERIES, next=following)
        return Put(NUMBER_SERIES, fresh, expect=ABSENT)
    return Update(NUMBER_SERIES, series.id, {"next": following}, expect={"next": series.next})
