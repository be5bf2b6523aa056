"""The store in SQLite."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeVar

from shared.ports.store import Change, Collection, Document, Page, Range, Scalar
from shared.search_terms import SearchTerms, terms
from shared.sqlite import Database
from shared.stems import Stemmer
from shared.store import cursors, schema
from shared.store.changes import prepare
from shared.store.layout import Layout, field_column
from shared.store.query import Query, plan
from shared.store.rows import Rows
from shared.store.search import check_narrowing, search
from shared.store.statements import Statement, statements
from shared.store.values import instant, is_text

D = TypeVar("D", bound=Document)

_EXPIRE_BATCH: Final = 500
_IDS_PER_STATEMENT: Final = 500


class SqliteStore:
    """See ``shared.ports.store.Store``. The database may be shared with the bus, and is not closed
    here."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stemmer = Stemmer()
        self._rows: dict[str, Rows[Any]] = {}

    async def prepare(self, collections: Iterable[Collection[Any]]) -> None:
        """Make these collections usable: tables, indexes, migrations.

        Raises ``SchemaTooNew`` when a newer hub has written them, ``Unavailable``.
        """
        for collection in collections:
            rows: Rows[Any] = Rows(Layout(collection), partial(terms, self._stemmer))
            await schema.prepare(self._database, rows)
            self._rows[collection.name] = rows

    async def get(self, collection: Collection[D], id: str) -> D | None:
        """One document; see the port."""
        return (await self.get_many(collection, [id])).get(id)

    async def get_many(self, collection: Collection[D], ids: Sequence[str]) -> dict[str, D]:
        """Several documents; see the port."""
        rows = self._rows_of(collection)
        wanted = [id for id in dict.fromkeys(ids) if is_text(id)]

        def job(connection: sqlite3.Connection) -> dict[str, D]:
            return _get_many(connection, rows, wanted)

        return await self._database.read(job) if wanted else {}

    async def find(
        self,
        collection: Collection[D],
        *,
        equal: Mapping[str, Scalar],
        range: Range | None = None,
        order: str | None = None,
        descending: bool = False,
        cursor: str | None = None,
        skip: int = 0,
        limit: int = 50,
    ) -> Page[D]:
        """One page of a query; see the port."""
        rows = self._rows_of(collection)
        query = plan(rows.layout, equal, range, order, descending=descending)
        selects = list(statements(query, cursor))

        def job(connection: sqlite3.Connection) -> Page[D]:
            return _page(rows, query, _answer(connection, selects, skip, limit + 1), limit)

        return await self._database.read(job)

    async def search(
        self,
        collection: Collection[D],
        text: str,
        *,
        equal: Mapping[str, Scalar] | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[D]:
        """One page of hits; see the port. A text without a word finds nothing."""
        rows = self._rows_of(collection)
        if rows.layout.text_table is None:
            raise LookupError(f"{collection.name} have no searchable text")
        narrow = dict(equal or {})
        check_narrowing(rows.layout, narrow)
        asked = SearchTerms.of(self._stemmer, text)
        if not asked:
            return Page([], None)
        return await self._database.read(
            lambda connection: search(connection, rows, asked, narrow, cursor, limit)
        )

    async def commit(self, changes: Sequence[Change]) -> None:
        """Apply all or none; see the port."""
        prepared = [prepare(self._rows_of(_collection(change)), change) for change in changes]
        if not prepared:
            return

        def job(connection: sqlite3.Connection) -> None:
            for apply in prepared:
                apply(connection)

        await self._database.write(job)

    async def expire(self, now: datetime) -> int:
        """Delete what has outlived its collection's ``keep_for``; returns how many. In batches,
        so that others get their turn. Raises ``Unavailable``."""
        deleted = 0
        for rows in self._rows.values():
            collection = rows.layout.collection
            if collection.keep_for is None or collection.expires_from is None:
                continue
            job = _expiry(rows, collection.expires_from, instant(now - collection.keep_for))
            while count := await self._database.write(job):
                deleted += count
        return deleted

    async def explain(
        self, collection: Collection[Any], *, equal: Sequence[str], order: str | None = None
    ) -> list[str]:
        """The steps of such a query that would scan a table or sort in memory; none is right.

        A field that a partial index is restricted by is taken to have that value.
        """
        rows = self._rows_of(collection)
        fixed = dict(index.where for index in collection.indexes if index.where is not None)
        values = {path: fixed.get(path, "x") for path in equal}
        found: list[str] = []
        for descending in (False, True):
            query = plan(rows.layout, values, None, order, descending=descending)
            selects = list(statements(query, None))
            if not query.single:
                cursor = cursors.encode(query.fingerprint, "x" if order else None, "x")
                selects += statements(query, cursor)
            for select in selects:
                sql = f"EXPLAIN QUERY PLAN {select.sql} LIMIT ?"
                steps = await self._database.read(_all(sql, (*select.values, 1)))
                walk = set(equal) <= set(fixed)
                found += [step[3] for step in steps if _is_costly(step[3], may_walk=walk)]
        return list(dict.fromkeys(found))

    async def probe(self) -> None:
        """See whether writing would work now. Raises ``Unavailable``."""
        await self._database.probe()

    def _rows_of(self, collection: Collection[D]) -> Rows[D]:
        rows = self._rows.get(collection.name)
        if rows is None:
            raise LookupError(f"the collection {collection.name} was not prepared")
        return rows


def _collection(change: Change) -> Collection[Any]:
    collection: Collection[Any] = change.collection
    return collection


def _get_many(connection: sqlite3.Connection, rows: Rows[D], ids: Sequence[str]) -> dict[str, D]:
    found: dict[str, D] = {}
    for start in range(0, len(ids), _IDS_PER_STATEMENT):
        some = ids[start : start + _IDS_PER_STATEMENT]
        marks = ", ".join("?" * len(some))
        sql = f"SELECT id, v, doc FROM {rows.layout.table} WHERE id IN ({marks})"  # noqa: S608 - our own names
        for id, version, doc in connection.execute(sql, some):
            found[id] = rows.read(doc, version)
    return found


def _answer(
    connection: sqlite3.Connection, selects: Sequence[Statement], skip: int, most: int
) -> list[tuple[str, int, str, Any]]:
    """The rows of the statements, one after another, behind those that are passed over."""
    found: list[tuple[str, int, str, Any]] = []
    for select in selects:
        if len(found) >= most:
            break
        sql = f"{select.sql} LIMIT ? OFFSET ?"
        some = connection.execute(sql, (*select.values, most - len(found), skip)).fetchall()
        found += some
        if some or not skip:
            skip = 0
        else:
            counted = f"SELECT COUNT(*) FROM ({select.sql})"  # noqa: S608 - our own names
            skip -= connection.execute(counted, select.values).fetchone()[0]
    return found


def _page(
    rows: Rows[D], query: Query[D], found: list[tuple[str, int, str, Any]], limit: int
) -> Page[D]:
    items = [rows.read(doc, version) for doc, version, _, _ in found[:limit]]
    if len(found) <= limit or limit < 1:
        return Page(items, None)
    _, _, id, value = found[limit - 1]
    return Page(items, cursors.encode(query.fingerprint, value, id))


def _expiry(rows: Rows[Any], path: str, before: str) -> Any:
    name, table = field_column(path), rows.layout.table
    sql = f"SELECT n FROM {table} WHERE {name} <= ? ORDER BY {name} LIMIT ?"  # noqa: S608 - our own names

    def job(connection: sqlite3.Connection) -> int:
        numbers = [row[0] for row in connection.execute(sql, (before, _EXPIRE_BATCH))]
        rows.delete(connection, numbers)
        return len(numbers)

    return job


def _all(sql: str, values: tuple[Any, ...]) -> Any:
    return lambda connection: connection.execute(sql, values).fetchall()


def _is_costly(step: str, *, may_walk: bool) -> bool:
    if step.startswith("SCAN"):
        # Where everything is asked for, walking an index in its order ends with the page.
        return not (may_walk and "USING" in step)
    return "TEMP B-TREE" in step
