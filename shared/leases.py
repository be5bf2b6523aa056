"""Leases: who may write something until when.

A lease is a row with owner, epoch and end. Claiming raises the epoch; whatever its holder writes
carries the epoch as a condition, so that a process which was stopped and woke up late writes
nothing.
"""

from datetime import timedelta

from shared.clock import Clock
from shared.collections import LEASES
from shared.errors import Conflict
from shared.model.records import Lease
from shared.ports.store import ABSENT, Check, Put, Store, Update


class Leases:
    """Claims, renews and releases leases for one process.

    ``owner`` is unique per process start. With ``exclusive`` the data belongs to this process alone
    (it holds the lock on the data directory), so leases of an earlier process are taken at once.
    """

    def __init__(
        self, store: Store, clock: Clock, owner: str, *, for_s: float = 4.0, exclusive: bool = False
    ) -> None:
        self._store = store
        self._clock = clock
        self.owner = owner
        self.for_s = for_s
        self._exclusive = exclusive

    @property
    def exclusive(self) -> bool:
        """Whether no other process can be alive on this data."""
        return self._exclusive

    async def claim(self, id: str) -> Lease | None:
        """The lease, if it is free or over or ours; None while somebody else holds it.

        Raises ``Unavailable``. The epoch is raised on every claim.
        """
        until = self._clock.now() + timedelta(seconds=self.for_s)
        held = await self._store.get(LEASES, id)
        if held is None:
            fresh = Lease(id=id, owner=self.owner, epoch=1, until=until)
            return await self._try(fresh, Put(LEASES, fresh, expect=ABSENT))
        if not self.may_claim(held):
            return None
        ours = held.model_copy(
            update={"owner": self.owner, "epoch": held.epoch + 1, "until": until}
        )
        change = Update(
            LEASES,
            id,
            {"owner": ours.owner, "epoch": ours.epoch, "until": until},
            expect={"owner": held.owner, "epoch": held.epoch, "until": held.until},
        )
        claimed = await self._try(ours, change)
        # What the former holder committed between our read and our claim counts.
        return claimed and await self._store.get(LEASES, id)

    def may_claim(self, held: Lease | None) -> bool:
        """Whether a claim of this lease would be tried, as the row stands."""
        return (
            held is None
            or held.owner == self.owner
            or held.until <= self._clock.now()
            or self._exclusive
        )

    async def renew(self, lease: Lease) -> Lease:
        """The lease with a later end. Raises ``Conflict`` when it was taken over,
        ``Unavailable``."""
        until = self._clock.now() + timedelta(seconds=self.for_s)
        await self._store.commit(
            [Update(LEASES, lease.id, {"until": until}, expect=self.condition(lease))]
        )
        return lease.model_copy(update={"until": until})

    async def release(self, lease: Lease) -> None:
        """Give it up, so that another can claim it at once. Harmless when it was taken over."""
        change = Update(
            LEASES, lease.id, {"until": self._clock.now()}, expect=self.condition(lease)
        )
        await self._try(lease, change)

    @staticmethod
    def condition(lease: Lease) -> dict[str, str | int]:
        """What must still be so for the holder to write."""
        return {"owner": lease.owner, "epoch": lease.epoch}

    @classmethod
    def fence(cls, lease: Lease) -> Check[Lease]:
        """A change that lets a commit through only while the lease is still held."""
        return Check(LEASES, lease.id, cls.condition(lease))

    async def _try(self, lease: Lease, change: Put[Lease] | Update[Lease]) -> Lease | None:
        try:
            await self._store.commit([change])
        except Conflict:
            return None
        return lease
