"""Queries: which declared index serves one, whatever the store."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from shared.ports.store import Document, Index, Range, Scalar
from shared.store import cursors
from shared.store.layout import IndexLayout, Layout
from shared.store.values import Column, column

D = TypeVar("D", bound=Document)


@dataclass(frozen=True, slots=True)
class Query(Generic[D]):
    """A query as it was asked, with its values as the index holds them."""

    layout: Layout[D]
    equal: Mapping[str, Column]
    order: str | None
    """The field of the order and of the range; None for the order of the ids."""
    bounds: tuple[tuple[str, Column], ...]
    """Comparisons of that field: an operator and its value."""
    descending: bool
    index: IndexLayout | None
    """None when the ids themselves serve it."""

    @property
    def fingerprint(self) -> str:
        """Names the query, for its cursors."""
        equal = sorted(self.equal.items())
        return cursors.fingerprint(
            self.layout.name, equal, self.order, self.bounds, self.descending
        )

    @property
    def single(self) -> bool:
        """At most one document can answer it."""
        return (
            self.index is not None
            and self.index.index.unique
            and set(self.index.index.fields) <= set(self.equal)
        )

    @property
    def order_is_unique(self) -> bool:
        """The order has no ties, so that the id need not decide."""
        if self.index is None or self.order is None:
            return True
        index = self.index.index
        return index.unique and set(index.fields) <= {*self.equal, self.order}


def plan(
    layout: Layout[D],
    equal: Mapping[str, Scalar],
    range: Range | None,
    order: str | None,
    *,
    descending: bool,
) -> Query[D]:
    """Choose the index. Raises ``LookupError`` when no declared one serves the query."""
    if range is not None:
        if order not in (None, range.field):
            raise LookupError(f"{layout.name}: range by {range.field} but order by {order}")
        order = range.field
    if order == "id":
        order = None
        by_id = range is not None
    else:
        by_id = False
    if not equal and order is None:
        index = None
    elif by_id:
        raise LookupError(f"{layout.name}: a range of ids serves only a query without other fields")
    else:
        index = choose(layout, equal, order)
    bounds = () if range is None else _bounds(range)
    return Query(
        layout=layout,
        equal={path: column(value) for path, value in equal.items()},
        order=order,
        bounds=bounds,
        descending=descending,
        index=index,
    )


def choose(layout: Layout[Any], equal: Mapping[str, Any], order: str | None) -> IndexLayout:
    """The shortest index that serves the equal fields and the order. Raises ``LookupError``."""
    fitting = [index for index in layout.indexes if serves(index.index, equal, order)]
    if not fitting:
        asked = ", ".join([*equal, *([f"order by {order}"] if order else [])])
        raise LookupError(f"no index of {layout.name} serves a query by {asked}")
    return min(fitting, key=lambda index: len(index.index.fields))


def serves(index: Index, equal: Mapping[str, Any], order: str | None) -> bool:
    """Whether the index begins with the equal fields, followed by the field of the order."""
    fields = set(equal)
    if index.where is not None:
        field, value = index.where
        if field not in equal or column(equal[field]) != column(value):
            return False
        if field not in index.fields:
            fields.discard(field)
    if set(index.fields[: len(fields)]) != fields:
        return False
    if index.many is not None and index.many not in fields:
        return False
    if index.unique and any(equal[field] is None for field in fields):
        return False
    return order is None or index.fields[len(fields) : len(fields) + 1] == (order,)


def _bounds(range: Range) -> tuple[tuple[str, Column], ...]:
    given = ((">=", range.ge), (">", range.gt), ("<=", range.le), ("<", range.lt))
    return tuple((operator, column(value)) for operator, value in given if value is not None)
