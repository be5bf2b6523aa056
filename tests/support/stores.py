"""The embedded bus, store and blobs, ready for a test."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.blobs.stored import ObstoreBlobs
from shared.bus.embedded import EmbeddedBus
from shared.clock import Clock, SystemClock
from shared.ports.store import Collection
from shared.sqlite import Database
from shared.store.sqlite import SqliteStore


@dataclass(frozen=True, slots=True)
class Embedded:
    """Everything a service stands on, in one folder."""

    bus: EmbeddedBus
    store: SqliteStore
    blobs: ObstoreBlobs
    database: Database


@asynccontextmanager
async def open_embedded(
    folder: Path,
    *,
    collections: Iterable[Collection[Any]] | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[Embedded]:
    """Bus and store in one database and the blobs beside it; all declared collections by default.

    Open it again on the same folder to see what a restart sees.
    """
    if collections is None:
        from shared.collections import ALL_COLLECTIONS

        collections = ALL_COLLECTIONS
    async with await Database.open(folder / "hub.db", exclusive=True) as database:
        store = SqliteStore(database)
        await store.prepare(collections)
        bus = await EmbeddedBus.open(database, clock or SystemClock())
        blobs = await ObstoreBlobs.open_folder(folder / "blobs")
        try:
            yield Embedded(bus, store, blobs, database)
        finally:
            await bus.close()
