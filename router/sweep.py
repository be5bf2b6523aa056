"""Work that one router at a time does now and then, under a lease."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from router.health import Troubles
from shared.clock import Clock
from shared.errors import Conflict, Unavailable
from shared.leases import Leases
from shared.model.records import Lease

_RELEASE_S: Final = 0.5


class Sweep:
    """Calls ``work`` every ``every_s`` seconds while this router holds the lease ``id``."""

    def __init__(
        self,
        leases: Leases,
        clock: Clock,
        troubles: Troubles,
        *,
        id: str,
        every_s: float,
        work: Callable[[], Awaitable[None]],
    ) -> None:
        self._leases = leases
        self._clock = clock
        self._troubles = troubles
        self._id = id
        self._every_s = every_s
        self._work = work
        self._lease: Lease | None = None

    async def run(self) -> None:
        """For ever; gives the lease up at the end."""
        done_at: datetime | None = None
        try:
            while True:
                try:
                    if await self._is_ours() and self._is_time(done_at):
                        await self._work()
                        done_at = self._clock.now()
                except Unavailable as error:
                    self._troubles.begin(self._id, str(error))
                else:
                    self._troubles.end(self._id)
                await self._clock.sleep(min(self._every_s, self._leases.for_s / 3))
        finally:
            await self._release()

    def _is_time(self, done_at: datetime | None) -> bool:
        if done_at is None:
            return True
        since = self._clock.now() - done_at
        # In the future: the clock was put back, and nobody is to wait until it is there again.
        return since >= timedelta(seconds=self._every_s) or since < timedelta(0)

    async def _is_ours(self) -> bool:
        if self._lease is not None:
            try:
                self._lease = await self._leases.renew(self._lease)
            except Conflict:
                self._lease = None
        if self._lease is None:
            self._lease = await self._leases.claim(self._id)
        return self._lease is not None

    async def _release(self) -> None:
        if self._lease is None:
            return
        try:
            async with asyncio.timeout(_RELEASE_S):
                await self._leases.release(self._lease)
        except (Unavailable, TimeoutError):
            # It runs out by itself.
            return
