"""The writer: one thread that commits everything that waits with one sync of the disk."""

import asyncio
import queue
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog

from shared.errors import HubError, Unavailable
from shared.sqlite.connection import begin_writing, is_outage, open_writer, unavailable

log = structlog.get_logger(__name__)

MAX_BATCH: Final = 512
"""Jobs per transaction; keeps the wait of the first of them short."""
_OWN_TURN_S: Final = 0.02
"""With other processes beside this one no further job begins in a transaction this old."""
_OTHERS_TURN_S: Final = 0.002
_OTHERS_SHARE: Final = 0.5
"""After its turn it leaves the lock to the others for at least this part of what the turn took:
SQLite's lock goes to whoever asks first, and who has just let go of it is the quickest."""
_SWITCH_S: Final = 0.0005
"""So soon a thread of ours that computes lets the writing one go on, where others wait for it:
between two statements it would stand still for up to five milliseconds, the lock in its hand."""
_CAREFUL_BATCHES: Final = 16
"""After a job has failed, so many batches are taken for ones in which another may fail."""


@dataclass(slots=True, eq=False)
class Write:
    """One job on its way: what to do in the transaction, and who waits for it."""

    job: Callable[[sqlite3.Connection], Any]
    future: "asyncio.Future[Any]"
    on_commit: Callable[[Any], None] | None
    abandoned: bool = False
    """Nobody waits any more: leave it out if it has not begun."""


@dataclass(slots=True)
class Outcome:
    """What became of one job; it is committed when there is no error."""

    write: Write
    result: Any = None
    error: BaseException | None = None


class Writer:
    """The writing thread of one database file."""

    def __init__(
        self,
        path: Path,
        loop: asyncio.AbstractEventLoop,
        resolve: Callable[[list[Outcome]], None],
        *,
        alone: bool,
    ) -> None:
        self._path = path
        self._loop = loop
        self._resolve = resolve
        self._alone = alone
        self._queue: queue.SimpleQueue[Sequence[Write] | None] = queue.SimpleQueue()
        self._connection: sqlite3.Connection | None = None
        self._broken = False
        self._careful = 0
        self._held_s = 0.0
        # A daemon: a disk that hangs must not keep the process from ending. What was confirmed is
        # durable, and close() waits for the rest.
        self._thread = threading.Thread(target=self._run, name="sqlite-writer", daemon=True)
        self._thread.start()

    def submit(self, writes: Sequence[Write]) -> None:
        """Queue jobs that belong into one transaction; never blocks."""
        self._queue.put(writes)

    def finish(self) -> None:
        """Let the thread end once everything queued before is committed."""
        self._queue.put(None)

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread's end; blocks. False when it has not ended in time."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        if not self._alone:
            sys.setswitchinterval(_SWITCH_S)
        finishing = False
        batch: list[Write] = []
        while not finishing or batch:
            if not batch:
                batch, finishing = self._gather()
            if batch:
                outcomes = self._commit(batch)
                batch = batch[len(outcomes) :]
                self._report(outcomes)
                if not self._alone:
                    time.sleep(max(_OTHERS_TURN_S, _OTHERS_SHARE * self._held_s))
        self._disconnect()

    def _gather(self) -> tuple[list[Write], bool]:
        batch: list[Write] = []
        writes = self._queue.get()
        while writes is not None:
            batch.extend(writes)
            if len(batch) >= MAX_BATCH:
                return batch, False
            try:
                writes = self._queue.get_nowait()
            except queue.Empty:
                return batch, False
        return batch, True

    def _commit(self, batch: list[Write]) -> list[Outcome]:
        """Commit all of them, or the first ones where others wait for their turn.

        A savepoint costs as much as a small job, and a search index writes itself out at each. So
        the jobs run without, and when one fails all of them once more, each with its own.
        """
        outcomes: list[Outcome] = []
        try:
            connection = self._connect()
            begin_writing(connection)
            began = time.monotonic()
            if self._careful or not self._run_bare(connection, batch, outcomes):
                self._careful -= 1
                for write in self._turn(batch):
                    outcomes.append(_run_job(connection, write))
            connection.execute("COMMIT")
            self._held_s = time.monotonic() - began
        except (sqlite3.Error, OSError, HubError) as error:
            self._disconnect()
            return self._all_failed(batch, outcomes, error)
        if self._broken:
            self._broken = False
            log.info("sqlite.healed", path=str(self._path))
        return outcomes

    def _run_bare(
        self, connection: sqlite3.Connection, batch: list[Write], outcomes: list[Outcome]
    ) -> bool:
        """Run the jobs; False when one of them failed, and then nothing of any is left. Raises on
        an outage."""
        try:
            for write in self._turn(batch):
                if write.abandoned:
                    outcomes.append(_left_out(write))
                else:
                    outcomes.append(Outcome(write, write.job(connection)))
        except Exception as error:
            if isinstance(error, sqlite3.Error) and is_outage(error):
                raise
            outcomes.clear()
            connection.execute("ROLLBACK")
            begin_writing(connection)
            self._careful = _CAREFUL_BATCHES
            return False
        return True

    def _turn(self, batch: list[Write]) -> Iterator[Write]:
        """The jobs for this transaction."""
        began = time.monotonic()
        for write in batch:
            yield write
            if not self._alone and time.monotonic() - began > _OWN_TURN_S:
                return

    def _all_failed(
        self, batch: list[Write], outcomes: list[Outcome], error: sqlite3.Error | OSError | HubError
    ) -> list[Outcome]:
        if isinstance(error, sqlite3.Error):
            failure: HubError = unavailable(error, self._path)
        elif isinstance(error, OSError):
            failure = Unavailable(f"the database {self._path} cannot be used now: {error.strerror}")
        else:
            failure = error
        if not self._broken:
            self._broken = True
            log.error("sqlite.unavailable", path=str(self._path), reason=str(failure))
        decided = {id(outcome.write): outcome.error for outcome in outcomes}
        return [Outcome(write, error=decided.get(id(write)) or failure) for write in batch]

    def _report(self, outcomes: list[Outcome]) -> None:
        try:
            self._loop.call_soon_threadsafe(self._resolve, outcomes)
        except RuntimeError:
            # The loop is gone, and with it everybody who could have waited.
            log.warning("sqlite.nobody_waits", writes=len(outcomes))

    def _connect(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = open_writer(self._path)
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except sqlite3.Error as error:
                log.warning("sqlite.close_failed", reason=str(error))


def _run_job(connection: sqlite3.Connection, write: Write) -> Outcome:
    """Run one job so that its failure undoes nothing but itself; raises on an outage."""
    if write.abandoned:
        return _left_out(write)
    connection.execute("SAVEPOINT job")
    try:
        result = write.job(connection)
    except Exception as error:  # handed to whoever asked for this job
        if isinstance(error, sqlite3.Error) and is_outage(error):
            raise
        connection.execute("ROLLBACK TO job")
        connection.execute("RELEASE job")
        return Outcome(write, error=error)
    connection.execute("RELEASE job")
    return Outcome(write, result)


def _left_out(write: Write) -> Outcome:
    return Outcome(write, error=Unavailable("nobody waits for this write"))
