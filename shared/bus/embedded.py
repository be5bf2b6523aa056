"""The embedded bus: durable queues in SQLite, transient ones in memory, within one process."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from shared.bus import items, wire
from shared.bus.dead_letters import dead_letter
from shared.bus.durable import DurableQueue, DurableSubscription
from shared.bus.items import NewItem
from shared.bus.routing import Routes
from shared.bus.transient import TransientSubscription
from shared.clock import Clock
from shared.errors import Unavailable
from shared.ports.bus import Delivery, Depth, Exchange, Publication, Queue, Subscription
from shared.sqlite import Database
from shared.topology import DURABLE_QUEUES

_TRANSIENT_EXCHANGES: Final = frozenset({Exchange.EVENTS, Exchange.OUTBOUND})
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class EmbeddedBus:
    """See ``shared.ports.bus.Bus``. The database may be shared with the store, and is not closed
    here: what waits in both is then committed together."""

    def __init__(self, database: Database, clock: Clock, *, publish_timeout_s: float) -> None:
        """Use ``open``."""
        self._database = database
        self._clock = clock
        self._publish_timeout_s = publish_timeout_s
        self._queues: dict[str, DurableQueue] = {}
        self._durable: Routes[DurableQueue] = Routes()
        self._transient: Routes[TransientSubscription] = Routes()
        self._subscriptions: set[DurableSubscription | TransientSubscription] = set()
        self._closed = False

    @classmethod
    async def open(
        cls,
        database: Database,
        clock: Clock,
        *,
        queues: Iterable[Queue] = DURABLE_QUEUES,
        publish_timeout_s: float = 5.0,
    ) -> Self:
        """A bus with these durable queues. Raises ``Unavailable`` when it cannot be written."""
        bus = cls(database, clock, publish_timeout_s=publish_timeout_s)
        await database.write(items.create)
        for queue in queues:
            await bus._declare(queue)
        return bus

    async def publish(self, publications: Sequence[Publication]) -> None:
        """Publish; see the port."""
        if self._closed:
            raise Unavailable("the bus is closed")
        stored: list[tuple[DurableQueue, NewItem]] = []
        for publication in publications:
            stored.extend(self._to_store(publication))
        if stored:
            await self._store(stored)
        for publication in publications:
            self._offer(publication)

    @asynccontextmanager
    async def _consume_durable(self, queue: Queue, prefetch: int) -> AsyncIterator[Subscription]:
        state = await self._declare(queue)
        subscription = DurableSubscription(state, self._database, prefetch=prefetch)
        state.enter(subscription)
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            subscription.close()
            self._subscriptions.discard(subscription)
            state.leave(subscription)

    @asynccontextmanager
    async def _consume_transient(self, queue: Queue, prefetch: int) -> AsyncIterator[Subscription]:
        subscription = TransientSubscription(prefetch=prefetch, capacity=queue.capacity)
        self._transient.bind(queue, subscription)
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            subscription.close()
            self._subscriptions.discard(subscription)
            self._transient.unbind(subscription)

    def consume(self, queue: Queue, *, prefetch: int) -> AbstractAsyncContextManager[Subscription]:
        """Read a queue; see the port."""
        if self._closed:
            raise Unavailable("the bus is closed")
        if queue.durable:
            return self._consume_durable(queue, prefetch)
        return self._consume_transient(queue, prefetch)

    async def dead_letter(self, delivery: Delivery, *, queue: str, reason: str) -> None:
        """Put an item aside; see the port."""
        letter = dead_letter(delivery.envelope, queue=queue, reason=reason, at=self._clock.now())
        await self.publish([letter])

    async def depth(self, queue: Queue) -> Depth:
        """How much waits; see the port."""
        state = self._queues.get(queue.name)
        if state is None:
            return Depth(0, None)
        oldest_us = await self._database.read(lambda c: items.oldest(c, state.number))
        oldest_at = None if oldest_us is None else _EPOCH + timedelta(microseconds=oldest_us)
        return Depth(state.count, oldest_at)

    async def probe(self) -> None:
        """See whether publishing would work now. Raises ``Unavailable``."""
        await self._database.probe()

    async def close(self) -> None:
        """Refuse what is new and end every subscription; what is queued for the disk goes there."""
        self._closed = True
        for subscription in self._subscriptions:
            subscription.close()

    async def _declare(self, queue: Queue) -> DurableQueue:
        state = self._queues.get(queue.name)
        if state is None:
            stored = await self._database.write(lambda c: items.declare(c, queue.name))
            # Another task may have declared it meanwhile.
            state = self._queues.get(queue.name)
            if state is None:
                state = self._queues[queue.name] = DurableQueue(stored)
                self._durable.bind(queue, state)
        return state

    def _to_store(self, publication: Publication) -> list[tuple[DurableQueue, NewItem]]:
        targets = list(self._durable.targets(publication.exchange, publication.routing_key))
        if not targets:
            if publication.exchange in _TRANSIENT_EXCHANGES:
                return []
            raise Unavailable(
                f"no durable queue is bound to {publication.exchange} for"
                f" {publication.routing_key!r}"
            )
        text = wire.encode(publication.envelope)
        at_us = (self._clock.now() - _EPOCH) // timedelta(microseconds=1)
        return [
            (target, NewItem(target.counter, target.above, target.expects(), at_us, text))
            for target in targets
        ]

    async def _store(self, stored: list[tuple[DurableQueue, NewItem]]) -> None:
        new = [item for _, item in stored]

        def committed(ids: list[int]) -> None:
            for id, (queue, item) in zip(ids, stored, strict=True):
                queue.committed(id, item.text, flagged=item.flagged)

        await self._database.write(
            lambda connection: items.insert(connection, new),
            timeout_s=self._publish_timeout_s,
            on_commit=committed,
        )

    def _offer(self, publication: Publication) -> None:
        targets = list(self._transient.targets(publication.exchange, publication.routing_key))
        if not targets:
            return
        # Readers get what would come off a wire, never the publisher's own objects.
        envelope = wire.decode(wire.encode(publication.envelope))
        for target in targets:
            target.offer(envelope)
