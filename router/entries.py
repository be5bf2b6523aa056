"""One document of a unit: as it was, as it is, and the change that this makes in the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shared.collections import (
    AGENT_DRAFTS,
    AGENT_LOADS,
    CONTACT_KEYS,
    CONTACTS,
    IDENTITIES,
    PARTS,
    THREADS,
)
from shared.ports.store import ABSENT, Change, Check, Collection, Delete, Document, Put, Update

_CONDITIONS: Final[Mapping[str, tuple[str, ...]]] = {
    # Others write these too: what was read must still be so.
    THREADS.name: ("version",),
    IDENTITIES.name: ("version",),
    CONTACTS.name: ("version",),
    AGENT_LOADS.name: ("version",),
    AGENT_DRAFTS.name: ("version",),
    CONTACT_KEYS.name: ("version",),
    PARTS.name: ("state", "attempt", "planned"),
}


UNREAD: Final = Document(id="")
"""Stands for what is in the store where that was never looked at."""


@dataclass(slots=True)
class Entry:
    """What a unit holds of a document."""

    collection: Collection[Any]
    loaded: Any
    """The document as it was, or None where there was none."""
    current: Any
    depended: bool = False
    presumed: bool = False
    """Nobody has looked whether it is absent."""


def change_of(id: str, entry: Entry) -> Change | None:
    """What is to be written for the document, if anything."""
    conditions = _CONDITIONS.get(entry.collection.name)
    loaded, current = entry.loaded, entry.current
    if current is loaded:
        if entry.presumed:
            return Check(entry.collection, id, ABSENT)
        if entry.depended and conditions and loaded is not None:
            return Check(entry.collection, id, _values(loaded, conditions))
        return None
    if current is None:
        return Delete(entry.collection, id)
    if loaded is None or loaded is UNREAD:
        absent = entry.presumed or conditions
        return Put(entry.collection, current, expect=ABSENT if absent else None)
    changed = _changed_fields(loaded, current)
    if not changed:
        return None
    expect = _values(loaded, conditions) if conditions else {}
    return Update(entry.collection, id, changed, expect=expect)


def _changed_fields(before: Document, after: Document) -> dict[str, Any]:
    changed = _differing(before.__dict__, after.__dict__)
    if after.model_extra:
        changed |= _differing(before.model_extra or {}, after.model_extra)
    return changed


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    # Most values are the very same objects: a revised document is a copy with some replaced.
    other = [name for name in after if name not in before or after[name] is not before[name]]
    return {name: after[name] for name in other if after[name] != before.get(name)}


def _values(document: Document, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(document, name) for name in names}
