"""Publishing what a commit has to tell. The log is the truth; nothing is acknowledged before."""

import asyncio
from collections.abc import Callable, Sequence
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
    """Publishes until it is published, commit by commit, beside the deciding of what comes next."""

    def __init__(self, bus: Bus, clock: Clock, troubles: Troubles) -> None:
        self._bus = bus
        self._clock = clock
        self._troubles = troubles
        self._waiting: list[Publication] = []
        self._then: list[Callable[[], None]] = []
        self._task: asyncio.Task[None] | None = None
        """Publishes; the next begins when it is done, with all that waits by then."""

    def add(self, publications: Sequence[Publication], then: Callable[[], None]) -> None:
        """Have what a commit has to tell published, after all that was added before; ``then`` is
        called when it is out."""
        self._waiting.extend(publications)
        self._then.append(then)
        if self._task is None:
            self._begin()

    async def settled(self) -> None:
        """Wait until all is out that was added by now. Raises what ended the publishing."""
        last = self._then[-1] if self._then else None
        while self._task is not None:
            waited = last is not None and last in self._then
            await asyncio.shield(self._task)
            if not waited:
                return

    def give_up(self) -> None:
        """Publish no more: whoever holds the partition next reads the log."""
        if self._task is not None:
            self._task.cancel()

    def _begin(self) -> None:
        publications, self._waiting = self._waiting, []
        then, self._then = self._then, []
        self._task = asyncio.create_task(self._tell(publications, then))

    async def _tell(
        self, publications: Sequence[Publication], then: Sequence[Callable[[], None]]
    ) -> None:
        await self.publish(publications)
        for call in then:
            call()
        self._task = None
        if self._then:
            self._begin()

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
