"""Queries as MongoDB filters that an index answers in order.

Bounds stand under ``$and``, which means the same to MongoDB: the wire server of the tests takes
an upper bound that is included for one that is not when it follows an equal field directly.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from bson.regex import Regex

from shared.search_terms import SearchTerms, Word
from shared.store import cursors
from shared.store.mongo_documents import equal_filter, key
from shared.store.query import Query
from shared.store.values import Column

_OPERATORS: Final = {">=": "$gte", ">": "$gt", "<=": "$lte", "<": "$lt"}


@dataclass(frozen=True, slots=True)
class Select:
    """One filter and its order; the documents of several, one after another, are the answer."""

    filter: dict[str, Any]
    sort: list[tuple[str, int]]


def selects(query: Query[Any], cursor: str | None) -> Iterator[Select]:
    """The selects whose documents are the answer from the cursor on."""
    position = cursors.decode(query.fingerprint, cursor, 2) if cursor is not None else None
    direction = -1 if query.descending else 1
    base = equal_filter(query.equal)
    if query.index is not None and query.index.index.unique:
        for path in query.index.index.fields:
            base.setdefault(key(path), {"$exists": True})
    if query.order is None:
        yield _by_id(query, base, position, direction)
        return
    order = key(query.order)
    sort = [(order, direction), ("_id", direction)]
    bounds = {_OPERATORS[operator]: value for operator, value in query.bounds}
    in_nulls = position is not None and position[0] is None
    nulls = not query.bounds and not (query.index and query.index.index.unique)
    if nulls and not query.descending and (position is None or in_nulls):
        yield Select({**base, order: None, **_after_id(query, position)}, [("_id", direction)])
    if not (in_nulls and query.descending):
        yield from _by_value(query, base, order, bounds, None if in_nulls else position, sort)
    if nulls and query.descending:
        after = _after_id(query, position) if in_nulls else {}
        yield Select({**base, order: None, **after}, [("_id", direction)])


def search_filter(asked: SearchTerms, position: Column) -> dict[str, Any]:
    """The filter of a search from a position on, whose order is that of ids from the newest.

    A word is exact to the index of terms, and so is the beginning of one: a range of it, but not
    in the order of ids. Bounds of the id are always given, so that MongoDB also weighs walking
    from the newest: it takes what ends first, sorting few hits or soon meeting enough of many.
    """
    words = [_word(word) for word in asked.words]
    exact = [{"s": word} for word in asked.exact]
    newest: dict[str, Any] = {"$gte": ""} if position is None else {"$lt": position}
    return {"$and": [*words, *exact], "_id": newest}


def _word(word: Word) -> dict[str, Any]:
    forms: list[str | Regex[str]] = [] if word.other_form is None else [word.other_form]
    if word.beginning is not None:
        # Not one of Python: the flag that it comes with keeps MongoDB from seeing a range in it.
        forms.append(Regex(f"^{word.beginning}"))
    return {"s": {"$in": forms}}


def _by_value(
    query: Query[Any],
    base: dict[str, Any],
    order: str,
    bounds: dict[str, Any],
    position: list[Column] | None,
    sort: list[tuple[str, int]],
) -> Iterator[Select]:
    if position is None:
        yield Select({**base, "$and": [{order: bounds or {"$ne": None}}]}, sort)
        return
    if not query.order_is_unique:
        yield Select({**base, order: position[0], **_after_id(query, position)}, sort[1:])
    after = "$lt" if query.descending else "$gt"
    # What bounds it on this side lies behind the cursor already.
    other = {name: value for name, value in bounds.items() if name[:3] != after}
    yield Select({**base, "$and": [{order: {**other, after: position[0]}}]}, sort)


def _by_id(
    query: Query[Any], base: dict[str, Any], position: list[Column] | None, direction: int
) -> Select:
    bounds = {_OPERATORS[operator]: value for operator, value in query.bounds}
    if position is not None:
        after = "$lt" if query.descending else "$gt"
        bounds = {name: value for name, value in bounds.items() if name[:3] != after}
        bounds[after] = position[1]
    return Select({**base, **({"_id": bounds} if bounds else {})}, [("_id", direction)])


def _after_id(query: Query[Any], position: list[Column] | None) -> dict[str, Any]:
    if position is None:
        return {}
    return {"_id": {"$lt" if query.descending else "$gt": position[1]}}
