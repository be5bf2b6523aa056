"""Bus, store and blobs with a crash point on each side of each call."""

from collections.abc import AsyncIterator, Iterable, Sequence

from shared.collections import PARTS
from shared.ids import BlobId, Partition
from shared.model.delivery import Delivery as State
from shared.ports.blobs import Blobs, StoredBlob
from shared.ports.bus import Bus, Delivery, Exchange, Publication, Queue, Subscription
from shared.ports.store import Change, Store, Update
from tests.chaos.crash_points.points import Points, caller
from tests.support.around import AroundBus, AroundStore


class PointedBus(AroundBus):
    """A bus; see ``shared.ports.bus.Bus``."""

    def __init__(self, bus: Bus, points: Points) -> None:
        super().__init__(bus)
        self._points = points
        self.published: dict[Partition, int] = {}
        """The last event of each partition that was published here."""

    async def publish(self, publications: Sequence[Publication]) -> None:
        """Publish; see the port."""
        async with self._points.around(caller(), f"publish {_what(publications)}"):
            await self.inner.publish(publications)
            for item in publications:
                seq, partition = item.envelope.payload.get("seq"), item.envelope.partition
                if item.exchange is Exchange.EVENTS and seq is not None and partition is not None:
                    self.published[partition] = max(self.published.get(partition, 0), seq)

    def around(self, queue: Queue, subscription: Subscription) -> Subscription:
        """See ``AroundBus``."""
        return PointedSubscription(subscription, self._points)

    async def dead_letter(self, delivery: Delivery, *, queue: str, reason: str) -> None:
        """Put an item aside; see the port."""
        async with self._points.around(caller(), "dead_letter"):
            await self.inner.dead_letter(delivery, queue=queue, reason=reason)


class PointedSubscription:
    """A reader; see ``shared.ports.bus.Subscription``."""

    def __init__(self, subscription: Subscription, points: Points) -> None:
        self._subscription = subscription
        self._points = points

    async def take(self, limit: int) -> Sequence[Delivery]:
        """Wait for items; see the port."""
        async with self._points.around(caller(), "take"):
            return await self._subscription.take(limit)

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        """Forget items; see the port."""
        async with self._points.around(caller(), "ack"):
            await self._subscription.ack(deliveries)


class PointedStore(AroundStore):
    """A store. Reading is no point: a crash before it is one after the call before.

    See ``shared.ports.store.Store``.
    """

    def __init__(self, store: Store, points: Points) -> None:
        super().__init__(store)
        self._points = points

    async def commit(self, changes: Sequence[Change]) -> None:
        """Apply the changes; see the port."""
        async with self._points.around(caller(), f"commit {_written(changes)}"):
            attempts = self._points.attempts
            begun = set(_parts(changes, sending=True))
            attempts |= begun
            try:
                await self.inner.commit(changes)
            except Exception:
                attempts -= begun
                raise
            attempts -= set(_parts(changes, sending=False))


class PointedBlobs:
    """Blobs; see ``shared.ports.blobs.Blobs``."""

    def __init__(self, blobs: Blobs, points: Points) -> None:
        self._blobs = blobs
        self._points = points

    async def put(self, chunks: AsyncIterator[bytes], *, max_bytes: int) -> StoredBlob:
        """Store a stream; see the port."""
        async with self._points.around(caller(), "put"):
            return await self._blobs.put(chunks, max_bytes=max_bytes)

    def read(self, id: BlobId, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes; see the port."""
        return self._blobs.read(id, start=start, end=end)

    async def size(self, id: BlobId) -> int:
        """The size; see the port."""
        return await self._blobs.size(id)


def _what(publications: Sequence[Publication]) -> str:
    kinds = {
        item.exchange.value if item.exchange is Exchange.EVENTS else item.envelope.kind
        for item in publications
    }
    return "+".join(sorted(kinds))


def _written(changes: Sequence[Change]) -> str:
    return "+".join(sorted({change.collection.name for change in changes}))


def _parts(changes: Iterable[Change], *, sending: bool) -> Iterable[str]:
    """The parts that this moves into, or out of, the state of being sent."""
    for change in changes:
        if not isinstance(change, Update) or change.collection is not PARTS:
            continue
        state = change.set.get("state")
        if state is not None and (state is State.SENDING) is sending:
            yield change.id
