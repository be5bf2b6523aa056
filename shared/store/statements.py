"""Queries as SQL that can use nothing but the chosen index."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from shared.store import cursors
from shared.store.layout import equals, field_column
from shared.store.query import Query
from shared.store.values import Column


@dataclass(frozen=True, slots=True)
class Statement:
    """A SELECT of ``doc, v, id, <order value>`` without its LIMIT."""

    sql: str
    values: tuple[Column, ...]


def statements(query: Query[Any], cursor: str | None) -> Iterator[Statement]:
    """The statements whose rows, one after another, are the answer from the cursor on.

    SQLite sorts NULL before everything, but a comparison never finds it: documents without a value
    in the field of the order are asked for by themselves.
    """
    position: list[Column] | None = None
    if cursor is not None:
        position = cursors.decode(query.fingerprint, cursor, 2)
    if query.single:
        if position is None:
            yield _statement(query, [], [], "")
        return
    if query.order is None:
        yield _by_id(query, position)
        return
    in_nulls = position is not None and position[0] is None
    has_nulls = not query.bounds and not (query.index and query.index.index.unique)
    nulls_done = position is not None and not in_nulls and not query.descending
    if has_nulls and not query.descending and not nulls_done:
        yield _nulls(query, position)
    if not (in_nulls and query.descending):
        yield _by_order(query, None if in_nulls else position)
    if has_nulls and query.descending:
        yield _nulls(query, position if in_nulls else None)


def _by_id(query: Query[Any], position: list[Column] | None) -> Statement:
    id = _column(query, "id")
    conditions = [f"{id} {operator} ?" for operator, _ in query.bounds]
    values = [value for _, value in query.bounds]
    if position is not None:
        conditions.append(f"{id} {_after(query)} ?")
        values.append(position[1])
    return _statement(query, conditions, values, f"ORDER BY {id} {_direction(query)}")


def _nulls(query: Query[Any], position: list[Column] | None) -> Statement:
    id = _column(query, "id")
    conditions = [f"{_order(query)} IS NULL"]
    values: list[Column] = []
    if position is not None:
        conditions.append(f"{id} {_after(query)} ?")
        values.append(position[1])
    return _statement(query, conditions, values, f"ORDER BY {id} {_direction(query)}")


def _by_order(query: Query[Any], position: list[Column] | None) -> Statement:
    id, order, direction = _column(query, "id"), _order(query), _direction(query)
    conditions = [f"{order} {operator} ?" for operator, _ in query.bounds]
    values = [value for _, value in query.bounds]
    if not query.bounds:
        conditions.append(f"{order} IS NOT NULL")
    if query.order_is_unique:
        sort = f"ORDER BY {order} {direction}"
        if position is not None:
            conditions.append(f"{order} {_after(query)} ?")
            values.append(position[0])
    else:
        sort = f"ORDER BY {order} {direction}, {id} {direction}"
        if position is not None:
            conditions.append(f"({order}, {id}) {_after(query)} (?, ?)")
            values.extend(position)
    return _statement(query, conditions, values, sort)


def _statement(
    query: Query[Any], conditions: list[str], values: list[Column], sort: str
) -> Statement:
    where: list[str] = []
    given: list[Column] = []
    index = query.index
    literal = index.index.where if index is not None else None
    for path, value in query.equal.items():
        if literal is not None and path == literal[0]:
            if index is not None and index.index.many is None:
                where.append(equals(*literal))
            continue
        name = _column(query, field_column(path))
        if value is None:
            where.append(f"{name} IS NULL")
        else:
            where.append(f"{name} = ?")
            given.append(value)
    if index is not None and index.index.unique:
        where += [f"{_column(query, name)} IS NOT NULL" for name in index.columns]
    order = _order(query) if query.order is not None else "NULL"
    select = f"SELECT d.doc, d.v, d.id, {order} FROM {_source(query)}"  # noqa: S608 - our own names
    conditions = [*where, *conditions]
    filtered = f"{select} WHERE {' AND '.join(conditions)}" if conditions else select
    return Statement(f"{filtered} {sort}".strip(), (*given, *values))


def _source(query: Query[Any]) -> str:
    table, index = query.layout.table, query.index
    if index is None:
        return f"{table} AS d"
    if index.index.many is None:
        return f"{table} AS d INDEXED BY {index.name}"
    # CROSS JOIN keeps SQLite from turning the two around.
    return f"{index.table} AS m INDEXED BY {index.name} CROSS JOIN {table} AS d ON d.n = m.n"


def _column(query: Query[Any], name: str) -> str:
    many = query.index is not None and query.index.index.many is not None
    return f"m.{name}" if many else f"d.{name}"


def _order(query: Query[Any]) -> str:
    return _column(query, field_column(query.order)) if query.order is not None else "NULL"


def _direction(query: Query[Any]) -> str:
    return "DESC" if query.descending else "ASC"


def _after(query: Query[Any]) -> str:
    return "<" if query.descending else ">"
