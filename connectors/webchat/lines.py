"""Lines to connected widgets: what happens in a thread, for whoever follows it just now.

A line keeps the last frames of one thread for a short while, so that a widget on its WebSocket and
one that polls read the same thing at their own pace. It is no log: a widget that is told it has
missed something loads the history again.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from aiohttp import web

from shared.clock import Clock
from shared.ids import ExternalId

Frame = dict[str, Any]
_KEPT_FRAMES: Final = 100
_KEPT_FOR_S: Final = 120.0
_FOLLOWERS: Final = 20
"""Of one thread: tabs and devices of one visitor."""


@dataclass(slots=True)
class _Line:
    epoch: str = field(default_factory=lambda: secrets.token_hex(4))
    frames: deque[tuple[int, Frame]] = field(default_factory=lambda: deque(maxlen=_KEPT_FRAMES))
    last: int = 0
    followers: int = 0
    quiet_since: datetime | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True, slots=True)
class News:
    """What happened after a cursor; ``missed`` says that there was more than is kept."""

    frames: Sequence[Frame]
    cursor: str
    missed: bool = False


class Lines:
    """The lines of one channel in this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lines: dict[ExternalId, _Line] = {}
        self._swept_at = clock.now()
        self.closed = False

    @contextmanager
    def following(self, thread: ExternalId) -> Iterator[str]:
        """Keep the line of this thread for as long; yields the cursor of now. 429 when crowded."""
        self._sweep()
        line = self._lines.setdefault(thread, _Line())
        if line.followers >= _FOLLOWERS:
            raise web.HTTPTooManyRequests(headers={"Retry-After": "30"})
        line.followers += 1
        try:
            yield self._cursor(line)
        finally:
            line.followers -= 1
            line.quiet_since = self._clock.now()

    def followed(self) -> list[ExternalId]:
        """The threads that somebody follows just now."""
        return [] if self.closed else [key for key, line in self._lines.items() if line.followers]

    async def news(self, thread: ExternalId, cursor: str, *, wait_s: float) -> News:
        """What came after the cursor; waits for something up to ``wait_s``, then is empty."""
        line = self._lines.setdefault(thread, _Line())
        epoch, _, position = cursor.partition("-")
        oldest = line.frames[0][0] if line.frames else line.last + 1
        if epoch != line.epoch or not position.isdecimal() or len(position) > 18:  # noqa: PLR2004 - digits of 64 bits
            return News((), self._cursor(line), missed=True)
        after = int(position)
        if not oldest - 1 <= after <= line.last:
            return News((), self._cursor(line), missed=True)
        if after == line.last and not self.closed:
            try:
                async with asyncio.timeout(wait_s):
                    await line.news.wait()
            except TimeoutError:
                pass  # silence is an answer
        frames = [frame for number, frame in line.frames if number > after]
        return News(frames, self._cursor(line))

    def push(self, thread: ExternalId, frame: Frame) -> None:
        """Tell whoever follows the thread; nothing happens when nobody does."""
        line = self._lines.get(thread)
        if line is None:
            return
        line.last += 1
        line.frames.append((line.last, frame))
        self._wake(line)

    def close(self) -> None:
        """Let everybody go who waits."""
        self.closed = True
        for line in self._lines.values():
            self._wake(line)

    def _wake(self, line: _Line) -> None:
        line.news.set()
        line.news = asyncio.Event()

    def _cursor(self, line: _Line) -> str:
        return f"{line.epoch}-{line.last}"

    def _sweep(self) -> None:
        now = self._clock.now()
        if (now - self._swept_at).total_seconds() < _KEPT_FOR_S:
            return
        self._swept_at = now
        for thread, line in list(self._lines.items()):
            quiet = line.quiet_since
            if line.followers == 0 and (
                quiet is None or (now - quiet).total_seconds() > _KEPT_FOR_S
            ):
                del self._lines[thread]
