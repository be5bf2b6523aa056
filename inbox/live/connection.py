"""One reader of the live feed: what it may see, where it stands, and what waits for it."""

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Any, Final

from inbox.callers import Caller
from inbox.counts import view_key
from inbox.desk import client_id
from inbox.live.frames import CountsFrame, ViewCount
from inbox.live.kinds import INTERNAL
from inbox.live.news_item import NewsItem
from inbox.permissions import Permission
from shared.eventlog import encode_positions
from shared.events import CommandDone
from shared.ids import Partition

CAPACITY: Final = 1000


class Close(IntEnum):
    """Why the server ends a connection. All but SIGNED_OUT: come back with the last cursor."""

    GOING_AWAY = 1001
    TOO_SLOW = 4001
    NO_START = 4002
    TOO_BUSY = 4003
    SIGNED_OUT = 4401


class Connection:
    """Its queue is bounded: a reader that lags is closed, and catches up from the log."""

    def __init__(
        self, caller: Caller, permissions: Mapping[str, Permission], capacity: int = CAPACITY
    ) -> None:
        self.caller = caller
        self.agent_id = caller.agent.id if caller.agent is not None else None
        self.viewing: str | None = None
        self.positions: dict[Partition, int] = {}
        self.close_code: Close | None = None
        self.ended = asyncio.Event()
        self.recheck = asyncio.Event()
        """Set when the caller may have been signed out."""
        self._permissions = permissions
        self._capacity = capacity
        self._waiting: deque[NewsItem | str] = deque()
        self._wake = asyncio.Event()

    def offer(self, item: NewsItem) -> None:
        """Put an event into the queue; never blocks."""
        if self._sees(item):
            self._put(item)

    def offer_counts(self, totals: Mapping[str, int]) -> None:
        """Tell the counts among these that belong to the reader's views."""
        named = ((view_key(key, self.agent_id), count) for key, count in totals.items())
        items = [ViewCount(key=key, count=count) for key, count in named if key is not None]
        if items and self.caller.may(Permission.CONVERSATIONS_READ):
            self._put(CountsFrame(items=items).model_dump_json())

    def offer_frame(self, frame: str) -> None:
        """Tell this reader something of its own."""
        self._put(frame)

    def end(self, code: Close) -> None:
        """Close it; the first reason counts."""
        if not self.ended.is_set():
            self.close_code = code
            self.ended.set()

    async def next_frame(self) -> str:
        """Wait for the next frame to send."""
        while True:
            while self._waiting:
                item = self._waiting.popleft()
                frame = item if isinstance(item, str) else self.pass_on(item)
                if frame is not None:
                    return frame
            self._wake.clear()
            await self._wake.wait()

    def pass_on(self, item: NewsItem) -> str | None:
        """The frame of an event, once and in its order; moves the position."""
        if item.partition is not None and item.seq is not None:
            if item.seq <= self.positions.get(item.partition, 0):
                return None
            self.positions[item.partition] = item.seq
        if not self._sees(item):
            return None
        return item.frame(self.cursor(), self._payload(item))

    def skip_to(self, positions: Iterable[tuple[Partition, int]]) -> None:
        """Stand here from now on."""
        self.positions = dict(positions)

    def cursor(self) -> str:
        """The present position."""
        return encode_positions(self.positions)

    def _put(self, item: NewsItem | str) -> None:
        if len(self._waiting) >= self._capacity:
            self.end(Close.TOO_SLOW)
            return
        self._waiting.append(item)
        self._wake.set()

    def _sees(self, item: NewsItem) -> bool:
        permission = self._permissions.get(item.kind)
        if permission is None or not self.caller.may(permission):
            return False
        if item.collection in INTERNAL:
            return False
        if item.kind == CommandDone.kind:
            return item.target is not None and client_id(self.caller, item.target) is not None
        return True

    def _payload(self, item: NewsItem) -> dict[str, Any] | None:
        if item.kind != CommandDone.kind or item.target is None:
            return None
        own = client_id(self.caller, item.target)
        return item.payload | {"outcome": item.payload["outcome"] | {"id": own}}
