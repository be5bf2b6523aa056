"""The writer of one process: one transaction at a time, for all commits that wait meanwhile.

So a process never conflicts with itself, however hot a document is, and the wait for the majority
is shared. Between processes the loser of a race for a document begins again after a random pause; a
batch that cannot be written as a whole is split until the commit that stands in the way is alone.
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

import pymongo
from pymongo import MongoClient, WriteConcern
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern

from shared.errors import Unavailable
from shared.store.mongo_changes import Batch, DisplacedError, Planned, RefusedError
from shared.store.mongo_documents import Stored

MAX_COMMITS: Final = 128
_MAX_CHANGES: Final = 1000
_TRIES_TOGETHER: Final = 3
"""So often a batch that lost a race begins again as a whole."""
_TRANSIENT: Final = "TransientTransactionError"
_UNKNOWN: Final = "UnknownTransactionCommitResult"
MAJORITY: Final = WriteConcern("majority", j=True)


@dataclass(slots=True, eq=False)
class Commit:
    """One commit on its way, and who waits for it."""

    changes: Sequence[Planned]
    future: "asyncio.Future[None]"
    error: Exception | None = None


@dataclass(slots=True)
class Writer:
    """Takes commits on the event loop, writes them in a thread of its own."""

    client: "MongoClient[Stored]"
    database: "Database[Stored]"
    timeout_s: float
    _waiting: deque[Commit] = field(default_factory=deque)
    _busy: bool = False
    _idle: asyncio.Event = field(default_factory=asyncio.Event)
    _thread: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="mongo-writer")
    )

    async def commit(self, changes: Sequence[Planned]) -> None:
        """Apply all changes or none. Raises ``Conflict``, ``BadPayload``, ``Unavailable``."""
        commit = Commit(changes, asyncio.get_running_loop().create_future())
        self._waiting.append(commit)
        self._begin()
        try:
            async with asyncio.timeout(self.timeout_s):
                await commit.future
        except TimeoutError:
            raise Unavailable(
                f"the database did not confirm a commit within {self.timeout_s:g} s"
            ) from None

    async def close(self) -> None:
        """Wait for the commits under way, each within its limit."""
        while self._busy:
            self._idle.clear()
            await self._idle.wait()
        self._thread.shutdown(wait=False)

    def _begin(self) -> None:
        if self._busy:
            return
        batch = self._gather()
        if not batch:
            self._idle.set()
            return
        self._busy = True
        running = asyncio.get_running_loop().run_in_executor(self._thread, self._run, batch)
        running.add_done_callback(lambda done: self._done(batch, done))

    def _gather(self) -> list[Commit]:
        batch: list[Commit] = []
        size = 0
        while self._waiting and len(batch) < MAX_COMMITS:
            size += len(self._waiting[0].changes)
            if batch and size > _MAX_CHANGES:
                break
            commit = self._waiting.popleft()
            # Whoever no longer waits is told nothing: leave it out.
            if not commit.future.done():
                batch.append(commit)
        return batch

    def _done(self, batch: Sequence[Commit], done: "asyncio.Future[None]") -> None:
        self._busy = False
        failure = done.exception()
        for commit in batch:
            if commit.future.done():
                continue
            error = commit.error or failure
            if error is None:
                commit.future.set_result(None)
            else:
                commit.future.set_exception(error)
        self._begin()

    def _run(self, batch: Sequence[Commit]) -> None:
        """In the thread: every commit ends with its ``error`` set, or none when it is durable."""
        with pymongo.timeout(self.timeout_s):
            self._write(batch, time.monotonic() + self.timeout_s)

    def _write(self, batch: Sequence[Commit], deadline: float) -> None:
        tries = 0
        while True:
            together = len(batch) > 1
            try:
                errors = self._transact(batch, deadline)
            except Exception as error:  # noqa: BLE001 - handed to whoever asked for the commit
                if not together and not _is_transient(error):
                    batch[0].error = _explained(error)
                    return
                if _is_outage(error) or time.monotonic() > deadline:
                    _fail(batch, _explained(error))
                    return
                if _is_transient(error):
                    tries += 1
                    # Whoever lost a race for a document tries again a little later than the rest.
                    time.sleep(random.uniform(0, min(0.2, 0.005 * 2**tries)))  # noqa: S311 - no secret
                    if not together or tries < _TRIES_TOGETHER:
                        continue
            else:
                for commit, error_of_one in zip(batch, errors, strict=True):
                    commit.error = error_of_one
                return
            middle = len(batch) // 2
            self._write(batch[:middle], deadline)
            batch, tries = batch[middle:], 0

    def _transact(self, batch: Sequence[Commit], deadline: float) -> list[Exception | None]:
        with self.client.start_session() as session:
            errors: list[Exception | None] = []
            with session.start_transaction(
                read_concern=ReadConcern("snapshot"), write_concern=MAJORITY
            ):
                work = Batch(self.database, session)
                work.load([change for commit in batch for change in commit.changes])
                for commit in batch:
                    errors.append(_decide(work, commit))
                work.write()
                _confirm(session, deadline)
            return errors


def _decide(work: Batch, commit: Commit) -> Exception | None:
    try:
        work.decide(commit.changes)
    except Exception as error:  # noqa: BLE001 - handed to whoever asked for this commit
        return error
    return None


def _confirm(session: ClientSession, deadline: float) -> None:
    while True:
        try:
            session.commit_transaction()
        except PyMongoError as error:
            # It may have been committed: asking again is safe, deciding again is not.
            if not error.has_error_label(_UNKNOWN) or time.monotonic() > deadline:
                raise
        else:
            return


def _fail(batch: Sequence[Commit], error: Exception) -> None:
    for commit in batch:
        commit.error = error


def _is_transient(error: Exception) -> bool:
    if isinstance(error, PyMongoError):
        # One whose outcome is unknown must not be decided on again.
        return error.has_error_label(_TRANSIENT) and not error.has_error_label(_UNKNOWN)
    return isinstance(error, DisplacedError)


def _is_outage(error: Exception) -> bool:
    """Whether it says nothing about what was to be written: a part of it would fail as well."""
    if _is_transient(error) or isinstance(error, OperationFailure):
        return False
    return isinstance(error, PyMongoError)


def _explained(error: Exception) -> Exception:
    if isinstance(error, RefusedError):
        return error.why
    return away(error) if isinstance(error, PyMongoError | DisplacedError) else error


def away(error: Exception) -> Unavailable:
    """What an error of the driver means; its own text can hold values and addresses."""
    code = f" (code {error.code})" if isinstance(error, OperationFailure) else ""
    return Unavailable(f"the database is away: {type(error).__name__}{code}")
