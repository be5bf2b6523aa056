"""Sharing the partitions out among the living routers, by lease.

Each router holds at most its fair share, takes what is free or over, and gives the surplus back.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from router.health import Troubles
from router.partition import PartitionTask
from shared.clock import Clock
from shared.collections import LEASES, MEMBERS
from shared.errors import Conflict, Unavailable
from shared.ids import PARTITIONS, Partition
from shared.leases import Leases
from shared.model.records import Lease, Member
from shared.partitions import lease_id
from shared.ports.store import Delete, Put, Range, Store, Update

log = structlog.get_logger(__name__)

SERVICE: Final = "router"
_MOST_ROUTERS: Final = 200
_AFTER_END_S: Final = 0.1
"""Its leases end a moment after its membership."""
ALL: Final = tuple(Partition(number) for number in range(PARTITIONS))


def fair_share(partitions: int, routers: int, place: int) -> int:
    """How many partitions the router at this place (from 0) of so many may hold.

    The shares make up all partitions and differ by one at most.
    """
    each, over = divmod(partitions, routers)
    return each + (place < over)


class Partitions:
    """The partitions that this router holds, each with its task."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        leases: Leases,
        troubles: Troubles,
        task_for: Callable[[Partition, Lease], PartitionTask],
    ) -> None:
        self._store = store
        self._clock = clock
        self._leases = leases
        self._troubles = troubles
        self._task_for = task_for
        self._held: dict[Partition, PartitionTask] = {}
        self._running: dict[Partition, asyncio.Task[None]] = {}
        self._closing = False
        self._next_end: datetime | None = None
        """When the first of the other living routers is over, unless it says that it lives."""
        self.settled = False
        """It has claimed its share at least once."""

    def held(self) -> Sequence[Partition]:
        """The partitions that are worked on and not being given up."""
        return [number for number, task in self._held.items() if not task.leaving]

    async def keep(self, group: asyncio.TaskGroup) -> None:
        """Renew, give back and claim, for ever; the tasks run in ``group``."""
        while not self._closing:
            try:
                await self._look(group)
            except Unavailable as error:
                self._troubles.begin("store", str(error))
            else:
                self._troubles.end("store")
            await self._clock.sleep(self._until_next_look_s())

    def _until_next_look_s(self) -> float:
        """A quarter of a lease, or less where another router's time is over before."""
        usual_s = self._leases.for_s / 4
        if self._next_end is None:
            return usual_s
        ends_in_s = (self._next_end - self._clock.now()).total_seconds() + _AFTER_END_S
        return min(usual_s, max(_AFTER_END_S, ends_in_s))

    async def leave_all(self) -> None:
        """Finish the commits in hand and release everything. Waits; the caller sets the limit."""
        self._closing = True
        for task in self._held.values():
            task.leave()
        running = list(self._running.values())
        if running:
            await asyncio.wait(running)
        await self._store.commit([Delete(MEMBERS, self._member_id)])

    @property
    def _member_id(self) -> str:
        return f"{SERVICE}/{self._leases.owner}"

    async def _look(self, group: asyncio.TaskGroup) -> None:
        now = self._clock.now()
        until = now + timedelta(seconds=self._leases.for_s)
        member = Member(id=self._member_id, service=SERVICE, until=until)
        await self._store.commit([Put(MEMBERS, member)])
        await self._renew()
        others = await self._others(now)
        self._next_end = min((other.until for other in others), default=None)
        place = sum(other.id < self._member_id for other in others)
        share = fair_share(PARTITIONS, len(others) + 1, place)
        held = self.held()
        for partition in sorted(held)[share:]:
            self._held[partition].leave()
        if len(held) < share:
            await self._claim(group, share - len(held))
        self.settled = True

    async def _others(self, now: datetime) -> Sequence[Member]:
        """The other routers that live."""
        if self._leases.exclusive:
            return ()  # whoever has not signed off was killed
        living = await self._store.find(
            MEMBERS,
            equal={"service": SERVICE},
            range=Range("until", gt=now),
            order="until",
            limit=_MOST_ROUTERS,
        )
        return [other for other in living.items if other.id != self._member_id]

    async def _renew(self) -> None:
        """All at once; where one was taken over, one by one to find out which."""
        until = self._clock.now() + timedelta(seconds=self._leases.for_s)
        held = [task.ledger.lease for task in self._held.values()]
        renewals = [
            Update(LEASES, lease.id, {"until": until}, expect=self._leases.condition(lease))
            for lease in held
        ]
        if not renewals:
            return
        try:
            await self._store.commit(renewals)
        except Conflict:
            for task in list(self._held.values()):
                try:
                    await self._leases.renew(task.ledger.lease)
                except Conflict:
                    task.leave(lost=True)

    async def _claim(self, group: asyncio.TaskGroup, wanted: int) -> None:
        rows = await self._store.get_many(LEASES, [lease_id(number) for number in ALL])
        free = [
            number
            for number in ALL
            if number not in self._running and self._leases.may_claim(rows.get(lease_id(number)))
        ]
        # Together: the store commits in one go what comes at the same time.
        claims = [self._leases.claim(lease_id(number)) for number in free[:wanted]]
        for number, lease in zip(free, await asyncio.gather(*claims), strict=False):
            if lease is None:
                continue
            if self._closing:
                await self._leases.release(lease)
            else:
                self._start(group, number, lease)

    def _start(self, group: asyncio.TaskGroup, partition: Partition, lease: Lease) -> None:
        task = self._task_for(partition, lease)
        self._held[partition] = task
        running = group.create_task(task.run(), name=lease.id)
        self._running[partition] = running
        running.add_done_callback(lambda _: self._ended(partition))

    def _ended(self, partition: Partition) -> None:
        del self._held[partition]
        del self._running[partition]
