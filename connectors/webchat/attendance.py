"""Who of those that wrote is still there: their widget's connections, and when the last one ends.

Only visitors who wrote while this process served them are told of: nobody waits for an answer to
those who look at a page. A page that is left for the next one of the site is no leaving.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import structlog

from connectors.base import Parsed
from connectors.webchat import inbound
from connectors.webchat.visitors import Visitor
from shared.clock import Clock
from shared.errors import Unavailable

log = structlog.get_logger(__name__)

GRACE_S: Final = 10.0
"""So long a visitor may be without a connection: pages load, networks change."""
_MOST: Final = 10_000
"""Visitors that are remembered; the oldest are forgotten first, as if they had never written."""


class Attendances:
    """The visitors of one channel in this process."""

    def __init__(
        self,
        clock: Clock,
        publish: Callable[[Parsed], Awaitable[None]],
        *,
        grace_s: float = GRACE_S,
    ) -> None:
        self._clock = clock
        self._grace_s = grace_s
        self._closed = asyncio.Event()
        self._publish = publish
        self._connections: dict[str, int] = {}
        self._told: dict[str, bool] = {}
        """Of those who wrote: whether they were last said to be there."""

    def wrote(self, visitor: Visitor) -> None:
        """Their message says that they are there."""
        self._told.pop(visitor.id, None)
        self._told[visitor.id] = True
        if len(self._told) > _MOST:
            del self._told[next(iter(self._told))]

    @asynccontextmanager
    async def attending(self, visitor: Visitor) -> AsyncIterator[None]:
        """While a connection lasts; its end returns once it is known whether they left."""
        self._connections[visitor.id] = self._connections.get(visitor.id, 0) + 1
        try:
            if self._told.get(visitor.id) is False:
                await self._tell(visitor, present=True)
            yield
        finally:
            left = self._connections[visitor.id] - 1
            if left:
                self._connections[visitor.id] = left
            else:
                del self._connections[visitor.id]
        is_last = not left and self._told.get(visitor.id) is True
        if is_last and await self._stays_away(visitor) and self._told.get(visitor.id) is True:
            await self._tell(visitor, present=False)

    def close(self) -> None:
        """The process ends: nobody has left by that."""
        self._closed.set()

    async def _stays_away(self, visitor: Visitor) -> bool:
        try:
            async with asyncio.timeout(self._grace_s):
                await self._closed.wait()
        except TimeoutError:
            return visitor.id not in self._connections
        return False

    async def _tell(self, visitor: Visitor, *, present: bool) -> None:
        self._told[visitor.id] = present
        try:
            await self._publish(inbound.presence(visitor, present, self._clock.now()))
        except Unavailable as error:
            # What was told before holds for some minutes only.
            log.warning("webchat.presence_lost", thread=visitor.id, reason=str(error))
