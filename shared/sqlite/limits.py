"""Time limits of many short waits, without a timer for each."""

import asyncio
from collections import deque
from typing import Any


class Limits:
    """Ends waits that take too long. Used by one event loop.

    Nearly every wait ends long before its limit. Those of one limit come in the order of their
    ends, so one timer for all of them is enough.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waits: dict[float, deque[tuple[float, asyncio.Future[Any]]]] = {}

    def watch(self, future: "asyncio.Future[Any]", limit_s: float) -> None:
        """Give the future a ``TimeoutError`` if it is not done by then."""
        waits = self._waits.get(limit_s)
        at_s = self._loop.time() + limit_s
        if waits is None:
            waits = self._waits[limit_s] = deque()
            self._loop.call_at(at_s, self._end, limit_s)
        while waits and waits[0][1].done():
            waits.popleft()
        waits.append((at_s, future))

    def _end(self, limit_s: float) -> None:
        waits = self._waits[limit_s]
        now_s = self._loop.time()
        while waits and (waits[0][1].done() or waits[0][0] <= now_s):
            future = waits.popleft()[1]
            if not future.done():
                future.set_exception(TimeoutError())
        if waits:
            self._loop.call_at(waits[0][0], self._end, limit_s)
        else:
            del self._waits[limit_s]
