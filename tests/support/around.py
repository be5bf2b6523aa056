"""A bus and a store around others: everything is passed on. Tests put theirs in between."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from shared.ports.bus import Bus, Delivery, Depth, Publication, Queue, Subscription
from shared.ports.store import Change, Collection, D, Page, Store


class AroundBus:
    """See ``shared.ports.bus.Bus``."""

    def __init__(self, bus: Bus) -> None:
        self.inner = bus

    async def publish(self, publications: Sequence[Publication]) -> None:
        """Publish; see the port."""
        await self.inner.publish(publications)

    def consume(self, queue: Queue, *, prefetch: int) -> AbstractAsyncContextManager[Subscription]:
        """Read a queue; see the port."""
        return self._consume(queue, prefetch)

    @asynccontextmanager
    async def _consume(self, queue: Queue, prefetch: int) -> AsyncIterator[Subscription]:
        async with self.inner.consume(queue, prefetch=prefetch) as subscription:
            yield self.around(queue, subscription)

    def around(self, queue: Queue, subscription: Subscription) -> Subscription:
        """What a reader of the queue is given."""
        return subscription

    async def dead_letter(self, delivery: Delivery, *, queue: str, reason: str) -> None:
        """Put an item aside; see the port."""
        await self.inner.dead_letter(delivery, queue=queue, reason=reason)

    async def depth(self, queue: Queue) -> Depth:
        """How much waits; see the port."""
        return await self.inner.depth(queue)


class AroundStore:
    """See ``shared.ports.store.Store``."""

    def __init__(self, store: Store) -> None:
        self.inner = store

    async def get(self, collection: Collection[D], id: str) -> D | None:
        """One document; see the port."""
        return await self.inner.get(collection, id)

    async def get_many(self, collection: Collection[D], ids: Sequence[str]) -> dict[str, D]:
        """Several; see the port."""
        return await self.inner.get_many(collection, ids)

    async def find(self, collection: Collection[D], **query: Any) -> Page[D]:
        """A page of a query; see the port."""
        return await self.inner.find(collection, **query)

    async def search(self, collection: Collection[D], text: str, **query: Any) -> Page[D]:
        """A page of hits; see the port."""
        return await self.inner.search(collection, text, **query)

    async def commit(self, changes: Sequence[Change]) -> None:
        """Apply the changes; see the port."""
        await self.inner.commit(changes)
