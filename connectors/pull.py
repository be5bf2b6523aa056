"""The pull loop: fetch, publish, and only then store where to go on.

The cursor is stored under the epoch of the channel's lease and never beyond the first event that
the bus has not confirmed. A process that dies between publishing and storing publishes again; the
router knows the event keys.
"""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Final

import structlog

from connectors.acceptance import Acceptance
from connectors.actions import Presses
from connectors.base import Connector, Pulled, Pulls
from connectors.bugs import report_bug
from connectors.health import Health
from shared.clock import Clock
from shared.collections import CURSORS
from shared.delivery.pace import backoff_s
from shared.errors import ChannelBroken, Conflict, SendError, Throttled, Unavailable
from shared.ids import ChannelId
from shared.leases import Leases
from shared.metrics import Metrics
from shared.model.records import Cursor, Lease
from shared.ports.store import Put, Store
from shared.tenure import LostLease

log = structlog.get_logger(__name__)

_PULL_LIMIT_S: Final = 120.0
_BATCH: Final = 50
_EMPTY_PAUSE_S: Final = 0.2
"""A pull that returns at once with nothing must not become a busy loop."""


class PullLoop:
    """Pulls one channel while its lease is held."""

    def __init__(
        self,
        channel_id: ChannelId,
        connector: Connector,
        *,
        acceptance: Acceptance,
        presses: Presses,
        store: Store,
        clock: Clock,
        health: Health,
        metrics: Metrics,
        broken: Callable[[str], Awaitable[None]],
        random: Random,
    ) -> None:
        self._channel_id = channel_id
        self._connector = connector
        self._acceptance = acceptance
        self._presses = presses
        self._store = store
        self._clock = clock
        self._health = health
        self._metrics = metrics
        self._broken = broken
        self._random = random
        self._failures = 0

    async def run(self, lease: Lease) -> None:
        """Pull for ever. Raises ``LostLease``; returns once the channel was declared broken."""
        pulls = self._connector
        if not isinstance(pulls, Pulls):
            return
        while True:
            try:
                await self._go_on(lease, pulls)
            except ChannelBroken as error:
                await self._broken(str(error))
                return
            except Throttled as error:
                self._health.failed(str(error))
                await self._clock.sleep(error.retry_after_s)
            except (Unavailable, SendError, TimeoutError) as error:
                await self._wait(str(error) or "the platform did not answer in time")
            except (LostLease, asyncio.CancelledError):
                raise
            except Exception as error:  # noqa: BLE001 - a connector's bug: slowly on, and visibly
                name = report_bug(self._metrics, "pull", error, channel_id=self._channel_id)
                await self._wait(f"a bug of the connector: {name}")

    async def _wait(self, reason: str) -> None:
        self._health.failed(reason)
        self._failures += 1
        delay = backoff_s(self._failures, self._random)
        log.warning("pull.failed", channel_id=self._channel_id, reason=reason, again_in_s=delay)
        await self._clock.sleep(delay)

    async def _go_on(self, lease: Lease, pulls: Pulls) -> None:
        stored = await self._store.get(CURSORS, self._channel_id)
        cursor = stored.value if stored else None
        while True:
            async with asyncio.timeout(_PULL_LIMIT_S):
                pulled = await pulls.pull(cursor)
            cursor = await self._take(lease, pulled, cursor)
            self._failures = 0
            if not pulled.events:
                await self._clock.sleep(_EMPTY_PAUSE_S)

    async def _take(self, lease: Lease, pulled: Pulled, cursor: str | None) -> str | None:
        """Publish what came, in order, storing the cursor as it is confirmed."""
        for start in range(0, len(pulled.events), _BATCH):
            events = pulled.events[start : start + _BATCH]
            actions = await self._acceptance.accept_raw(self._connector, events)
            cursor = pulled.cursors[start + len(events) - 1]
            await self._store_cursor(lease, cursor)
            self._presses.offer(actions)
        if not pulled.events and pulled.cursor is not None and pulled.cursor != cursor:
            cursor = pulled.cursor
            await self._store_cursor(lease, cursor)
        return cursor

    async def _store_cursor(self, lease: Lease, value: str) -> None:
        document = Cursor(id=self._channel_id, value=value, at=self._clock.now())
        try:
            await self._store.commit([Leases.fence(lease), Put(CURSORS, document)])
        except Conflict:
            raise LostLease(f"{lease.id} was taken over") from None
