"""The shelf on which a process keeps the present book, renewed when another edition is out."""

import asyncio
from typing import Final

import structlog

from shared.clock import Clock
from shared.errors import Unavailable
from shared.policies.book import EMPTY, Book, edition_of, read_book
from shared.ports.bus import Bus
from shared.ports.store import Store
from shared.topology import events_queue

log = structlog.get_logger(__name__)

POLL_S: Final = 5.0
"""So often the edition is looked at, whatever the bus told meanwhile."""
_PATTERN: Final = "settings-changed.#"


class Shelf:
    """Holds the book. ``book`` may be read at any time and is a whole edition always."""

    def __init__(self, book: Book = EMPTY) -> None:
        self.book = book
        self.read = asyncio.Event()
        """Set once a book was read from the store."""

    async def renew(self, store: Store) -> None:
        """Read the book if there is another edition than ours. Raises ``Unavailable``."""
        if await edition_of(store) != self.book.edition:
            self.book = await read_book(store)
            log.info("policies.read", edition=self.book.edition)
        self.read.set()

    async def keep(self, store: Store, bus: Bus, clock: Clock, reader: str) -> None:
        """Renew it for ever: at once when the bus tells of a change, and every few seconds.

        Rides out outages: an old book is better than none. ``reader`` names the queue.
        """
        while True:
            try:
                queue = events_queue(f"policies.{reader}", _PATTERN)
                async with bus.consume(queue, prefetch=100) as changes:
                    while True:
                        await self.renew(store)
                        try:
                            async with asyncio.timeout(POLL_S):
                                told = await changes.take(100)
                        except TimeoutError:
                            continue
                        await changes.ack(told)
            except Unavailable as error:
                log.warning("policies.away", reason=str(error))
                await clock.sleep(1.0)
