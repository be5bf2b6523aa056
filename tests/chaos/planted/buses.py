"""Buses that do one thing wrong."""

from collections.abc import Sequence

from shared.events import MessageAdded
from shared.ports.bus import Bus, Delivery, Exchange, Publication, Queue, Subscription
from tests.chaos.planted.moment import AFTER_ON_SITE, ON_SITE, SAID, first_time, speaks_of
from tests.support.around import AroundBus


class AckBeforeCommit(AroundBus):
    """Partition queues forget an item as soon as it is handed out."""

    def around(self, queue: Queue, subscription: Subscription) -> Subscription:
        """See ``AroundBus``."""
        return Eager(subscription) if queue.name.startswith("conversations.") else subscription


class Eager:
    """A reader who acknowledges what it has not dealt with."""

    def __init__(self, subscription: Subscription) -> None:
        self._subscription = subscription

    async def take(self, limit: int) -> Sequence[Delivery]:
        """Take, and acknowledge at once."""
        taken = await self._subscription.take(limit)
        await self._subscription.ack(taken)
        return taken

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        """Done already."""


class LostEvent(AroundBus):
    """What the outbox has lost is not told either."""

    async def publish(self, publications: Sequence[Publication]) -> None:
        """See the port."""
        await self.inner.publish([item for item in publications if not is_lost(item)])


def is_lost(item: Publication) -> bool:
    """Whether it tells of that message for the first time."""
    told = item.exchange is Exchange.EVENTS and item.envelope.kind == MessageAdded.kind
    return told and speaks_of(SAID, item.envelope.payload["message"])


class SwappedOrder(AroundBus):
    """A message is put behind the one that its customer wrote after it."""

    def __init__(self, bus: Bus) -> None:
        super().__init__(bus)
        self._kept: list[Publication] = []

    async def publish(self, publications: Sequence[Publication]) -> None:
        """See the port."""
        inbound = [item for item in publications if item.envelope.kind == "inbound"]
        if any(speaks_of(ON_SITE, item.envelope.payload) for item in inbound):
            self._kept += publications
            return
        await self.inner.publish(publications)
        if any(speaks_of(AFTER_ON_SITE, item.envelope.payload) for item in inbound):
            await self.inner.publish(self._kept)


class DroppedReceipt(AroundBus):
    """The news of one send does not get through."""

    async def publish(self, publications: Sequence[Publication]) -> None:
        """See the port."""
        passed = [
            item
            for item in publications
            if item.envelope.kind != "receipt" or not first_time("dropped")
        ]
        await self.inner.publish(passed)
