"""The assigner as a task of every router: one of them holds the lease and works."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from typing import Final

import structlog

from router.assigner.tenure import Tenure
from router.bugs import report_bug
from router.health import Troubles
from router.policy import Policy
from shared.clock import Clock
from shared.collections import AGENTS, ATTENDANCE, PRESENCE
from shared.envelope import Envelope
from shared.errors import Conflict, Unavailable
from shared.eventlog import EventLog, Positions
from shared.leases import Leases
from shared.metrics import Metrics
from shared.model.records import Lease
from shared.ports.bus import Bus
from shared.ports.store import Store
from shared.topology import events_queue

log = structlog.get_logger(__name__)

LEASE: Final = "assigner"
_RENEWING: Final = "assigner/lease"
_TICK_S: Final = 1.0
_AGAIN_S: Final = 1.0
_RELEASE_S: Final = 0.5
_HEARD: Final = 200
"""So many batches of events wait at most while it is busy."""
_PRESENCE: Final = frozenset({PRESENCE.name, ATTENDANCE.name})


class _Over(Exception):
    """The tenure ends and another may begin at once."""


class Assigner:
    """Claims the lease, works while it holds it, and begins anew when something went wrong."""

    def __init__(
        self,
        bus: Bus,
        store: Store,
        clock: Clock,
        leases: Leases,
        policy: Policy,
        troubles: Troubles,
        metrics: Metrics,
    ) -> None:
        self._bus = bus
        self._store = store
        self._clock = clock
        self._leases = leases
        self._policy = policy
        self._troubles = troubles
        self._metrics = metrics
        self._log = EventLog(store, bus)
        self._heard: asyncio.Queue[Sequence[Envelope]] = asyncio.Queue(_HEARD)
        self._wake = asyncio.Event()
        self.settled = False
        """It works, or has seen that another does."""

    async def run(self) -> None:
        """For ever; gives the lease up at the end."""
        while True:
            lease = await self._claim()
            if lease is None or not await self._held(lease):
                await self._clock.sleep(min(_AGAIN_S, self._leases.for_s / 4))

    async def _claim(self) -> Lease | None:
        try:
            lease = await self._leases.claim(LEASE)
        except Unavailable as error:
            self._troubles.begin(LEASE, str(error))
            return None
        if lease is None:
            self._troubles.end(LEASE)
            self.settled = True
        return lease

    async def _held(self, lease: Lease) -> bool:
        """One tenure. False when it is better to wait before the next one."""
        in_order = False
        try:
            await self._serve(lease)
        except* _Over:
            in_order = True
        except* Conflict as lost:
            log.warning("assigner.lost", reason=str(lost.exceptions[0]))
        except* Unavailable as away:
            self._troubles.begin(LEASE, str(away.exceptions[0]))
        except* Exception as group:  # noqa: BLE001 - its bug must not end the partitions
            self._troubles.begin(LEASE, report_bug(self._metrics, LEASE, group.exceptions[0]))
        finally:
            await self._release(lease)
        return in_order

    async def _serve(self, lease: Lease) -> None:
        """Until the lease is lost, the mode changes, or something fails: always by an error."""
        self._heard = asyncio.Queue(_HEARD)
        tenure = Tenure(self._bus, self._store, self._clock, self._policy, lease)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._renew(lease), name="assigner/lease")
            positions: Positions = await self._log.heads() if tenure.assigns else {}
            await tenure.begin()
            if tenure.assigns:
                group.create_task(self._follow(positions), name="assigner/events")
            group.create_task(self._listen(tenure), name="assigner/settings")
            group.create_task(self._decide(tenure), name="assigner/decisions")

    async def _renew(self, lease: Lease) -> None:
        """Keep the lease, and let decisions be looked at every second."""
        while True:
            await self._clock.sleep(min(_TICK_S, self._leases.for_s / 4))
            try:
                lease = await self._leases.renew(lease)
            except Unavailable as error:
                self._troubles.begin(_RENEWING, str(error))
            else:
                self._troubles.end(_RENEWING)
            self._wake.set()

    async def _follow(self, positions: Positions) -> None:
        reader = f"assigner.{self._leases.owner}"
        async with aclosing(self._log.follow(reader, positions)) as events:
            async for envelopes in events:
                await self._heard.put(envelopes)
                self._wake.set()

    async def _listen(self, tenure: Tenure) -> None:
        """What inboxes tell: people and presences that changed."""
        queue = events_queue(f"assigner.{self._leases.owner}.settings", "settings-changed.#")
        while True:
            try:
                async with self._bus.consume(queue, prefetch=100) as changes:
                    # What was told while nobody listened is lost.
                    tenure.people_changed = True
                    tenure.presence_changed()
                    while True:
                        told = await changes.take(100)
                        for collection in {one.envelope.payload["collection"] for one in told}:
                            tenure.people_changed |= collection == AGENTS.name
                            if collection in _PRESENCE:
                                tenure.presence_changed()
                        self._wake.set()
                        await changes.ack(told)
            except Unavailable as error:
                log.warning("assigner.away", reason=str(error))
                await self._clock.sleep(_AGAIN_S)

    async def _decide(self, tenure: Tenure) -> None:
        while True:
            while not self._heard.empty():
                tenure.heard(self._heard.get_nowait())
            if tenure.is_over:
                raise _Over
            try:
                await tenure.step()
            except Unavailable as error:
                # What was decided is asked again once its time is over.
                self._troubles.begin(LEASE, str(error))
            else:
                self._troubles.end(LEASE)
                self.settled = True
            await self._wake.wait()
            self._wake.clear()

    async def _release(self, lease: Lease) -> None:
        try:
            async with asyncio.timeout(_RELEASE_S):
                await self._leases.release(lease)
        except (Unavailable, TimeoutError):
            return  # it runs out by itself
