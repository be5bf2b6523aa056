"""Stores each message once, in one synced commit per batch, and hands it to the bot.

``python -m tests.bench.bare.worker BROKER DATABASE``
"""

import asyncio
import json
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench.bare.queues import INBOUND, TO_BOT, Broker
from tests.bench.bare.starting import run, say_ready

_TABLE = """
CREATE TABLE IF NOT EXISTS messages (
    event TEXT PRIMARY KEY, chat INTEGER NOT NULL, message INTEGER NOT NULL, name TEXT NOT NULL,
    username TEXT, language TEXT, date INTEGER NOT NULL, text TEXT NOT NULL
) WITHOUT ROWID
"""
_INSERT = """
INSERT OR IGNORE INTO messages VALUES
(:event, :chat, :message, :name, :username, :language, :date, :text)
"""


class Database:
    """The file, used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute(_TABLE)

    def store(self, events: Sequence[dict[str, Any]]) -> None:
        """One commit for all; those that are there already stay as they are. Blocks."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(_INSERT, events)
        self._connection.execute("COMMIT")


async def _main() -> None:
    url, path = sys.argv[1:]
    database = Database(Path(path))
    async with Broker.open(url) as broker:
        say_ready()
        async for batch in broker.batches(INBOUND):
            await asyncio.to_thread(database.store, [json.loads(body) for body in batch])
            await broker.publish(TO_BOT, batch)


if __name__ == "__main__":
    run(_main())
