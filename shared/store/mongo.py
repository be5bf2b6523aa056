"""The store in MongoDB, through Motor; the only module that names it, so that its successor can
take its place here.

Commits are transactions with majority and journal, one at a time per process (see
``mongo_writer``).
"""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, Self, TypeVar

import structlog
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern

from shared.errors import Unavailable
from shared.ports.store import MOST_READ, Change, Collection, Document, Page, Range, Scalar
from shared.search_terms import SearchTerms, terms
from shared.stems import Stemmer
from shared.store import cursors
from shared.store.layout import Layout
from shared.store.mongo_changes import planned
from shared.store.mongo_documents import Documents, Stored, equal_filter, key
from shared.store.mongo_queries import search_filter, selects
from shared.store.mongo_schema import prepare
from shared.store.mongo_writer import MAJORITY, Writer, away
from shared.store.query import Query, plan
from shared.store.values import at_path, column, instant, is_text

log = structlog.get_logger(__name__)

D = TypeVar("D", bound=Document)
T = TypeVar("T")

_EXPIRE_BATCH: Final = 500


class MongoStore:
    """See ``shared.ports.store.Store``."""

    def __init__(
        self, client: "AsyncIOMotorClient[Stored]", database: str, *, timeout_s: float
    ) -> None:
        """Use ``open``."""
        self._client = client
        self._database = client.get_database(
            database, write_concern=MAJORITY, read_concern=ReadConcern("majority")
        )
        self._timeout_s = timeout_s
        self._stemmer = Stemmer()
        self._documents: dict[str, Documents[Any]] = {}
        # The client that Motor wraps: a transaction runs in a thread as one piece.
        self._writer = Writer(client.delegate, self._database.delegate, timeout_s)

    @classmethod
    async def open(cls, url: str, *, timeout_s: float = 5.0) -> Self:
        """Connect. The URL names the database, ``omnihub`` if it does not. Raises
        ``Unavailable``."""
        client: AsyncIOMotorClient[Stored] = AsyncIOMotorClient(
            url,
            serverSelectionTimeoutMS=int(timeout_s * 1000),
            connectTimeoutMS=int(timeout_s * 1000),
            tz_aware=True,
        )
        store = cls(client, client.get_default_database("omnihub").name, timeout_s=timeout_s)
        try:
            await store.probe()
        except BaseException:
            client.close()
            raise
        return store

    async def close(self) -> None:
        """Finish the commits under way, each within its limit, and let go of the connections."""
        await self._writer.close()
        self._client.close()

    async def prepare(self, collections: Iterable[Collection[Any]]) -> None:
        """Make these collections usable: indexes, migrations.

        Raises ``SchemaTooNew`` when a newer hub has written them, ``Conflict``, ``Unavailable``.
        """
        for collection in collections:
            documents: Documents[Any] = Documents(Layout(collection), partial(terms, self._stemmer))
            try:
                await prepare(self._database, documents)
            except PyMongoError as error:
                raise away(error) from None
            self._documents[collection.name] = documents

    async def get(self, collection: Collection[D], id: str) -> D | None:
        """One document; see the port."""
        return (await self.get_many(collection, [id])).get(id)

    async def get_many(self, collection: Collection[D], ids: Sequence[str]) -> dict[str, D]:
        """Several documents; see the port."""
        documents = self._documents_of(collection)
        wanted = [id for id in dict.fromkeys(ids) if is_text(id)]
        if not wanted:
            return {}
        cursor = self._database[collection.name].find({"_id": {"$in": wanted}})
        found = await self._read(cursor.to_list(None))
        return {one["_id"]: documents.read(one["doc"], one["v"]) for one in found}

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
        documents = self._documents_of(collection)
        query = plan(documents.layout, equal, range, order, descending=descending)
        found: list[Stored] = []
        for select in selects(query, cursor):
            left = limit + 1 - len(found)
            if left <= 0:
                break
            table = self._database[collection.name]
            hits = table.find(select.filter).sort(select.sort).skip(skip).limit(left)
            some = await self._read(hits.to_list(left))
            found += some
            if some or not skip:
                skip = 0
            else:
                skip -= await self._read(table.count_documents(select.filter))
        return _page(documents, query, found, limit)

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
        documents = self._documents_of(collection)
        if not documents.has_text:
            raise LookupError(f"{collection.name} have no searchable text")
        narrow = {path: column(value) for path, value in (equal or {}).items()}
        held = {path for index in documents.layout.indexes for path in index.index.fields}
        if unheld := set(narrow) - held:
            raise LookupError(f"no index of {collection.name} holds {', '.join(sorted(unheld))}")
        asked = SearchTerms.of(self._stemmer, text)
        if not asked:
            return Page([], None)
        query = cursors.fingerprint(collection.name, "search", asked, sorted(narrow.items()))
        position = None if cursor is None else cursors.decode(query, cursor, 1)[0]
        wanted = {**search_filter(asked, position), **equal_filter(narrow)}
        most = max(limit, MOST_READ) if asked.phrases else limit
        table = self._database[collection.name]
        found = await self._read(
            table.find(wanted).sort([("_id", -1)]).limit(most + 1).to_list(most + 1)
        )
        items: list[D] = []
        for read, one in enumerate(found):
            if len(items) == limit or read == most:
                return Page(items, cursors.encode(query, found[read - 1]["_id"]))
            document = documents.read(one["doc"], one["v"])
            if not asked.phrases or asked.has_phrases(documents.layout.text(document)):
                items.append(document)
        return Page(items, None)

    async def commit(self, changes: Sequence[Change]) -> None:
        """Apply all or none; see the port."""
        ready = [planned(self._documents_of(change.collection), change) for change in changes]
        if ready:
            await self._writer.commit(ready)

    async def expire(self, now: datetime) -> int:
        """Delete what has outlived its collection's ``keep_for``; returns how many."""
        deleted = 0
        for documents in self._documents.values():
            collection = documents.layout.collection
            if collection.keep_for is None or collection.expires_from is None:
                continue
            over = {key(collection.expires_from): {"$lte": instant(now - collection.keep_for)}}
            table = self._database[collection.name]
            while True:
                some = table.find(over, {"_id": 1}).limit(_EXPIRE_BATCH)
                ids = [one["_id"] for one in await self._read(some.to_list(_EXPIRE_BATCH))]
                if not ids:
                    break
                gone = await self._read(table.delete_many({"_id": {"$in": ids}, **over}))
                deleted += gone.deleted_count
        return deleted

    async def explain(
        self, collection: Collection[Any], *, equal: Sequence[str], order: str | None = None
    ) -> list[str]:
        """The stages of such a query that would scan a collection; none is right."""
        documents = self._documents_of(collection)
        fixed = dict(index.where for index in collection.indexes if index.where is not None)
        values = {path: fixed.get(path, "x") for path in equal}
        found: list[str] = []
        for descending in (False, True):
            query = plan(documents.layout, values, None, order, descending=descending)
            for select in selects(query, None):
                cursor = self._database[collection.name].find(select.filter).sort(select.sort)
                found += _scans(await self._read(cursor.explain()))
        return list(dict.fromkeys(found))

    async def probe(self) -> None:
        """See whether writing would work now. Raises ``Unavailable``."""
        table = self._database["_probe"]
        await self._read(table.update_one({"_id": "probe"}, {"$inc": {"n": 1}}, upsert=True))

    async def _read(self, work: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(2 * self._timeout_s):
                return await work
        except TimeoutError:
            raise Unavailable("the database does not answer") from None
        except PyMongoError as error:
            raise away(error) from None

    def _documents_of(self, collection: Collection[D]) -> Documents[D]:
        documents = self._documents.get(collection.name)
        if documents is None:
            raise LookupError(f"the collection {collection.name} was not prepared")
        return documents


def _page(documents: Documents[D], query: Query[D], found: list[Stored], limit: int) -> Page[D]:
    items = [documents.read(one["doc"], one["v"]) for one in found[:limit]]
    if len(found) <= limit or limit < 1:
        return Page(items, None)
    last = found[limit - 1]
    order = None if query.order is None else query.order.replace(".", "/")
    value = None if order is None else at_path(last["x"], order)
    return Page(items, cursors.encode(query.fingerprint, value, last["_id"]))


def _scans(plan_: Any) -> list[str]:
    if isinstance(plan_, dict):
        found = ["COLLSCAN"] if plan_.get("stage") == "COLLSCAN" else []
        if plan_.get("stage") == "SORT":
            found.append("SORT in memory")
        winning = plan_.get("queryPlanner", plan_)
        parts = [winning.get("winningPlan")] if winning is not plan_ else list(plan_.values())
        return [*found, *(scan for part in parts for scan in _scans(part))]
    if isinstance(plan_, list):
        return [scan for part in plan_ for scan in _scans(part)]
    return []
