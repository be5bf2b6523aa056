"""One reader of the live feed: what it may see, where it stands, and what waits for it."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, Final

from inbox.callers import Caller
from inbox.counts import view_key
from inbox.desk import client_id
from inbox.live.frames import CountsFrame, ViewCount
from inbox.live.news_item import NewsItem
from inbox.permissions import Permission
from shared.eventlog import Positions, encode_positions
from shared.events import CommandDone
from shared.ids import Partition

CAPACITY: Final = 1000
_AT_ONCE: Final = 50


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
        self.watches_board = False
        self.positions: dict[Partition, int] = {}
        self.sent = 0
        """How many frames were written to it."""
        self.close_code: Close | None = None
        self.ended = asyncio.Event()
        self.recheck = asyncio.Event()
        """Set when the caller may have been signed out."""
        self._kinds = frozenset(kind for kind, needed in permissions.items() if caller.may(needed))
        """What it may see."""
        self._told = ""
        """The cursor after the last frame; empty where it is to be made of the positions."""
        self._in_step = False
        """It stands where the feed does, once it has what waits, and is nowhere ahead of it."""
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
            self._put(CountsFrame(items=items).text())

    def offer_frame(self, frame: str) -> None:
        """Tell this reader something of its own."""
        self._put(frame)

    def end(self, code: Close) -> None:
        """Close it; the first reason counts."""
        if not self.ended.is_set():
            self.close_code = code
            self.ended.set()

    async def next_frames(self) -> Sequence[str]:
        """Wait for the next frames to send."""
        while True:
            frames: list[str] = []
            while self._waiting and len(frames) < _AT_ONCE:
                item = self._waiting.popleft()
                frame = item if isinstance(item, str) else self._frame(item)
                if frame is not None:
                    frames.append(frame)
            if frames:
                return frames
            self._wake.clear()
            await self._wake.wait()

    def pass_on(self, item: NewsItem) -> str | None:
        """The frame of an event from the log, once and in its order; moves the position."""
        if not self._is_news(item):
            return None
        self._told = ""
        return self._own_frame(item) if self._sees(item) else None

    def skip_to(self, positions: Positions, heads: Positions) -> None:
        """Stand here from now on; ``heads`` is where the feed stands."""
        self.positions = dict(positions)
        self._told = ""
        self._in_step = all(heads.get(p, 0) >= at for p, at in self.positions.items())

    def cursor(self) -> str:
        """The present position."""
        if not self._told:
            self._told = encode_positions(self.positions)
        return self._told

    def _frame(self, item: NewsItem) -> str | None:
        """The frame of an event that the feed has told."""
        if not self._is_news(item):
            return None
        if item.cursor is None or not self._in_step:
            if item.seq is not None:
                self._told = ""
            return self._own_frame(item)
        self._told = item.cursor
        return item.shared_frame() if item.target is None else self._own_frame(item)

    def _own_frame(self, item: NewsItem) -> str:
        return item.frame(self.cursor(), self._payload(item))

    def _is_news(self, item: NewsItem) -> bool:
        if item.partition is not None and item.seq is not None:
            if item.seq <= self.positions.get(item.partition, 0):
                return False
            self.positions[item.partition] = item.seq
        return True

    def _put(self, item: NewsItem | str) -> None:
        if len(self._waiting) >= self._capacity:
            self.end(Close.TOO_SLOW)
            return
        self._waiting.append(item)
        self._wake.set()

    def _sees(self, item: NewsItem) -> bool:
        if item.kind not in self._kinds or item.internal:
            return False
        if item.only_for is not None and item.only_for != self.agent_id:
            return False
        if item.kind == CommandDone.kind:
            return item.target is not None and client_id(self.caller, item.target) is not None
        return True

    def _payload(self, item: NewsItem) -> Mapping[str, Any] | None:
        if item.target is None:
            return None
        own = client_id(self.caller, item.target)
        return {**item.payload, "outcome": {**item.payload["outcome"], "id": own}}
