"""Visitors who wait see their place in the queue, as it changes.

While somebody follows a thread here, its place is looked at every few seconds, for all of them
together; a widget is told what is another than before.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

import structlog

from connectors.base import ThreadReader
from connectors.webchat.lines import Frame, Lines
from shared.errors import Unavailable
from shared.ids import ExternalId
from shared.model.queueing import PlaceInLine

log = structlog.get_logger(__name__)

EVERY_S: Final = 3.0


class Places:
    """The places of the visitors of one channel in this process."""

    def __init__(
        self, lines: Lines, reader: ThreadReader | None, *, every_s: float = EVERY_S
    ) -> None:
        """``every_s``: so often they are looked at."""
        self._lines = lines
        self._reader = reader
        self._every_s = every_s
        self._told: dict[ExternalId, PlaceInLine] = {}
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def joined(self, thread: ExternalId, *, anew: bool = True) -> None:
        """A widget follows the thread; ``anew``: it knows nothing of its place."""
        if anew:
            self._told.pop(thread, None)
        self._wake.set()
        if self._reader is not None and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._run(self._reader))

    def close(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self, reader: ThreadReader) -> None:
        while threads := self._lines.followed():
            self._wake.clear()
            try:
                self._tell(threads, await reader.places(threads))
            except Unavailable as error:
                log.debug("webchat.places_unknown", reason=str(error))
            try:
                async with asyncio.timeout(self._every_s):
                    await self._wake.wait()
            except TimeoutError:
                continue
        self._told.clear()

    def _tell(
        self, threads: Sequence[ExternalId], places: Mapping[ExternalId, PlaceInLine]
    ) -> None:
        for thread in threads:
            place = places.get(thread)
            if place == self._told.get(thread):
                continue
            if place is None:
                del self._told[thread]
            else:
                self._told[thread] = place
            self._lines.push(thread, _frame(place))


def _frame(place: PlaceInLine | None) -> Frame:
    """``place`` null: the visitor waits no more."""
    return {
        "type": "queue",
        "place": place.place if place is not None else None,
        "wait_s": place.wait_s if place is not None else None,
    }
