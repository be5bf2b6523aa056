"""A unit of work: documents as they will be after the commit, and what is to be told of it.

Several items share a unit; each sees what the ones before it changed. Nothing is written before the
commit, and a unit that is not committed leaves no trace.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from router.counts import moves
from router.entries import UNREAD, Entry, change_of
from router.known import SHARED, Key, Known, Used
from router.numbers import Numbers
from shared.collections import CONVERSATIONS, COUNTERS
from shared.events import Event
from shared.ids import Partition
from shared.ports.bus import Publication
from shared.ports.store import (
    Change,
    Collection,
    D,
    Document,
    Increment,
    Range,
    Scalar,
    Store,
)


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
    additions: int


class Unit:
    """Reads through to the store, keeps changes, and turns them into one commit.

    What is ``known`` is not read.
    """

    def __init__(
        self,
        store: Store,
        now: datetime,
        known: Known | None = None,
        numbers: Numbers | None = None,
    ) -> None:
        self._store = store
        self._numbers = numbers
        self._known = known
        self.now = now
        self._entries: dict[Key, Entry] = {}
        self._journal: list[tuple[Key, Document | None]] = []
        self.events: list[Emitted] = []
        self.publications: list[Publication] = []
        self._additions: list[Increment[Any]] = []

    async def load(self, collection: Collection[D], ids: Iterable[str]) -> list[D]:
        """Read several documents at once; later ``get`` finds them here. Those that exist."""
        wanted = list(dict.fromkeys(ids))
        missing = [id for id in wanted if not self.holds(collection, id)]
        if missing:
            found = await self._store.get_many(collection, missing)
            for id in missing:
                document = found.get(id)
                self._entries[collection.name, id] = Entry(collection, document, document)
        held = (self._entries[collection.name, id].current for id in wanted)
        return [document for document in held if document is not None]

    async def get(self, collection: Collection[D], id: str) -> D | None:
        """The document as it is now, or None."""
        if not self.holds(collection, id):
            loaded = await self._store.get(collection, id)
            self._entries[collection.name, id] = Entry(collection, loaded, loaded)
        document: D | None = self._entries[collection.name, id].current
        return document

    async def number(self) -> int | None:
        """A number for a new conversation; it is used up whatever becomes of the unit."""
        return await self._numbers.next() if self._numbers is not None else None

    def presume_absent(self, collection: Collection[Any], id: str) -> bool:
        """Take it that there is no such document, and let the commit through only if so.

        False, and nothing is presumed, where it is known to exist.
        """
        key = (collection.name, id)
        if key not in self._entries:
            if self._known is None or self._known.is_there(collection, id):
                return False
            self._entries[key] = Entry(collection, None, None, presumed=True)
        return True

    def holds(self, collection: Collection[Any], id: str) -> bool:
        """Whether ``get`` answers without asking the store."""
        key = (collection.name, id)
        if key in self._entries:
            return True
        if self._known is None:
            return False
        document = self._known.document(collection, id, self.now)
        if document is None:
            return False
        depended = collection.name in SHARED
        self._entries[key] = Entry(collection, document, document, depended)
        return True

    def held(self) -> list[tuple[str, Any]]:
        """The documents that are here already, each behind its collection's name."""
        entries = self._entries.items()
        return [(name, entry.current) for (name, _), entry in entries if entry.current is not None]

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
                self._entries[key] = Entry(collection, document, document)
        stored = {document.id for document in page.items}
        found: list[D] = []
        for (name, id), entry in self._entries.items():
            current: D | None = entry.current
            if name != collection.name or current is None:
                continue
            changed = entry.current is not entry.loaded
            if (changed and _matches(current, equal, range)) or (not changed and id in stored):
                found.append(current)
        found.sort(key=lambda document: (getattr(document, order), document.id), reverse=descending)
        return found[:limit]

    def put(self, collection: Collection[D], document: D) -> D:
        """Write the document as it stands, in the place of whatever is there."""
        key = (collection.name, document.id)
        entry = self._entries.get(key)
        if entry is None:
            # Never read: should it be removed later in this unit, what is there goes too.
            self._entries[key] = Entry(collection, UNREAD, document)
            self._journal.append((key, UNREAD))
            return document
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
        present: D | None = entry.current if entry else None
        return document if present is None else present

    def delete(self, collection: Collection[D], id: str) -> None:
        """Remove the document; harmless when it is gone."""
        key = (collection.name, id)
        entry = self._entries.get(key)
        if entry is None:
            # Never read: write the removal, whatever is there.
            self._entries[key] = Entry(collection, UNREAD, None)
            self._journal.append((key, UNREAD))
            return
        self._journal.append((key, entry.current))
        entry.current = None

    def add(
        self,
        collection: Collection[Any],
        id: str,
        add: Mapping[str, int],
        on_insert: Mapping[str, Any],
    ) -> None:
        """Add to the numbers of a document that is not read here, made where it is missing."""
        self._additions.append(Increment(collection, id, add, on_insert))

    def depend(self, collection: Collection[D], id: str) -> None:
        """Let the commit through only while the document still has the version that was read."""
        self._entries[collection.name, id].depended = True

    @property
    def progress(self) -> tuple[int, int]:
        """Another one once something was changed or emitted."""
        return len(self._journal), len(self.events)

    def mark(self) -> Mark:
        """The present point, for ``rollback``."""
        return Mark(
            len(self._journal), len(self.events), len(self.publications), len(self._additions)
        )

    def rollback(self, mark: Mark) -> None:
        """Forget what was changed, emitted and published since."""
        while len(self._journal) > mark.journal:
            key, before = self._journal.pop()
            if before is UNREAD:
                del self._entries[key]
            else:
                self._entries[key].current = before
        del self.events[mark.events :]
        del self.publications[mark.publications :]
        del self._additions[mark.additions :]

    def changed_since(
        self, mark: Mark, collection: Collection[D]
    ) -> list[tuple[D | None, D | None]]:
        """The documents of a collection that differ from how they stood at the mark: as they were
        and as they are; None where there is none."""
        then: dict[str, D | None] = {}
        for (name, id), before in self._journal[mark.journal :]:
            if name == collection.name:
                then.setdefault(id, None if before is UNREAD else before)  # type: ignore[arg-type]
        now = ((before, self._entries[collection.name, id].current) for id, before in then.items())
        return [(before, after) for before, after in now if after is not before]

    def documents(self) -> Iterator[Used]:
        """Everything that was read or written, as it was before and as it is."""
        for key, entry in self._entries.items():
            yield key, entry.loaded, entry.current

    def changes(self, partition: Partition) -> list[Change]:
        """What is to be written, without events and lease."""
        changes: list[Change] = []
        for (_, id), entry in self._entries.items():
            if entry.current is not entry.loaded or entry.presumed or entry.depended:
                change = change_of(id, entry)
                if change is not None:
                    changes.append(change)
        changes.extend(self._counters(partition))
        changes.extend(summed(self._additions))
        return changes

    def _counters(self, partition: Partition) -> Iterable[Change]:
        totals: dict[str, int] = {}
        for (name, _), entry in self._entries.items():
            if name == CONVERSATIONS.name and entry.current is not entry.loaded:
                before = None if entry.loaded is UNREAD else entry.loaded
                left, entered = moves(before, entry.current)
                for key in entered:
                    totals[key] = totals.get(key, 0) + 1
                for key in left:
                    totals[key] = totals.get(key, 0) - 1
        for key, by in sorted(totals.items()):
            if by:
                yield Increment(
                    COUNTERS,
                    f"{key}/{partition}",
                    {"value": by},
                    on_insert={"key": key, "partition": partition},
                )


def summed(additions: Iterable[Increment[Any]]) -> list[Increment[Any]]:
    """One increment for each document, in the order of their ids."""
    sums: dict[Key, Increment[Any]] = {}
    for one in additions:
        key = (one.collection.name, one.id)
        sums[key] = _sum(sums[key], one) if key in sums else one
    return [sums[key] for key in sorted(sums)]


def _sum(one: Increment[Any], other: Increment[Any]) -> Increment[Any]:
    names = one.add.keys() | other.add.keys()
    add = {name: one.add.get(name, 0) + other.add.get(name, 0) for name in names}
    return Increment(one.collection, one.id, add, one.on_insert)


def _matches(document: Document, equal: Mapping[str, Scalar], range: Range | None) -> bool:
    if not all(_holds(getattr(document, name), value) for name, value in equal.items()):
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


def _holds(stored: Any, value: Scalar) -> bool:
    """Of a field with several values one is enough, as in the indexes."""
    return value in stored if isinstance(stored, tuple) else bool(stored == value)
