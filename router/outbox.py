"""Publishing what a commit has to tell. The log is the truth; nothing is acknowledged before."""

from collections.abc import Sequence
from typing import Final

from router.backoff import Backoff
from router.health import Troubles
from shared.clock import Clock
from shared.collections import EVENT_LOG
from shared.envelope import Envelope
from shared.errors import Unavailable
from shared.ids import Partition
from shared.model.records import LoggedEvent
from shared.ports.bus import Bus, Exchange, Publication
from shared.ports.store import Range, Store

_PAGE: Final = 200


def publication_of(entry: LoggedEvent) -> Publication:
    """An event of the log on its way to whoever listens."""
    return Publication(Exchange.EVENTS, entry.routing_key, Envelope.from_text(entry.envelope))


class Outbox:
    """Publishes until it is published."""

    def __init__(self, bus: Bus, clock: Clock, troubles: Troubles) -> None:
        self._bus = bus
        self._clock = clock
        self._troubles = troubles

    async def publish(self, publications: Sequence[Publication]) -> None:
        """Return once all are out. Waits as long as the bus is away; safe to repeat."""
        if not publications:
            return
        backoff = Backoff(self._clock)
        while True:
            try:
                await self._bus.publish(publications)
            except Unavailable as error:
                self._troubles.begin("bus", str(error))
                await backoff.wait()
            else:
                self._troubles.end("bus")
                return

    async def publish_rest(self, store: Store, partition: Partition, above: int) -> int:
        """Publish what the log holds above a position; returns the last position.

        Raises ``Unavailable`` when the log cannot be read.
        """
        while True:
            page = await store.find(
                EVENT_LOG,
                equal={"partition": partition},
                range=Range("seq", gt=above),
                order="seq",
                limit=_PAGE,
            )
            await self.publish([publication_of(entry) for entry in page.items])
            if page.items:
                above = page.items[-1].seq
            if page.next is None:
                return above
