"""The implementations of the store that the contract suite runs on, and what it stores.

A new implementation is named in ``IMPLEMENTATIONS``.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Protocol

from pydantic import BaseModel

from shared.model.base import Utc
from shared.ports.store import Collection, Document, Index, Store
from shared.sqlite import Database
from shared.store.sqlite import SqliteStore
from tests.support.mongo_stores import open_mongo


class ManagedStore(Store, Protocol):
    """A store with what the runtime asks of it."""

    async def prepare(self, collections: Sequence[Collection[Any]]) -> None:
        """Make these collections usable."""

    async def expire(self, now: datetime) -> int:
        """Delete what has outlived its time."""


@dataclass(frozen=True, slots=True)
class StoreImplementation:
    """How to open one; opening the same folder again is what a restart sees."""

    name: str
    open: Callable[[Path, Sequence[Collection[Any]]], AbstractAsyncContextManager[ManagedStore]]


@asynccontextmanager
async def _sqlite(
    folder: Path, collections: Sequence[Collection[Any]]
) -> AsyncIterator[ManagedStore]:
    async with await Database.open(folder / "hub.db", exclusive=True) as database:
        store = SqliteStore(database)
        await store.prepare(collections)
        yield store


IMPLEMENTATIONS: Final = {
    one.name: one
    for one in (StoreImplementation("sqlite", _sqlite), StoreImplementation("mongo", open_mongo))
}


class Colour(StrEnum):
    """A closed set, as documents have them."""

    RED = "red"
    BLUE = "blue"


class Place(BaseModel):
    """A model within a document."""

    city: str
    since: datetime | None = None


class Thing(Document):
    """A document with something of everything."""

    name: str = ""
    number: int = 0
    colour: Colour = Colour.RED
    open: bool = True
    at: Utc | None = None
    due_at: Utc | None = None
    place: Place | None = None
    labels: tuple[str, ...] = ()
    version: int = 0
    email: str | None = None
    group: str | None = None


THINGS: Final = Collection(
    "things",
    Thing,
    indexes=(
        Index(("email",), unique=True),
        Index(("group", "number"), unique=True),
        Index(("colour", "number")),
        Index(("colour", "at")),
        Index(("name",)),
        Index(("number",)),
        Index(("at",)),
        Index(("due_at",)),
        Index(("place.city", "number")),
        Index(("labels", "colour", "number"), many="labels"),
        Index(("name", "number"), where=("open", True)),
    ),
    text=lambda thing: thing.name,
    text_fields=("name",),
)


class Entry(Document):
    """A document that does not live for ever."""

    at: datetime
    name: str = ""


ENTRIES: Final = Collection("entries", Entry, keep_for=timedelta(days=7), expires_from="at")


class Owner(Document):
    """A document without any index."""

    number: int = 0
    total: int = 0


OWNERS: Final = Collection("owners", Owner)
COLLECTIONS: Final[tuple[Collection[Any], ...]] = (THINGS, ENTRIES, OWNERS)


def ids(documents: Sequence[Document]) -> list[str]:
    """The ids in their order."""
    return [document.id for document in documents]
