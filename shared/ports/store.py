"""The store: typed collections with declared indexes, and commits that are atomic and conditional.

Every query names an index that serves it, so that none can need a full scan: ``find`` refuses a
filter that no declared index of the collection covers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Any, Final, Generic, Protocol, TypeVar

from pydantic import BaseModel


class Document(BaseModel):
    """What every stored model has. Frozen; unknown fields are read and kept."""

    model_config = {"frozen": True, "extra": "allow"}

    id: str


D = TypeVar("D", bound=Document)
Scalar = str | int | float | bool | None
MOST_READ: Final = 1000
"""Documents that one page of a search for phrases looks at."""


@dataclass(frozen=True, slots=True)
class Index:
    """Fields that are looked up together: equality on a prefix of them, then order or range.

    A field is a dotted path into the document; datetimes sort as UTC. At most one field may be a
    list (``many``), and then each of its items is an entry. ``unique`` leaves out entries in which
    any field is None. ``where`` restricts the index to documents whose field equals the value.
    """

    fields: tuple[str, ...]
    unique: bool = False
    many: str | None = None
    where: tuple[str, Scalar] | None = None


@dataclass(frozen=True, slots=True)
class Collection(Generic[D]):
    """A kind of document: its model, indexes, searchable text, lifetime and schema version."""

    name: str
    model: type[D]
    indexes: tuple[Index, ...] = ()
    text: Callable[[D], str] | None = None
    """What full-text search finds the document by."""
    text_fields: tuple[str, ...] | None = None
    """The top-level fields that ``text`` reads: a change of others leaves the text as it is. None:
    any of them."""
    keep_for: timedelta | None = None
    """Deleted this long after ``expires_from``."""
    expires_from: str | None = None
    """The field, a datetime, that ``keep_for`` counts from."""
    version: int = 1
    migrations: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = field(
        default_factory=dict
    )
    """From version N to N + 1, on the plain document; applied to all documents at start."""


@dataclass(frozen=True, slots=True)
class Range:
    """Bounds for one field after the equal ones; inclusive ``ge``/``le``, exclusive
    ``gt``/``lt``."""

    field: str
    ge: Any = None
    gt: Any = None
    le: Any = None
    lt: Any = None


@dataclass(frozen=True, slots=True)
class Page(Generic[D]):
    """One page of a query; ``next`` is the opaque cursor of the following page, None at the end."""

    items: Sequence[D]
    next: str | None


class _Absent(Enum):
    ABSENT = "absent"


ABSENT: Final = _Absent.ABSENT
"""As an expectation: there must be no such document."""


@dataclass(frozen=True, slots=True)
class Put(Generic[D]):
    """Write the whole document: insert or replace.

    ``expect`` is ABSENT, a mapping of fields to values that the stored document must have, or None
    for no condition.
    """

    collection: Collection[D]
    document: D
    expect: Mapping[str, Any] | _Absent | None = None


@dataclass(frozen=True, slots=True)
class Update(Generic[D]):
    """Set some top-level fields of a document that must exist (else ``Conflict``), keep the others.

    Values are given as the model holds them (datetimes, models, lists); they are validated on read.
    """

    collection: Collection[D]
    id: str
    set: Mapping[str, Any]
    expect: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Increment(Generic[D]):
    """Add to numeric top-level fields; makes ``{id, **fields, **on_insert}`` when it is not
    there."""

    collection: Collection[D]
    id: str
    add: Mapping[str, int]
    on_insert: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Delete(Generic[D]):
    """Remove the document; harmless when it is gone, unless ``expect`` says otherwise."""

    collection: Collection[D]
    id: str
    expect: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Check(Generic[D]):
    """Change nothing, but commit only if the document has these values (or is ABSENT)."""

    collection: Collection[D]
    id: str
    expect: Mapping[str, Any] | _Absent


Change = Put[Any] | Update[Any] | Increment[Any] | Delete[Any] | Check[Any]


class Store(Protocol):
    """Documents. All methods raise ``Unavailable`` when the store is away or not writable."""

    async def get(self, collection: Collection[D], id: str) -> D | None:
        """The document, or None."""

    async def get_many(self, collection: Collection[D], ids: Sequence[str]) -> dict[str, D]:
        """Those of the documents that exist, by id."""

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
        """The documents whose fields equal these values, in order of one field and then id.

        ``skip`` passes over so many of them (after the cursor): the index is walked, no document
        is read.

        A declared index must begin with the equal fields (in any order among themselves),
        followed by the field of ``order`` and of ``range`` if these are given (one and the same).
        Raises ``LookupError`` when none does, ``BadRequest`` when the cursor is not of this query.
        """

    async def search(
        self,
        collection: Collection[D],
        text: str,
        *,
        equal: Mapping[str, Scalar] | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[D]:
        """The documents whose text holds every word, newest id first: in any form (Russian and
        English), or as the beginning of a longer one. What stands in quotes is found as it stands,
        within one field.

        ``equal`` narrows the hits by indexed fields. A page with phrases may be short, even empty,
        and not the last: where ``MOST_READ`` documents hold the words but hardly the phrase.
        """

    async def commit(self, changes: Sequence[Change]) -> None:
        """Apply all changes in their order, or none; returns when that is durable.

        A later change of the same commit sees the earlier ones. Raises ``Conflict`` naming the
        collection and id of the first condition or unique key that does not hold. A commit whose
        outcome is not known (time limit) raises ``Unavailable``: repeat it, conditions make it
        safe.
        """
