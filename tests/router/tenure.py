"""One claim of a partition, with items put into its hands."""

import itertools
from collections.abc import Sequence
from typing import Any

from router.acks import Acks
from router.consumer import Consumer
from router.health import Troubles
from router.ledger import Ledger
from router.outbox import Outbox
from shared.envelope import Envelope
from shared.ids import partition_of_slot, slot_for
from shared.metrics import Metrics
from shared.partitions import lease_id
from shared.ports.bus import Delivery
from shared.ports.store import Change, Store
from tests.router.world import CHANNEL, World

HOME = partition_of_slot(slot_for(CHANNEL, "chat-1"))


class Hand:
    """Stands for a subscription: what is acknowledged is gone."""

    async def take(self, limit: int) -> Sequence[Delivery]:
        raise NotImplementedError

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        return


class Tenure:
    """The partition of the first chat, from a claim of its lease to its release."""

    def __init__(self, ledger: Ledger, outbox: Outbox, consumer: Consumer) -> None:
        self._ledger = ledger
        self._outbox = outbox
        self._consumer = consumer
        self._tags = itertools.count(1)

    @classmethod
    async def begin(
        cls, world: World, *, owner: str = "router-1", store: Store | None = None
    ) -> "Tenure":
        """Claim the partition, which must be free."""
        lease = await world.leases(owner).claim(lease_id(HOME))
        assert lease is not None
        troubles = Troubles()
        used = store or world.store
        ledger = Ledger(used, world.clock, troubles, partition=HOME, lease=lease)
        outbox = Outbox(world.bus, world.clock, troubles)
        consumer = Consumer(
            world.bus, used, world.clock, ledger, outbox, world.policy, troubles, Metrics()
        )
        return cls(ledger, outbox, consumer)

    async def handle(self, *envelopes: Envelope, again: bool = False) -> None:
        """Handle these items together, as handed out for the first time, or ``again``."""
        deliveries = [Delivery(next(self._tags), one, redelivered=again) for one in envelopes]
        async with Acks.of(Hand(), self._outbox.settled) as acks:
            await self._consumer.handle(acks, deliveries)

    async def end(self) -> None:
        """Let others claim it."""
        await self._ledger.release()


class CountingStore:
    """A store that notes what is asked of it and how often it is written to."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.search = store.search
        self.reads: list[str] = []
        self.commits = 0

    async def get(self, collection: Any, id: str) -> Any:
        self.reads.append(collection.name)
        return await self._store.get(collection, id)

    async def get_many(self, collection: Any, ids: Sequence[str]) -> Any:
        self.reads.append(collection.name)
        return await self._store.get_many(collection, ids)

    async def find(self, collection: Any, **named: Any) -> Any:
        self.reads.append(collection.name)
        return await self._store.find(collection, **named)

    async def commit(self, changes: Sequence[Change]) -> None:
        self.commits += 1
        await self._store.commit(changes)
