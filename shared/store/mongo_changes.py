"""The changes of some commits, decided on and written within one MongoDB transaction.

Every document is read once, changed in memory, and written under the revision that was read. A
transaction dies of a duplicate key, so a new document is upserted. One that is only checked is
touched, and one that must not be there is made and removed again, so that nobody else can change
either meanwhile.

Everything here blocks: a transaction runs as one piece in the writing thread, where no cancelled
task can leave it half done.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic_core import PydanticSerializationError, from_json
from pydantic_core import to_json as dump
from pymongo import DeleteOne, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import BulkWriteError, DocumentTooLarge

from shared.errors import BadPayload, Conflict, HubError
from shared.ports.store import ABSENT, Change, Check, Delete, Increment, Put, Update
from shared.store.expectations import Expectation, broken, expectation
from shared.store.mongo_documents import Documents, Stored
from shared.store.values import Column, Tree, to_json

Place = tuple[str, str]
"""A document: its collection's name and its id."""
_DUPLICATE: Final = 11000


class RefusedError(Exception):
    """The database or a document's own shape refuses what a batch writes; ``why`` is for whoever
    asked for it, if it was one commit."""

    def __init__(self, why: HubError) -> None:
        super().__init__(str(why))
        self.why = why


class DisplacedError(Exception):
    """Somebody else wrote between the reading and the writing: begin the transaction again."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A change, with what needs no database done."""

    documents: Documents[Any]
    change: Change
    id: str
    values: Tree
    """The document of a Put or of an Increment that makes it, the fields of an Update."""
    expected: Expectation | None = None
    """What the stored document must hold; None: no condition, or ABSENT."""

    @property
    def place(self) -> Place:
        """Which document it is about."""
        return self.documents.layout.name, self.id


def planned(documents: Documents[Any], change: Change) -> Planned:
    """Make a change ready. Raises ``BadPayload`` when UTF-8 cannot hold its text."""
    id = change.document.id if isinstance(change, Put) else change.id
    try:
        values = _values(change)
        dump([id, values])
    except PydanticSerializationError:
        name = documents.layout.name
        raise BadPayload(f"{name}: cannot be written as JSON in UTF-8") from None
    expect = None if isinstance(change, Increment) else change.expect
    expected = None if expect is None or expect is ABSENT else expectation(expect)
    return Planned(documents, change, id, values, expected)


def _values(change: Change) -> Tree:
    match change:
        case Put():
            put: Tree = from_json(change.document.model_dump_json())
            return put
        case Update():
            return {name: to_json(value) for name, value in change.set.items()}
        case Increment():
            fresh: Tree = {"id": change.id, **to_json(dict(change.on_insert))}
            return fresh
        case _:
            return {}


@dataclass(slots=True, eq=False)
class Write:
    """What happens to one document at one place in the order."""

    documents: Documents[Any]
    id: str
    tree: Tree | None
    """What it becomes; None: it goes, or is to stay away."""
    checked: bool
    """Nothing changes: keep others from changing it."""


