"""A held partition's place in its log, and the commits that move it on.

Every commit carries the condition that owner, epoch and seq are what this router wrote last. A
router that was stopped and woke up late therefore commits nothing, and a commit that is repeated
because its outcome was not known is applied once.
"""

from collections.abc import Sequence
from typing import Final

from router.backoff import Backoff
from router.health import Troubles
from router.unit import Unit
from router.work import SOURCE
from shared.clock import Clock
from shared.collections import EVENT_LOG, LEASES, STARTS
from shared.errors import Conflict, HubError, Unavailable
from shared.events import entry_of, numbered
from shared.ids import Partition
from shared.model.records import Lease, Start
from shared.ports.bus import Exchange, Publication
from shared.ports.store import Change, Check, Put, Store, Update

_CLAIM_AGAIN: Final = "the partition was taken over"


class LeaseLost(HubError):
    """Another router holds the partition now: drop everything, write nothing."""


class Ledger:
    """The lease row of one partition as its holder knows it."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        troubles: Troubles,
        *,
        partition: Partition,
        lease: Lease,
    ) -> None:
        self._store = store
        self._clock = clock
        self._troubles = troubles
        self.partition = partition
        self.lease = lease
        self.seq = lease.seq
        self.published_seq = lease.published_seq

    async def commit(self, unit: Unit) -> Sequence[Publication]:
        """Write the unit; returns its events as they stand in the log, for whoever listens.

        Waits while the store is away. Raises ``LeaseLost``; ``Conflict`` when a document that
        others write too has changed, and then nothing was written.
        """
        told = self._told(unit)
        seq = self.seq + max(1, len(told))
        changes: list[Change] = [
            Update(
                LEASES,
                self.lease.id,
                {"seq": seq, "published_seq": self.published_seq},
                expect={**self._holder(), "seq": self.seq},
            ),
            *unit.changes(self.partition),
            *(Put(EVENT_LOG, entry_of(one.envelope, one.routing_key)) for one in told),
        ]
        backoff = Backoff(self._clock)
        while True:
            try:
                await self._store.commit(changes)
            except Unavailable as error:
                # It may have been applied all the same: the same changes again find out.
                self._troubles.begin("store", str(error))
                await backoff.wait()
            except Conflict:
                if not await self._is_applied(seq):
                    raise
                break
            else:
                break
        self._troubles.end("store")
        self.seq = seq
        return told

    async def start(self, id: str) -> int:
        """Note that an item is begun alone; returns how often it was before.

        Waits while the store is away, and counts once however often it tries. Raises ``LeaseLost``;
        ``Unavailable`` when the count cannot be read.
        """
        known = await self._store.get(STARTS, id)
        before = known.count if known else 0
        row = Start(id=id, count=before + 1, at=self._clock.now())
        backoff = Backoff(self._clock)
        while True:
            try:
                await self._store.commit([self._fence(), Put(STARTS, row)])
            except Unavailable as error:
                self._troubles.begin("store", str(error))
                await backoff.wait()
            except Conflict:
                raise LeaseLost(_CLAIM_AGAIN) from None
            else:
                return before

    def published(self, seq: int) -> None:
        """All events up to this one are out; the next commit says so."""
        self.published_seq = seq

    async def release(self) -> None:
        """Give the partition up for others to claim at once. Harmless when it was taken over.

        Raises ``Unavailable``.
        """
        change = Update(
            LEASES,
            self.lease.id,
            {"until": self._clock.now(), "published_seq": self.published_seq},
            expect=self._holder(),
        )
        try:
            await self._store.commit([change])
        except Conflict:
            return

    async def _is_applied(self, seq: int) -> bool:
        """After a lost condition: whether an earlier attempt of the same commit went through.

        Only the holder writes seq, so that a new seq under our epoch is the one that we wrote.
        """
        backoff = Backoff(self._clock)
        while True:
            try:
                row = await self._store.get(LEASES, self.lease.id)
            except Unavailable as error:
                self._troubles.begin("store", str(error))
                await backoff.wait()
                continue
            if row is None or {"owner": row.owner, "epoch": row.epoch} != self._holder():
                raise LeaseLost(_CLAIM_AGAIN)
            if row.seq not in (self.seq, seq):
                raise LeaseLost("the partition's log was written by somebody else")
            return row.seq == seq

    def _told(self, unit: Unit) -> list[Publication]:
        return [
            Publication(
                Exchange.EVENTS,
                emitted.routing_key,
                numbered(
                    emitted.event,
                    partition=self.partition,
                    seq=self.seq + number,
                    at=unit.now,
                    trace_id=emitted.trace_id,
                    source=SOURCE,
                    correlation_id=emitted.correlation_id,
                ),
            )
            for number, emitted in enumerate(unit.events, start=1)
        ]

    def _holder(self) -> dict[str, str | int]:
        return {"owner": self.lease.owner, "epoch": self.lease.epoch}

    def _fence(self) -> Check[Lease]:
        return Check(LEASES, self.lease.id, self._holder())
