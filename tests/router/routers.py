"""Routers in a test that hold partitions while they live, and work when they are told to."""

from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

from router.acks import Acks
from router.consumer import Consumer
from router.health import Troubles
from router.ledger import Ledger
from router.outbox import Outbox
from shared.ids import Partition, new_id
from shared.metrics import Metrics
from shared.partitions import lease_id
from shared.ports.bus import Bus, Exchange, Publication, Subscription
from shared.topology import partition_key, partition_queue
from tests.router.world import World

_WORK = (Exchange.CONVERSATIONS, Exchange.COMMANDS)


class NotingBus:
    """A bus that notes how much waits in each partition, so that nobody has to ask for it."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.waiting: Counter[str] = Counter()
        """By the partition's key."""
        self.consume = bus.consume
        self.dead_letter = bus.dead_letter
        self.depth = bus.depth

    async def publish(self, publications: Sequence[Publication]) -> None:
        await self._bus.publish(publications)
        self.waiting.update(one.routing_key for one in publications if one.exchange in _WORK)


class Routers:
    """One for each partition: a ledger, and a consumer that remembers."""

    def __init__(
        self, world: World, partitions: Sequence[Partition], stack: AsyncExitStack
    ) -> None:
        self._world = world
        self._stack = stack
        self._bus = NotingBus(world.bus)
        world.bus = self._bus
        self._partitions = {partition_key(one): one for one in partitions}
        self._held: dict[Partition, tuple[Ledger, Consumer, Outbox]] = {}
        self._subscriptions: dict[Partition, Subscription] = {}

    async def begin(self) -> None:
        """Claim every partition."""
        for partition in self._partitions.values():
            queue: Any = partition_queue(partition)
            entering = self._bus.consume(queue, prefetch=100)
            self._subscriptions[partition] = await self._stack.enter_async_context(entering)
            await self.change_hands(partition)

    def seq(self, partition: Partition) -> int:
        """The number of the partition's last event."""
        return self._held[partition][0].seq

    async def change_hands(self, partition: Partition) -> None:
        """Another router holds the partition from now on, and remembers nothing."""
        before = self._held.pop(partition, None)
        if before is not None:
            await before[0].release()
        store, clock, bus = self._world.store, self._world.clock, self._world.bus
        lease = await self._world.leases(new_id("n")).claim(lease_id(partition))
        assert lease is not None
        troubles = Troubles()
        ledger = Ledger(store, clock, troubles, partition=partition, lease=lease)
        outbox, policy = Outbox(bus, clock, troubles), self._world.policy
        consumer = Consumer(bus, store, clock, ledger, outbox, policy, troubles, Metrics())
        self._held[partition] = ledger, consumer, outbox

    async def settle(self) -> None:
        """Let everything be handled that waits, and what comes of it."""
        while self._bus.waiting:
            key, count = self._bus.waiting.popitem()
            partition = self._partitions[key]
            while count > 0:
                deliveries = await self._subscriptions[partition].take(min(count, 50))
                count -= len(deliveries)
                _, consumer, outbox = self._held[partition]
                async with Acks.of(self._subscriptions[partition], outbox.settled) as acks:
                    await consumer.handle(acks, deliveries)