class Batch:
    """The commits of one transaction: load, decide on each, write all."""

    def __init__(self, database: "Database[Stored]", session: ClientSession) -> None:
        self._database = database
        self._session = session
        self._trees: dict[Place, Tree | None] = {}
        """The documents as they are after the commits decided on so far."""
        self._revisions: dict[Place, int] = {}
        """Those that are stored, as they were read."""
        self._writes: dict[str, list[Write]] = {}
        self._last: dict[Place, Write] = {}

    def load(self, changes: Sequence[Planned]) -> None:
        """Read every document that the changes are about, one query per collection."""
        wanted: dict[str, dict[str, Documents[Any]]] = {}
        for change in changes:
            name, id = change.place
            wanted.setdefault(name, {})[id] = change.documents
            self._trees[change.place] = None
        for name, documents in wanted.items():
            table = self._database[name]
            for found in table.find({"_id": {"$in": list(documents)}}, session=self._session):
                place = (name, found["_id"])
                self._trees[place] = documents[found["_id"]].tree(found["doc"], found["v"])
                self._revisions[place] = found["r"]

    def decide(self, changes: Sequence[Planned]) -> None:
        """Take in one commit; each of its changes sees the earlier ones. Raises ``Conflict``, and
        then nothing of it is taken in."""
        after: dict[Place, Tree | None] = {}
        writes: list[Write] = []
        for one in changes:
            place = one.place
            before = after[place] if place in after else self._trees[place]
            write = _write(one, before)
            if write is not None:
                after[place] = write.tree
                writes.append(write)
        self._trees.update(after)
        for write in writes:
            self._add(write)

    def _add(self, write: Write) -> None:
        """Put it in the order, or into the earlier write of the same document: that is the same
        as long as no unique key is taken or given up between the two."""
        place = (write.documents.layout.name, write.id)
        writes = self._writes.setdefault(place[0], [])
        last = self._last.get(place)
        if last is not None and write.checked:
            return
        if last is not None and last.checked:
            writes.remove(last)
        elif last is not None and _same_keys(last, write):
            last.tree = write.tree
            return
        self._last[place] = write
        writes.append(write)

    def write(self) -> None:
        """Write everything. Raises ``RefusedError``, ``DisplacedError`` and errors of PyMongo."""
        for name, writes in self._writes.items():
            operations: list[UpdateOne | DeleteOne] = []
            whose: list[Write] = []
            for write in writes:
                made = self._operations(write)
                operations += made
                whose += [write] * len(made)
            if operations:
                self._send(name, operations, whose)

    def _send(self, name: str, operations: list[UpdateOne | DeleteOne], whose: list[Write]) -> None:
        try:
            done = self._database[name].bulk_write(operations, session=self._session)
        except BulkWriteError as error:
            raise _refusal(error, whose) from None
        except DocumentTooLarge:
            raise RefusedError(BadPayload(f"{name}: a document is too large")) from None
        if done.matched_count + done.upserted_count + done.deleted_count != len(operations):
            raise DisplacedError

    def _operations(self, write: Write) -> list[UpdateOne | DeleteOne]:
        place = (write.documents.layout.name, write.id)
        revision = self._revisions.get(place)
        if revision is None:
            if write.tree is None and not write.checked:
                return []
            # A revision begins anywhere: a document that was deleted and made anew is another one.
            first = secrets.randbits(40)
            tree = write.tree
            stored = (
                {"v": 0, "r": first, "doc": "{}", "x": {}}
                if tree is None
                else _stored(write.documents, write.id, tree, first)
            )
            make = UpdateOne({"_id": write.id}, {"$setOnInsert": stored}, upsert=True)
            if tree is None:
                return [make, DeleteOne({"_id": write.id, "r": first})]
            self._revisions[place] = first
            return [make]
        found = {"_id": write.id, "r": revision}
        if write.tree is None:
            del self._revisions[place]
            return [DeleteOne(found)]
        self._revisions[place] = revision + 1
        if write.checked:
            return [UpdateOne(found, {"$set": {"r": revision + 1}})]
        stored = _stored(write.documents, write.id, write.tree, revision + 1)
        return [UpdateOne(found, {"$set": stored})]


def _write(one: Planned, before: Tree | None) -> Write | None:
    """What a change does to its document. Raises ``Conflict``."""
    name = one.documents.layout.name
    if one.expected is not None:
        if before is None:
            raise Conflict(f"{name} {one.id} is gone")
        field = broken(one.documents.layout, before, one.expected)
        if field is not None:
            raise Conflict(f"{name} {one.id}: {field}")
    match one.change:
        case Put(expect=expect) | Check(expect=expect) if expect is ABSENT and before is not None:
            raise Conflict(f"{name} {one.id} exists")
        case Put():
            return Write(one.documents, one.id, one.values, checked=False)
        case Update():
            return Write(one.documents, one.id, {**(before or {}), **one.values}, checked=False)
        case Increment():
            tree = _increased(one, one.values if before is None else before, one.change.add)
            return Write(one.documents, one.id, tree, checked=False)
        case Delete():
            return None if before is None else Write(one.documents, one.id, None, checked=False)
        case Check():
            return Write(one.documents, one.id, before, checked=True)


def _increased(one: Planned, tree: Tree, add: Mapping[str, int]) -> Tree:
    layout = one.documents.layout
    added = {
        # A new document has what on_insert gives it, a stored one its model's defaults too.
        name: ((tree.get(name) if tree is one.values else layout.value(tree, name)) or 0) + step
        for name, step in add.items()
    }
    return {**tree, **added}


def _same_keys(first: Write, second: Write) -> bool:
    if (first.tree is None) != (second.tree is None):
        return False
    return _keys(first) == _keys(second)


def _keys(write: Write) -> list[tuple[Column, ...]]:
    tree, layout = write.tree, write.documents.layout
    if tree is None:
        return []
    return [
        tuple(layout.column(tree, path) for path in index.index.fields)
        for index in layout.indexes
        if index.index.unique
    ]


def _stored(documents: Documents[Any], id: str, tree: Tree, revision: int) -> Stored:
    try:
        stored = documents.stored(id, tree, revision)
    except BadPayload as error:
        raise RefusedError(error) from None
    del stored["_id"]
    return stored


def _refusal(error: BulkWriteError, whose: Sequence[Write]) -> Exception:
    """What a duplicate key means. The error's own text holds values, ours does not."""
    details: Mapping[str, Any] = error.details or {}
    failed: Sequence[Mapping[str, Any]] = details.get("writeErrors") or [{}]
    first = failed[0]
    if first.get("code") != _DUPLICATE:
        return error
    fields = list(first.get("keyPattern") or {})
    if fields == ["_id"]:
        return DisplacedError()
    write = whose[first["index"]]
    names = ", ".join(field[2:].replace("/", ".") for field in fields) or "a unique field"
    return RefusedError(Conflict(f"{write.documents.layout.name} {write.id}: {names} is taken"))
