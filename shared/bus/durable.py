"""A durable queue of the embedded bus: what waits in it, and its readers."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Final

from shared.bus import items, wire
from shared.bus.items import Counter, Item, StoredQueue
from shared.errors import Unavailable
from shared.ports.bus import Delivery
from shared.sqlite import Database

_TAIL_ITEMS: Final = 256
_TAIL_CHARS: Final = 512 * 1024
_MARK_AHEAD: Final = 32
"""How many items after the present ones a mark covers: so many fewer marks, and so many more items
may seem handed out after a crash."""


class DurableQueue:
    """One queue: its newest items in memory for the reader that keeps up, all of them on disk.

    Used by the event loop only; ``counter`` alone belongs to the writing thread.
    """

    def __init__(self, stored: StoredQueue) -> None:
        self.number = stored.number
        self.counter = Counter(stored.last_id)
        self.count = stored.items
        self.marked = stored.handed_out
        # No reader had room for what comes from now on when the mark was made: its ids lie above.
        self.above = stored.handed_out
        self._tail: deque[Item] = deque()
        self._tail_chars = 0
        self._last_id = stored.last_id
        # Items after this one are all in the tail.
        self._evicted_to = stored.last_id
        # What was there at the start may have been handed out by the process before; what came
        # later is known exactly.
        self._found_to = stored.last_id
        self._found_marked = stored.handed_out
        self._taken_to = 0
        self._readers: list[DurableSubscription] = []

    def expects(self) -> bool:
        """Whether the active reader would get the next item at once."""
        return bool(self._readers) and self._readers[0].is_hungry(self._last_id)

    def committed(self, id: int, text: str, *, flagged: bool) -> None:
        """An item is durable; called in the order of the ids."""
        self.count += 1
        self._last_id = id
        if not self._readers:
            self._evicted_to = id
            return
        self._tail.append(Item(id, flagged, text))
        self._tail_chars += len(text)
        while len(self._tail) > _TAIL_ITEMS or self._tail_chars > _TAIL_CHARS:
            self._evicted_to = self._pop().id
        self._readers[0].wake()

    def deleted(self, count: int) -> None:
        """So many items are durably gone."""
        self.count -= count

    def enter(self, reader: "DurableSubscription") -> None:
        """Queue up for reading; the first in the row is the active one."""
        self._readers.append(reader)

    def leave(self, reader: "DurableSubscription") -> None:
        """Make room for the next reader, which starts with what is not acknowledged."""
        active = self._readers[0] is reader
        self._readers.remove(reader)
        if active:
            self.above = self.marked
            self.forget_tail()
            if self._readers:
                self._readers[0].wake()

    def is_active(self, reader: "DurableSubscription") -> bool:
        """Whether it is this reader's turn."""
        return self._readers[0] is reader

    def covers(self, position: int) -> bool:
        """Whether all items after the position are in memory."""
        return position >= self._evicted_to

    @property
    def evicted_to(self) -> int:
        """The last item that may be on disk only."""
        return self._evicted_to

    def next_in_memory(self, position: int, limit: int) -> list[Item]:
        """Items after the position, taken out of the tail."""
        found: list[Item] = []
        while self._tail and len(found) < limit:
            item = self._pop()
            if item.id > position:
                found.append(item)
        return found

    def _pop(self) -> Item:
        item = self._tail.popleft()
        self._tail_chars -= len(item.text)
        return item

    def forget_tail(self) -> None:
        """Let the reader find everything on disk again."""
        self._tail.clear()
        self._tail_chars = 0
        self._evicted_to = self._last_id

    def hand_out(self, item: Item) -> bool:
        """Note that the item goes to a reader; tells whether that happened before."""
        before = item.id <= self._taken_to or (
            item.id <= self._found_to and (item.flagged or item.id <= self._found_marked)
        )
        self._taken_to = max(self._taken_to, item.id)
        return before


class DurableSubscription:
    """One reader of a durable queue; see ``shared.ports.bus.Subscription``."""

    def __init__(self, queue: DurableQueue, database: Database, *, prefetch: int) -> None:
        self._queue = queue
        self._database = database
        self._prefetch = prefetch
        self._position = items.first_id(queue.number)
        self._buffer: deque[Item] = deque()
        self._out: set[int] = set()
        self._wake = asyncio.Event()
        self._closed = False

    async def take(self, limit: int) -> Sequence[Delivery]:
        """Wait for items; see the port."""
        while True:
            self._wake.clear()
            self._check_open()
            room = min(limit, self._prefetch - len(self._out))
            if room > 0 and self._queue.is_active(self):
                if not self._buffer:
                    await self._fill()
                    self._check_open()
                if self._buffer:
                    return [self._hand_out() for _ in range(min(room, len(self._buffer)))]
            await self._wake.wait()

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        """Forget items; see the port."""
        self._check_open()
        ids = [delivery.tag for delivery in deliveries if delivery.tag in self._out]
        if not ids:
            return
        await self._database.write(
            lambda connection: items.delete(connection, ids),
            on_commit=self._queue.deleted,
            soon=True,
        )
        self._out.difference_update(ids)
        self.wake()

    def wake(self) -> None:
        """Look again whether there is something to take."""
        self._wake.set()

    def close(self) -> None:
        """End it: whoever waits in ``take`` gets ``Unavailable``."""
        self._closed = True
        self._wake.set()

    def is_hungry(self, last_id: int) -> bool:
        """Whether it has read everything up to this id and has room for more."""
        return not self._buffer and self._position >= last_id and len(self._out) < self._prefetch

    def _check_open(self) -> None:
        if self._closed:
            raise Unavailable("this subscription has ended")

    async def _fill(self) -> None:
        """Get the next window of items into the buffer."""
        queue = self._queue
        if queue.covers(self._position):
            found = queue.next_in_memory(self._position, self._prefetch)
        else:
            end = queue.evicted_to
            position = self._position
            found = await self._database.read(
                lambda connection: items.load(connection, position, queue.number, self._prefetch)
            )
            if len(found) < self._prefetch:
                self._position = max(self._position, end)
        if not found:
            if not queue.covers(self._position):
                self.wake()
            return
        last = found[-1].id
        self._position = max(self._position, last)
        # Whoever comes after a crash must know what may have been handed out: the mark goes to the
        # disk first, for some more that the prefetch lets through already. Items that were stored
        # for a waiting reader carry it.
        if last > queue.marked and not all(item.flagged for item in found):
            room = self._prefetch - len(self._out) - len(found)
            mark = last + max(0, min(room, _MARK_AHEAD))
            try:
                await self._database.write(
                    lambda connection: items.mark(connection, queue.number, mark)
                )
            except BaseException:
                self._give_back(found)
                raise
            queue.marked = mark
        self._buffer.extend(found)

    def _give_back(self, found: list[Item]) -> None:
        # They are on the disk: read on from before them, whatever the tail holds.
        self._position = found[0].id - 1
        self._queue.forget_tail()

    def _hand_out(self) -> Delivery:
        item = self._buffer.popleft()
        self._out.add(item.id)
        return Delivery(
            tag=item.id,
            envelope=wire.decode(item.text),
            redelivered=self._queue.hand_out(item),
        )
