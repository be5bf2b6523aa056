"""The readers: a few threads, each with a connection that cannot write."""

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from shared.sqlite.connection import is_outage, open_reader, unavailable

_STEPS_BETWEEN_CHECKS: Final = 20_000


@dataclass(slots=True, eq=False)
class Read:
    """One query on its way and who waits for it."""

    job: Callable[[sqlite3.Connection], Any]
    future: "asyncio.Future[Any]"


class Readers:
    """A pool of reading threads over one database file."""

    def __init__(
        self, path: Path, loop: asyncio.AbstractEventLoop, *, threads: int, limit_s: float
    ) -> None:
        self._path = path
        self._loop = loop
        self._limit_s = limit_s
        self._queue: queue.SimpleQueue[Read | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._run, name=f"sqlite-reader-{n}", daemon=True)
            for n in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, read: Read) -> None:
        """Queue a query; never blocks."""
        self._queue.put(read)

    def finish(self) -> None:
        """Let the threads end once everything queued before is answered."""
        for _ in self._threads:
            self._queue.put(None)

    def join(self, timeout_s: float) -> None:
        """Wait for the threads' end; blocks."""
        deadline = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _run(self) -> None:
        # Open from the start: a reader keeps SQLite's index of the log alive, so that reading goes
        # on while a full disk makes the writer reconnect.
        connection = self._attach()
        while (read := self._queue.get()) is not None:
            if read.future.cancelled():
                continue
            result: Any = None
            failure: Exception | None = None
            try:
                if connection is None:
                    connection = open_reader(self._path)
                result = self._query(connection, read)
            except Exception as error:  # noqa: BLE001 - handed to whoever asked
                failure = error
                if isinstance(error, sqlite3.Error) and is_outage(error):
                    failure = unavailable(error, self._path)
                    if (
                        connection is not None
                        and error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT
                    ):
                        connection.close()
                        connection = None
            self._report(read.future, result, failure)
        if connection is not None:
            connection.close()

    def _attach(self) -> sqlite3.Connection | None:
        try:
            connection = open_reader(self._path)
            connection.execute("PRAGMA schema_version").fetchone()
        except sqlite3.Error:
            return None  # the first query tries again and tells
        return connection

    def _query(self, connection: sqlite3.Connection, read: Read) -> Any:
        # An old reader keeps the log from being folded back into the file: none may live long.
        deadline = time.monotonic() + self._limit_s
        connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS_BETWEEN_CHECKS)
        return read.job(connection)

    def _report(
        self, future: "asyncio.Future[Any]", result: Any, failure: Exception | None
    ) -> None:
        try:
            self._loop.call_soon_threadsafe(_resolve, future, result, failure)
        except RuntimeError:
            return  # the loop is gone, and with it whoever waited


def _resolve(future: "asyncio.Future[Any]", result: Any, failure: Exception | None) -> None:
    if future.done():
        return
    if failure is None:
        future.set_result(result)
    else:
        future.set_exception(failure)
