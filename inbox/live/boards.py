"""The supervisor's board on the live feed: made once for all who watch, and only while some do."""

import asyncio
from typing import Final

import structlog

from inbox.board import Board, Boards
from inbox.live.connection import Connection
from inbox.live.feed import Feed
from inbox.live.frames import BoardNowFrame
from inbox.permissions import Permission
from shared.errors import Unavailable

log = structlog.get_logger(__name__)

EVERY_S: Final = 2.0


class LiveBoards:
    """One per process: ``run`` it."""

    def __init__(self, feed: Feed, boards: Boards, *, every_s: float = EVERY_S) -> None:
        """``every_s``: so often it is looked at."""
        self._feed = feed
        self._boards = boards
        self._every_s = every_s
        self._told: Board | None = None
        self._fresh: set[Connection] = set()
        """Who has just begun to watch and is told as it stands."""
        self._wake = asyncio.Event()

    def watch(self, connection: Connection, *, on: bool) -> None:
        """A connection begins or ends to watch; whoever may not see reports is not told."""
        connection.watches_board = on and connection.caller.may(Permission.REPORTS_READ)
        self._fresh.discard(connection)
        if connection.watches_board:
            self._fresh.add(connection)
            self._wake.set()

    async def run(self) -> None:
        """Tell the board until cancelled, riding out outages."""
        while True:
            if not self._feed.watching_board():
                self._fresh.clear()
                self._told = None
                await self._wake.wait()
            self._wake.clear()
            try:
                await self._tell()
            except Unavailable as error:
                log.warning("boards.away", reason=str(error))
            try:
                async with asyncio.timeout(self._every_s):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _tell(self) -> None:
        board = await self._boards.now()
        fresh, self._fresh = self._fresh, set()
        is_news = not board.is_like(self._told)
        self._told = board
        frame = BoardNowFrame(board=board).text()
        for connection in self._feed.watching_board():
            if is_news or connection in fresh:
                connection.offer_frame(frame)
