"""What is due, in a lane for each push service: one that hangs holds up nobody but its own."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from yarl import URL

from shared.clock import Clock
from shared.collections import PUSH_DEVICES, PUSHES
from shared.errors import Conflict, Unavailable
from shared.model.push import Push, PushDevice
from shared.ports.store import Range, Store, Update

log = structlog.get_logger(__name__)

_AT_ONCE: Final = 8
"""To one push service."""
_IN_HAND: Final = 50
"""Of one push service; more of them wait in the store, out of the way of others."""
_LANE_AGAIN: Final = timedelta(seconds=10)
_LOOK_EVERY_S: Final = 1.0
_PAGE: Final = 100
_MOST_PAGES: Final = 10


class Due:
    """Gives out what is due; ``run`` it."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        group: asyncio.TaskGroup,
        deal_with: Callable[[Push], Awaitable[None]],
    ) -> None:
        """``deal_with`` raises ``Unavailable`` alone: the push is given out again then."""
        self._store = store
        self._clock = clock
        self._group = group
        self._deal_with = deal_with
        self._gates: dict[str, asyncio.Semaphore] = {}
        self._lanes: Counter[str] = Counter()
        self._in_hand: set[str] = set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self._give_out()
            except Unavailable as error:
                log.warning("push.away", reason=str(error))
            await self._clock.sleep(_LOOK_EVERY_S)

    async def _give_out(self) -> None:
        now, cursor = self._clock.now(), None
        due = Range("due_at", le=now)
        for _ in range(_MOST_PAGES):
            page = await self._store.find(
                PUSHES, equal={}, range=due, order="due_at", cursor=cursor, limit=_PAGE
            )
            await self._take(page.items, now)
            cursor = page.next
            if cursor is None:
                return

    async def _take(self, found: Sequence[Push], now: datetime) -> None:
        new = [push for push in found if push.id not in self._in_hand]
        ids = sorted({push.device_id for push in new})
        devices = await self._store.get_many(PUSH_DEVICES, ids) if ids else {}
        for push in new:
            lane = _lane_of(devices.get(push.device_id))
            if self._lanes[lane] >= _IN_HAND:
                await self._put_off(push, now + _LANE_AGAIN)
                continue
            self._in_hand.add(push.id)
            self._lanes[lane] += 1
            self._group.create_task(self._run(lane, push.id), name=f"push/{push.id}")

    async def _run(self, lane: str, id: str) -> None:
        gate = self._gates.setdefault(lane, asyncio.Semaphore(_AT_ONCE))
        try:
            async with gate:
                # It may have waited: newer news have taken its place, or it is told already.
                push = await self._store.get(PUSHES, id)
                if push is not None and push.due_at <= self._clock.now():
                    await self._deal_with(push)
        except Unavailable as error:
            log.warning("push.away", reason=str(error))
        finally:
            self._in_hand.discard(id)
            self._lanes[lane] -= 1
            if not self._lanes[lane]:
                del self._lanes[lane], self._gates[lane]

    async def _put_off(self, push: Push, at: datetime) -> None:
        values = {"due_at": at, "version": push.version + 1}
        try:
            await self._store.commit(
                [Update(PUSHES, push.id, values, expect={"version": push.version})]
            )
        except Conflict:
            log.debug("push.changed_meanwhile", push=push.id)


def _lane_of(device: PushDevice | None) -> str:
    return URL(device.endpoint).authority if device is not None else ""
