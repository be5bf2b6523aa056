"""The router as a service."""

import asyncio
from datetime import datetime
from typing import Final, Protocol, runtime_checkable

import structlog

from router.assigner.service import Assigner
from router.dead import DeadLetterKeeper
from router.figures.folding import Folding
from router.health import Health, PartitionHealth, Troubles
from router.ledger import Ledger
from router.numbers import Numbers
from router.partition import PartitionTask
from router.partitions import Partitions
from router.peaks import PeakWatch
from router.policy import Policy
from router.rules.arming import Arming
from router.sweep import Sweep
from router.timers import Timers
from shared.clock import Clock
from shared.errors import Unavailable
from shared.ids import Partition
from shared.leases import Leases
from shared.metrics import Metrics
from shared.model.records import Lease
from shared.ports.bus import Bus
from shared.ports.store import Store
from shared.topology import partition_queue

log = structlog.get_logger(__name__)

_LEAVE_S: Final = 0.8
"""How long the commits in hand may take at the end; what is left is somebody else's then."""
_OLDEST_S: Final = 60.0
"""An item that waits longer raises an alarm."""
_FOLD_EVERY_S: Final = 600.0
_PEAKS_EVERY_S: Final = 60.0
_RULES_EVERY_S: Final = 5.0
_LAG: Final = "lag"
_QUEUES: Final = "queues"


@runtime_checkable
class Expires(Protocol):
    """A store that removes what has outlived its time only when it is asked to."""

    async def expire(self, now: datetime) -> int:
        """Remove it; returns how many documents. Raises ``Unavailable``."""


class Router:
    """Holds its share of the partitions, assigns if it is its turn, fires timers, keeps dead
    letters.

    It is given ready ports and closes none of them.
    """

    def __init__(
        self,
        bus: Bus,
        store: Store,
        clock: Clock,
        leases: Leases,
        *,
        policy: Policy | None = None,
        metrics: Metrics | None = None,
        timers_every_s: float = 1.0,
        expire_every_s: float = 60.0,
    ) -> None:
        self._bus = bus
        self._store = store
        self._clock = clock
        self._policy = policy or Policy()
        self._name = leases.owner
        self._metrics = metrics or Metrics()
        self._troubles = Troubles()
        self._numbers = Numbers(store, clock)
        self._partitions = Partitions(store, clock, leases, self._troubles, self._task_for)
        self._assigner = Assigner(
            bus, store, clock, leases, self._policy, self._troubles, self._metrics
        )
        timers = Timers(bus, store, clock)
        folding = Folding(store, clock)
        self._keeper = DeadLetterKeeper(bus, store, clock, self._troubles)
        self._sweeps = (
            Sweep(
                leases,
                clock,
                self._troubles,
                id="sweep/timers",
                every_s=timers_every_s,
                work=timers.fire,
            ),
            Sweep(
                leases,
                clock,
                self._troubles,
                id="sweep/expire",
                every_s=expire_every_s,
                work=self._expire,
            ),
            Sweep(
                leases,
                clock,
                self._troubles,
                id="sweep/figures",
                every_s=_FOLD_EVERY_S,
                work=folding.fold,
            ),
            Sweep(
                leases,
                clock,
                self._troubles,
                id="sweep/peaks",
                every_s=_PEAKS_EVERY_S,
                work=PeakWatch(bus, store, clock, self._policy.shelf).look,
            ),
            Sweep(
                leases,
                clock,
                self._troubles,
                id="sweep/rules",
                every_s=_RULES_EVERY_S,
                work=Arming(store, clock, self._policy.shelf).arm,
            ),
        )

    async def run(self) -> None:
        """Work until cancelled; then finish the commits in hand and release the leases."""
        async with asyncio.TaskGroup() as group:
            shelf = self._policy.shelf
            kept = shelf.keep(self._store, self._bus, self._clock, f"router.{self._name}")
            group.create_task(kept, name="router/policies")
            # No item is to meet a book that was not read yet.
            await shelf.read.wait()
            group.create_task(self._partitions.keep(group), name="router/partitions")
            group.create_task(self._assigner.run(), name="router/assigner")
            group.create_task(self._keeper.run(), name="router/dead-letters")
            for sweep in self._sweeps:
                group.create_task(sweep.run(), name="router/sweep")
            try:
                await asyncio.Event().wait()
            finally:
                await self._leave()

    async def health(self) -> Health:
        """Which partitions are held, what waits in them, and what is wrong. Never raises."""
        waiting: list[PartitionHealth] = []
        held = self._partitions.held()
        try:
            waiting = [await self._waiting(partition) for partition in held]
        except Unavailable as error:
            self._troubles.begin(_QUEUES, str(error))
        else:
            self._troubles.end(_QUEUES)
        oldest_s = max((partition.oldest_s for partition in waiting), default=0.0)
        if oldest_s > _OLDEST_S:
            self._troubles.begin(_LAG, "items have been waiting for over a minute")
        else:
            self._troubles.end(_LAG)
        troubles = self._troubles.now()
        # Being late is an alarm, not a reason to take the hub out of service.
        settled = self._partitions.settled and self._assigner.settled
        ready = settled and not troubles.keys() - {_LAG}
        return Health(ready, tuple(waiting), troubles)

    async def check(self) -> None:
        """Raises ``Unavailable`` while it holds no share of the partitions, nobody assigns, or
        anything is wrong."""
        health = await self.health()
        if not health.ready:
            troubles = "; ".join(f"{name}: {why}" for name, why in health.troubles.items())
            raise Unavailable(troubles or "not all partitions are held yet, or nobody assigns")

    def troubles(self) -> dict[str, str]:
        """What is wrong at the moment, by name; quick, asks nobody."""
        return self._troubles.now()

    async def _waiting(self, partition: Partition) -> PartitionHealth:
        depth = await self._bus.depth(partition_queue(partition))
        oldest_s = 0.0
        if depth.oldest_at is not None:
            oldest_s = max(0.0, (self._clock.now() - depth.oldest_at).total_seconds())
        return PartitionHealth(partition, depth.items, oldest_s)

    def _task_for(self, partition: Partition, lease: Lease) -> PartitionTask:
        ledger = Ledger(self._store, self._clock, self._troubles, partition=partition, lease=lease)
        return PartitionTask(
            self._bus,
            self._store,
            self._clock,
            ledger,
            self._policy,
            self._troubles,
            self._metrics,
            numbers=self._numbers,
        )

    async def _leave(self) -> None:
        try:
            async with asyncio.timeout(_LEAVE_S):
                await self._partitions.leave_all()
        except (TimeoutError, Unavailable) as error:
            log.warning("router.left_in_haste", reason=str(error) or "time is over")

    async def _expire(self) -> None:
        if isinstance(self._store, Expires):
            gone = await self._store.expire(self._clock.now())
            log.debug("store.expired", documents=gone)
