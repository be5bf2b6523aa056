"""A transient queue of the embedded bus: in memory, with its single reader."""

import asyncio
from collections import deque
from collections.abc import Sequence

from shared.envelope import Envelope
from shared.errors import Unavailable
from shared.ports.bus import Delivery


class TransientSubscription:
    """A reader with its own queue, which drops the oldest beyond ``capacity``."""

    def __init__(self, *, prefetch: int, capacity: int | None) -> None:
        self._prefetch = prefetch
        self._waiting: deque[Envelope] = deque(maxlen=capacity)
        self._out: set[int] = set()
        self._last_tag = 0
        self._wake = asyncio.Event()
        self._closed = False

    def offer(self, envelope: Envelope) -> None:
        """Put an item at the end of the queue; never blocks."""
        self._waiting.append(envelope)
        self._wake.set()

    async def take(self, limit: int) -> Sequence[Delivery]:
        """Wait for items; see the port."""
        while True:
            self._wake.clear()
            if self._closed:
                raise Unavailable("this subscription has ended")
            room = min(limit, self._prefetch - len(self._out), len(self._waiting))
            if room > 0:
                return [self._hand_out() for _ in range(room)]
            await self._wake.wait()

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        """Make room for more."""
        self._out.difference_update(delivery.tag for delivery in deliveries)
        self._wake.set()

    def close(self) -> None:
        """End it: whoever waits in ``take`` gets ``Unavailable``."""
        self._closed = True
        self._wake.set()

    def _hand_out(self) -> Delivery:
        self._last_tag += 1
        self._out.add(self._last_tag)
        return Delivery(self._last_tag, self._waiting.popleft(), redelivered=False)
