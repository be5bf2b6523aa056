"""Connections to SQLite, and which of its errors mean that the data is away for the moment."""

import sqlite3
import time
from pathlib import Path
from typing import Final

from shared.errors import Unavailable

BUSY_TIMEOUT_S: Final = 5.0
"""A lock that another process holds longer than this is an outage."""

_ASK_AGAIN_S: Final = 0.001

_OUTAGES: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)


def is_outage(error: sqlite3.Error) -> bool:
    """Whether the file cannot be read or written now, as opposed to our misusing it."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _OUTAGES


def unavailable(error: sqlite3.Error, path: Path) -> Unavailable:
    """The error for callers; names the file and SQLite's own word for the cause."""
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    return Unavailable(f"the database {path} cannot be used now: {error} ({name})")


def open_writer(path: Path) -> sqlite3.Connection:
    """The connection that writes: WAL, every commit synced to the disk. Blocks."""
    # The file holds what customers wrote: nobody but its owner may read it. SQLite gives the log
    # beside it the same mode.
    path.touch(mode=0o600, exist_ok=True)
    connection = _connect(path)
    try:
        mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA wal_autocheckpoint=4000")
        connection.execute("PRAGMA journal_size_limit=67108864")
        connection.execute("PRAGMA secure_delete=FAST")
        connection.execute("PRAGMA temp_store=MEMORY")
        connection.execute("PRAGMA cache_size=-8000")
        connection.execute("PRAGMA busy_timeout=0")  # see begin_writing
    except BaseException:
        connection.close()
        raise
    if mode != "wal":
        connection.close()
        raise Unavailable(f"the database {path} lies where SQLite can keep no write-ahead log")
    return connection


def begin_writing(connection: sqlite3.Connection) -> None:
    """Begin a transaction that writes, waiting for other processes. Blocks, ``BUSY_TIMEOUT_S`` at
    most; raises ``sqlite3.OperationalError``.

    SQLite itself asks for a lock ever more rarely, up to ten times a second, and so misses the
    short turns that a busy process leaves to the others.
    """
    until = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_ASK_AGAIN_S)
        else:
            return


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot write. Blocks."""
    connection = _connect(path)
    connection.execute("PRAGMA query_only=1")
    connection.execute("PRAGMA temp_store=MEMORY")
    connection.execute("PRAGMA cache_size=-2000")
    return connection


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(
        path,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=512,
    )
