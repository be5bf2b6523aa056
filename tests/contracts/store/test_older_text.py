"""Documents that an older hub indexed for search are found as all others once a newer one starts.

What the older one left is put there by each store's own means: terms that were stems only.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from pymongo import MongoClient

from shared.ports.store import Put
from shared.search_terms import terms
from shared.sqlite import Database
from shared.stems import Stemmer
from shared.store import schema
from shared.store.layout import Layout
from shared.store.rows import Rows
from tests.support.document_stores import (
    IMPLEMENTATIONS,
    THINGS,
    ManagedStore,
    StoreImplementation,
    Thing,
    ids,
)
from tests.support.mongo_stores import MONGO_VARIABLE
from tests.support.places import place_of

_FORMER: Final = "s_things"
_TABLE: Final = Layout(THINGS).text_table


def _age_sqlite(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "hub.db")) as database, database:
        kept = database.execute('SELECT n, doc FROM "d_things"').fetchall()
        database.execute(f"DROP TABLE {_TABLE}")
        _make_former(database)
        database.executemany(
            f"INSERT INTO {_FORMER} (rowid, stems) VALUES (?, ?)",
            [
                (n, " ".join(Stemmer().stems(Thing.model_validate_json(doc).name)))
                for n, doc in kept
            ],
        )


def _make_former(database: sqlite3.Connection) -> None:
    database.execute(
        f"CREATE VIRTUAL TABLE {_FORMER} USING"
        " fts5(stems, detail=none, columnsize=0, tokenize='ascii')"
    )


def _age_mongo(folder: Path) -> None:
    with closing(MongoClient[dict[str, Any]](os.environ[MONGO_VARIABLE])) as client:
        database = client[place_of(folder)]
        for one in database["things"].find():
            stems = Stemmer().stems(Thing.model_validate_json(one["doc"]).name)
            database["things"].update_one({"_id": one["_id"]}, {"$set": {"s": stems}})
        database["_schema"].update_one({"_id": "things"}, {"$set": {"shape": "of an older hub"}})


_AGE: Final[dict[str, Callable[[Path], None]]] = {"sqlite": _age_sqlite, "mongo": _age_mongo}


async def put(store: ManagedStore, *names: str) -> None:
    await store.commit([Put(THINGS, Thing(id=f"t{n}", name=name)) for n, name in enumerate(names)])


async def found(store: ManagedStore, text: str) -> list[str]:
    return ids((await store.search(THINGS, text)).items)


async def test_what_an_older_hub_indexed_is_found_by_beginnings(
    implementation: StoreImplementation, tmp_path: Path
) -> None:
    async with implementation.open(tmp_path, [THINGS]) as store:
        await put(store, "Мариинский", "стол", "Maria")
    _AGE[implementation.name](tmp_path)

    async with implementation.open(tmp_path, [THINGS]) as store:
        hits = [await found(store, text) for text in ("мари", "mar", '"стол"')]

    assert hits == [["t0"], ["t2"], ["t1"]]


async def test_a_start_that_ended_before_all_was_indexed_is_made_good_by_the_next(
    tmp_path: Path,
) -> None:
    implementation = IMPLEMENTATIONS["sqlite"]
    async with implementation.open(tmp_path, [THINGS]) as store:
        await put(store, "Maria")
    _age_sqlite(tmp_path)
    rows: Rows[Any] = Rows(Layout(THINGS), lambda text: terms(Stemmer(), text))
    async with await Database.open(tmp_path / "hub.db", exclusive=True) as database:
        await database.write(lambda connection: schema._make_tables(connection, rows.layout))

    async with implementation.open(tmp_path, [THINGS]) as store:
        assert await found(store, "mar") == ["t0"]


async def test_what_an_older_hub_wrote_after_a_newer_one_is_found(tmp_path: Path) -> None:
    implementation = IMPLEMENTATIONS["sqlite"]
    async with implementation.open(tmp_path, [THINGS]) as store:
        await put(store, "Maria")
    with closing(sqlite3.connect(tmp_path / "hub.db")) as database, database:
        database.execute(f"DELETE FROM {_TABLE}")
        _make_former(database)

    async with implementation.open(tmp_path, [THINGS]) as store:
        assert await found(store, "mar") == ["t0"]
    with closing(sqlite3.connect(tmp_path / "hub.db")) as database:
        left = database.execute("SELECT name FROM sqlite_master WHERE name = ?", (_FORMER,))
        assert left.fetchone() is None
