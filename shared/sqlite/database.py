"""A database file: writes by group commit, reads beside them, closed without loss."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

import structlog

from shared.datadir import DataLock
from shared.errors import Unavailable
from shared.sqlite.limits import Limits
from shared.sqlite.readers import Read, Readers
from shared.sqlite.writer import Outcome, Write, Writer

T = TypeVar("T")

log = structlog.get_logger(__name__)

MAX_WAITING: Final = 20_000
"""More writes than this at a time are refused, so that a disk that hangs cannot fill the memory."""
_SOON_S: Final = 0.002
"""So long a write that nobody waits for waits for another."""
_CLOSE_LIMIT_S: Final = 4.0
"""A disk that hangs keeps nobody from stopping; what waited for it was never confirmed."""


class Database:
    """One SQLite file, used by the event loop that opened it.

    A job is a plain function of a connection. It runs in another thread and must neither wait nor
    touch what the loop owns. Writing jobs are committed together, each of them whole or not at all.
    """

    def __init__(
        self, path: Path, lock: DataLock, *, alone: bool, write_timeout_s: float, readers: int
    ) -> None:
        """Use ``open``."""
        loop = asyncio.get_running_loop()
        self.path = path
        self._loop = loop
        self._lock = lock
        self._write_timeout_s = write_timeout_s
        self._limits = Limits(loop)
        self._waiting = 0
        self._gathered: list[Write] = []
        self._closed = False
        self._writer = Writer(path, loop, self._resolve, alone=alone)
        self._reader_threads = readers
        self._readers: Readers | None = None

    @classmethod
    async def open(
        cls, path: Path, *, exclusive: bool, write_timeout_s: float = 5.0, readers: int = 2
    ) -> Self:
        """Open the file, making it and its folder where needed.

        ``exclusive`` claims the folder for this process; otherwise several processes share it.
        Raises ``DataInUse`` when another process holds the folder, ``Unavailable`` when the file
        cannot be written.
        """
        lock = DataLock.acquire(path.parent, exclusive=exclusive)
        database = cls(
            path, lock, alone=exclusive, write_timeout_s=write_timeout_s, readers=readers
        )
        try:
            await database.write(lambda connection: None)
            database._start_readers()
        except BaseException:
            await database.close()
            raise
        return database

    async def write(
        self,
        job: Callable[[sqlite3.Connection], T],
        *,
        timeout_s: float | None = None,
        on_commit: Callable[[T], None] | None = None,
        soon: bool = False,
    ) -> T:
        """Run the job in the next transaction; returns its result once that is durable.

        ``on_commit`` is called on the loop with the result, in the order of the commits, even when
        the caller has stopped waiting. What the job raises is raised here, and nothing of it stays.
        With ``soon`` it waits a moment for another write, to share the sync of its transaction:
        for what nobody waits for. Raises ``Unavailable`` when the commit failed or is not confirmed
        within the limit; in the second case it may still happen.
        """
        if self._closed:
            raise Unavailable(f"the database {self.path} is closed")
        if self._waiting >= MAX_WAITING:
            raise Unavailable(f"the database {self.path} is behind: too many writes wait")
        limit_s = self._write_timeout_s if timeout_s is None else timeout_s
        write = Write(job, self._loop.create_future(), on_commit)
        self._waiting += 1
        self._gathered.append(write)
        if not soon:
            self._submit()
        elif len(self._gathered) == 1:
            self._loop.call_later(_SOON_S, self._submit)
        self._limits.watch(write.future, limit_s)
        try:
            result: T = await write.future
        except TimeoutError:
            raise Unavailable(
                f"the database {self.path} did not confirm a write within {limit_s:g} s"
            ) from None
        finally:
            write.abandoned = True
        return result

    def _submit(self) -> None:
        """Hand over what was gathered."""
        if self._gathered:
            gathered, self._gathered = self._gathered, []
            self._writer.submit(gathered)

    async def read(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Run a query. Raises ``Unavailable`` when it cannot be read or takes too long."""
        if self._closed or self._readers is None:
            raise Unavailable(f"the database {self.path} is closed")
        future: asyncio.Future[T] = self._loop.create_future()
        self._readers.submit(Read(job, future))
        # The query ends itself at the limit; this is for a disk that hangs.
        self._limits.watch(future, 2 * self._write_timeout_s)
        try:
            return await future
        except TimeoutError:
            raise Unavailable(f"the database {self.path} does not answer") from None

    async def probe(self) -> None:
        """Write a little, to see that writing works. Raises ``Unavailable``."""
        await self.write(_probe)

    async def close(self) -> None:
        """Refuse what is new, commit what waits, and let go of the file. Safe to call twice."""
        if self._closed:
            return
        self._closed = True
        if self._readers is not None:
            self._readers.finish()
        self._submit()
        self._writer.finish()
        if await asyncio.to_thread(self._join):
            self._lock.release()
        else:
            # The lock stays until the process ends: the thread may still write.
            log.error("sqlite.close_timed_out", path=str(self.path), writes=self._waiting)

    def _start_readers(self) -> None:
        # After the first write: a reader cannot make the file.
        self._readers = Readers(
            self.path, self._loop, threads=self._reader_threads, limit_s=self._write_timeout_s
        )

    def _join(self) -> bool:
        ended = self._writer.join(_CLOSE_LIMIT_S)
        if self._readers is not None:
            self._readers.join(_CLOSE_LIMIT_S if ended else 0)
        return ended

    def _resolve(self, outcomes: list[Outcome]) -> None:
        self._waiting -= len(outcomes)
        for outcome in outcomes:
            write = outcome.write
            if outcome.error is None and write.on_commit is not None:
                # By way of the loop, where a fault of one callback stays its own.
                self._loop.call_soon(write.on_commit, outcome.result)
            if write.future.done():
                continue
            if outcome.error is None:
                write.future.set_result(outcome.result)
            else:
                write.future.set_exception(outcome.error)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()


def _probe(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE IF NOT EXISTS probe (n INTEGER PRIMARY KEY, at TEXT)")
    connection.execute("REPLACE INTO probe (n, at) VALUES (1, datetime('now'))")
