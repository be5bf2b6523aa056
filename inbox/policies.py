"""Policy documents: what admins decide, checked before it is kept.

Every kind is kept in the same way: the change, the next edition and the audit entry are one commit,
and every process is told.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from inbox.audit import audited
from inbox.news import News
from shared.clock import Clock
from shared.collections import SETTINGS
from shared.errors import BadRequest, Conflict, NotFound
from shared.ids import new_id
from shared.model.people import Actor
from shared.model.policy import Policy, PolicySpec
from shared.policies.book import EDITION, Book, read_book
from shared.ports.store import ABSENT, Change, Collection, Delete, Increment, Put, Store

P = TypeVar("P", bound=Policy)
S = TypeVar("S", bound=PolicySpec)

_MOST: Final = 1000
"""Documents of one kind: the book is read as a whole."""


def _anything(_id: str, _spec: Any, _book: Book) -> None:
    """A kind whose model says all there is to say."""


def _unused(_id: str, _book: Book) -> None:
    """A kind to which nothing points."""


def _nothing(_spec: Any) -> "Sequence[Named]":
    """A kind that names nothing outside of the book."""
    return ()


@dataclass(frozen=True, slots=True)
class Named:
    """What a spec names that stands outside of the book, such as an agent."""

    field: str
    collection: Collection[Any]
    id: str


@dataclass(frozen=True, slots=True)
class PolicyKind(Generic[P, S]):
    """One kind of policy document."""

    collection: Collection[P]
    spec: type[S]
    path: str
    """Of its routes: ``topics``."""
    one: str
    """What one is called in sentences: ``topic``."""
    letter: str
    """What its ids begin with."""
    check: Callable[[str, S, Book], None] = field(default=_anything)
    """Raises ``BadRequest`` naming the field when the spec cannot work beside the rest of the book;
    is given the id that it has or will have."""
    check_removal: Callable[[str, Book], None] = field(default=_unused)
    """Raises ``BadRequest`` when something still points to the document."""
    names: Callable[[S], Sequence[Named]] = field(default=_nothing)
    """What must be in the store for the spec to work."""


@dataclass(frozen=True, slots=True)
class Policies:
    """Adds, changes and removes policy documents. All methods raise ``Unavailable``."""

    store: Store
    clock: Clock
    news: News

    async def page(self, kind: PolicyKind[P, S]) -> Sequence[P]:
        """All documents of the kind, in their order."""
        return (await read_book(self.store)).all(kind.collection)

    async def get(self, kind: PolicyKind[P, S], id: str) -> P:
        """One document. Raises ``NotFound``."""
        found = await self.store.get(kind.collection, id)
        if found is None:
            raise NotFound(f"there is no such {kind.one}")
        return found

    async def add(self, kind: PolicyKind[P, S], spec: S, by: Actor) -> P:
        """Keep a new one. Raises ``BadRequest`` with the field when it cannot work."""
        book = await read_book(self.store)
        if len(book.all(kind.collection)) >= _MOST:
            raise BadRequest(f"there are {_MOST} of them already")
        id = new_id(kind.letter)
        kind.check(id, spec, book)
        await self.require(kind.names(spec))
        now = self.clock.now()
        document = self._document(kind, spec, id=id, created_at=now, updated_at=now, version=1)
        await self._commit(kind, Put(kind.collection, document, expect=ABSENT), id, "added", by)
        return document

    async def check(self, kind: PolicyKind[P, S], spec: S, *, prefix: str = "") -> None:
        """Whether a new one would be kept. Raises ``BadRequest`` with the field when not."""
        try:
            kind.check(new_id(kind.letter), spec, await read_book(self.store))
            await self.require(kind.names(spec))
        except BadRequest as error:
            field = prefix + error.field if error.field is not None else None
            raise BadRequest(str(error), field=field) from None

    async def replace(
        self, kind: PolicyKind[P, S], id: str, spec: S, by: Actor, *, version: int | None = None
    ) -> P:
        """Put another spec in its place.

        Raises ``NotFound``, ``BadRequest``, and ``Conflict`` when it is not the ``version`` any
        more that the caller saw, or is written at this moment.
        """
        before = await self.get(kind, id)
        if version is not None and before.version != version:
            raise Conflict(f"{kind.path}/{id}")
        kind.check(id, spec, await read_book(self.store))
        await self.require(kind.names(spec))
        document = self._document(
            kind,
            spec,
            id=id,
            created_at=before.created_at,
            updated_at=self.clock.now(),
            version=before.version + 1,
        )
        change = Put(kind.collection, document, expect={"version": before.version})
        await self._commit(kind, change, id, "changed", by)
        return document

    async def remove(self, kind: PolicyKind[P, S], id: str, by: Actor) -> None:
        """Remove it. Raises ``NotFound``, and ``BadRequest`` while something points to it."""
        before = await self.get(kind, id)
        kind.check_removal(id, await read_book(self.store))
        change = Delete(kind.collection, id, expect={"version": before.version})
        await self._commit(kind, change, id, "removed", by)

    async def require(self, names: Sequence[Named]) -> None:
        """What is named is there, and active. Raises ``BadRequest`` with the field."""
        for named in names:
            found = await self.store.get(named.collection, named.id)
            if found is None or getattr(found, "active", True) is False:
                one = named.collection.name.removesuffix("s").replace("_", " ")
                raise BadRequest(f"there is no such {one}", field=named.field)

    def _document(self, kind: PolicyKind[P, S], spec: S, **kept: Any) -> P:
        fields: Mapping[str, Any] = {name: getattr(spec, name) for name in type(spec).model_fields}
        return kind.collection.model(**fields, **kept)

    async def _commit(
        self, kind: PolicyKind[P, S], change: Change, id: str, what: str, by: Actor
    ) -> None:
        edition = Increment(SETTINGS, EDITION, {"version": 1}, on_insert={"value": None})
        entry = audited(by, f"{kind.one.replace(' ', '_')}.{what}", id, at=self.clock.now())
        await self.store.commit([change, edition, entry])
        await self.news.changed(kind.collection.name, id)
