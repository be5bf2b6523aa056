"""The book: every policy document at one moment, held in memory by whoever decides by them.

It is small (admins write it by hand) and read as a whole; decisions are pure functions of it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, cast

from shared.collections import (
    ACKNOWLEDGEMENTS,
    ANSWER_SIZES,
    BOT_DUTIES,
    CALENDARS,
    CANNED_REPLIES,
    FIELDS,
    LINES,
    MACROS,
    PEAK_STATE,
    PEAKS,
    PRIORITY_SCORES,
    QUEUEING,
    RULES,
    SEGMENTS,
    SETTINGS,
    SKILLS,
    SLA_POLICIES,
    TEAMS,
    TOPICS,
)
from shared.model.policy import Policy
from shared.ports.store import Collection, Store

P = TypeVar("P", bound=Policy)
T = TypeVar("T")

POLICY_COLLECTIONS: Final[tuple[Collection[Any], ...]] = (
    TOPICS,
    SEGMENTS,
    TEAMS,
    LINES,
    SKILLS,
    ANSWER_SIZES,
    QUEUEING,
    BOT_DUTIES,
    CALENDARS,
    SLA_POLICIES,
    ACKNOWLEDGEMENTS,
    RULES,
    MACROS,
    CANNED_REPLIES,
    FIELDS,
    PRIORITY_SCORES,
    PEAKS,
    PEAK_STATE,
)
"""Every kind of policy document that the book holds."""
EDITION: Final = "policy"
"""The setting whose version goes up with every change of a policy document."""
_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Book:
    """All policy documents of one edition."""

    edition: int = 0
    _kinds: Mapping[str, Mapping[str, Policy]] = field(default_factory=dict)
    _derived: dict[Callable[["Book"], Any], Any] = field(default_factory=dict, compare=False)

    def get(self, collection: Collection[P], id: str | None) -> P | None:
        """One document, if it is there."""
        return cast("P | None", self._kinds.get(collection.name, {}).get(id or ""))

    def all(self, collection: Collection[P]) -> Sequence[P]:
        """All documents of a kind, by position and then id."""
        return cast("Sequence[P]", tuple(self._kinds.get(collection.name, {}).values()))

    def derived(self, make: Callable[["Book"], T]) -> T:
        """What ``make`` makes of this edition: made once, for what is asked for with every item."""
        known = self._derived.get(make)
        if known is None:
            known = self._derived[make] = make(self)
        return cast("T", known)


EMPTY: Final = Book()


def book_of(edition: int, documents: Mapping[str, Sequence[Policy]]) -> Book:
    """A book of these documents, by the names of their collections."""
    kinds = {}
    for name, some in documents.items():
        ordered = sorted(some, key=lambda one: (getattr(one, "position", 0), one.id))
        kinds[name] = {one.id: one for one in ordered}
    return Book(edition, kinds)


async def edition_of(store: Store) -> int:
    """The present edition. Raises ``Unavailable``."""
    setting = await store.get(SETTINGS, EDITION)
    return setting.version if setting is not None else 0


async def read_book(store: Store) -> Book:
    """The book as the store holds it. Raises ``Unavailable``.

    The edition is read first: a document that changes meanwhile has the book read again.
    """
    edition = await edition_of(store)
    documents = {kind.name: await _read(store, kind) for kind in POLICY_COLLECTIONS}
    return book_of(edition, documents)


async def _read(store: Store, collection: Collection[P]) -> Sequence[P]:
    found: list[P] = []
    cursor = None
    while True:
        page = await store.find(collection, equal={}, cursor=cursor, limit=_PAGE)
        found.extend(page.items)
        cursor = page.next
        if cursor is None:
            return found
