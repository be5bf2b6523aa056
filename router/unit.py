"""A unit of work: documents as they will be after the commit, and what is to be told of it.

Several items share a unit; each sees what the ones before it changed. Nothing is written before the
commit, and a unit that is not committed leaves no trace.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar, cast

from shared.collections import CONTACTS, CONVERSATIONS, COUNTERS, IDENTITIES, PARTS, THREADS
from shared.events import Event, count_keys
from shared.ids import Partition
from shared.ports.bus import Publication
from shared.ports.store import (
    ABSENT,
    Change,
    Check,
    Collection,
    D,
    Delete,
    Document,
    Increment,
    Put,
    Range,
    Scalar,
    Store,
    Update,
)

_Key = tuple[str, str]
R = TypeVar("R", bound=Document)

_CONDITIONS: Final[Mapping[str, tuple[str, ...]]] = {
    # Others write these too: what was read must still be so.
    THREADS.name: ("version",),
    IDENTITIES.name: ("version",),
    CONTACTS.name: ("version",),
    PARTS.name: ("state", "attempt", "planned"),
}


_UNREAD: Final = Document(id="")
"""Stands for what is in the store where that was never looked at."""


@dataclass(slots=True)
class _Entry:
    collection: Collection[Any]
    loaded: Document | None
    current: Document | None
    depended: bool = False


@dataclass(frozen=True, slots=True)
class Emitted:
    """An event on its way into the log."""

    event: Event
    routing_key: str
    trace_id: str
    correlation_id: str | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A point to which a unit can be taken back."""

    journal: int
    events: int
    publications: int


class Unit:
    """Reads through to the store, keeps changes, and turns them into one commit."""

    def __init__(self, store: Store, now: datetime) -> None:
        self._store = store
        self.now = now
        self._entries: dict[_Key, _Entry] = {}
        self._journal: list[tuple[_Key, Document | None]] = []
        self.events: list[Emitted] = []
        self.publications: list[Publication] = []

    async def load(self, collection: Collection[D], ids: Iterable[str]) -> list[D]:
        """Read several documents at once; later ``get`` finds them here. Those that exist."""
        wanted = list(dict.fromkeys(ids))
        missing = [id for id in wanted if (collection.name, id) not in self._entries]
        if missing:
            found = await self._store.get_many(collection, missing)
            for id in missing:
                document = found.get(id)
                self._entries[collection.name, id] = _Entry(collection, document, document)
        held = (self._entries[collection.name, id].current for id in wanted)
        return [cast(D, document) for document in held if document is not None]

    async def get(self, collection: Collection[D], id: str) -> D | None:
        """The document as it is now, or None."""
        entry = self._entries.get((collection.name, id))
        if entry is None:
            loaded = await self._store.get(collection, id)
            entry = _Entry(collection, loaded, loaded)
            self._entries[collection.name, id] = entry
        return cast("D | None", entry.current)

    def held(self, collection: Collection[D]) -> list[D]:
        """The documents of a collection that are here already."""
        return [
            cast(D, entry.current)
            for (name, _), entry in self._entries.items()
            if name == collection.name and entry.current is not None
        ]

    async def find(
        self,
        collection: Collection[D],
        *,
        equal: Mapping[str, Scalar],
        order: str,
        range: Range | None = None,
        descending: bool = False,
        limit: int = 50,
    ) -> list[D]:
        """The first documents of a query, with the changes of this unit counted in."""
        page = await self._store.find(
            collection, equal=equal, range=range, order=order, descending=descending, limit=limit
        )
        for document in page.items:
            key = (collection.name, document.id)
            if key not in self._entries:
                self._entries[key] = _Entry(collection, document, document)
        stored = {document.id for document in page.items}
        found: list[D] = []
        for (name, id), entry in self._entries.items():
            current = cast("D | None", entry.current)
            if name != collection.name or current is None:
                continue
            changed = entry.current is not entry.loaded
            if (changed and _matches(current, equal, range)) or (not changed and id in stored):
                found.append(current)
        found.sort(key=lambda document: (getattr(document, order), document.id), reverse=descending)
        return found[:limit]

    def put(self, collection: Collection[D], document: D) -> D:
        """Write the document as it stands: a new one, or one that was read here before."""
        key = (collection.name, document.id)
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = _Entry(collection, None, None)
        self._journal.append((key, entry.current))
        entry.current = document
        return document

    def revise(self, collection: Collection[D], document: D, fields: Mapping[str, Any]) -> D:
        """Change some fields; a version goes up by one. Returns the changed document."""
        document = self.fresh(collection, document)
        update = dict(fields)
        version = getattr(document, "version", None)
        if version is not None:
            update["version"] = version + 1
        return self.put(collection, document.model_copy(update=update))

    def fresh(self, collection: Collection[D], document: D) -> D:
        """The document as this unit has changed it since."""
        entry = self._entries.get((collection.name, document.id))
        return document if entry is None or entry.current is None else cast(D, entry.current)

    def delete(self, collection: Collection[D], id: str) -> None:
        """Remove the document; harmless when it is gone."""
        key = (collection.name, id)
        entry = self._entries.get(key)
        if entry is None:
            # Never read: write the removal, whatever is there.
            self._entries[key] = _Entry(collection, _UNREAD, None)
            self._journal.append((key, _UNREAD))
            return
        self._journal.append((key, entry.current))
        entry.current = None

    def depend(self, collection: Collection[D], id: str) -> None:
        """Let the commit through only while the document still has the version that was read."""
        self._entries[collection.name, id].depended = True

    def mark(self) -> Mark:
        """The present point, for ``rollback``."""
        return Mark(len(self._journal), len(self.events), len(self.publications))

    def rollback(self, mark: Mark) -> None:
        """Forget what was changed, emitted and published since."""
        while len(self._journal) > mark.journal:
            key, before = self._journal.pop()
            if before is _UNREAD:
                del self._entries[key]
            else:
                self._entries[key].current = before
        del self.events[mark.events :]
        del self.publications[mark.publications :]

    def changes(self, partition: Partition) -> list[Change]:
        """What is to be written, without events and lease."""
        changes: list[Change] = []
        for (_, id), entry in self._entries.items():
            change = _change(id, entry)
            if change is not None:
                changes.append(change)
        changes.extend(self._counters(partition))
        return changes

    def _counters(self, partition: Partition) -> Iterable[Change]:
        totals: dict[str, int] = {}
        for (name, _), entry in self._entries.items():
            if name == CONVERSATIONS.name and entry.current is not entry.loaded:
                before = count_keys(cast(Any, entry.loaded))
                after = count_keys(cast(Any, entry.current))
                for key in after - before:
                    totals[key] = totals.get(key, 0) + 1
                for key in before - after:
                    totals[key] = totals.get(key, 0) - 1
        for key, by in sorted(totals.items()):
            if by:
                yield Increment(
                    COUNTERS,
                    f"{key}/{partition}",
                    {"value": by},
                    on_insert={"key": key, "partition": partition},
                )


def _change(id: str, entry: _Entry) -> Change | None:
    conditions = _CONDITIONS.get(entry.collection.name)
    loaded, current = entry.loaded, entry.current
    if current is loaded:
        if entry.depended and conditions and loaded is not None:
            return Check(entry.collection, id, _values(loaded, conditions))
        return None
    if current is None:
        return Delete(entry.collection, id)
    if loaded is None or loaded is _UNREAD:
        return Put(entry.collection, current, expect=ABSENT if conditions else None)
    changed = _changed_fields(loaded, current)
    if not changed:
        return None
    expect = _values(loaded, conditions) if conditions else {}
    return Update(entry.collection, id, changed, expect=expect)


def _changed_fields(before: Document, after: Document) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for name, value in after:
        old = getattr(before, name, None)
        if value is not old and value != old:
            changed[name] = value
    return changed


def _values(document: Document, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(document, name) for name in names}


def _matches(document: Document, equal: Mapping[str, Scalar], range: Range | None) -> bool:
    if any(getattr(document, name) != value for name, value in equal.items()):
        return False
    if range is None:
        return True
    value = getattr(document, range.field)
    return (
        (range.ge is None or value >= range.ge)
        and (range.gt is None or value > range.gt)
        and (range.le is None or value <= range.le)
        and (range.lt is None or value < range.lt)
    )
