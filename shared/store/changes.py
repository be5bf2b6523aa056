"""The changes of a commit: made ready on the loop, applied in the writing thread."""

import sqlite3
from collections.abc import Callable
from typing import Any

from shared.errors import Conflict
from shared.ports.store import (
    ABSENT,
    Change,
    Check,
    Delete,
    Increment,
    Put,
    Update,
)
from shared.store.expectations import Expectation, broken, expectation
from shared.store.rows import NewRow, Rows, dump
from shared.store.values import Tree, to_json

Apply = Callable[[sqlite3.Connection], None]


def prepare(rows: Rows[Any], change: Change) -> Apply:
    """Do what needs no database now; returns what is left to do in the transaction."""
    match change:
        case Put():
            return _put(rows, change)
        case Update():
            return _update(rows, change)
        case Increment():
            return _increment(rows, change)
        case Delete():
            return _delete(rows, change)
        case Check():
            return _check(rows, change)


def _put(rows: Rows[Any], change: Put[Any]) -> Apply:
    row = rows.row_of(change.document)
    if change.expect is None or change.expect is ABSENT:
        absent = change.expect is ABSENT
        return lambda connection: rows.put(connection, row, absent=absent)
    expected = expectation(change.expect)

    def apply(connection: sqlite3.Connection) -> None:
        n, before = _expected(rows, connection, row.id, expected)
        rows.replace(connection, n, before, row)

    return apply


def _update(rows: Rows[Any], change: Update[Any]) -> Apply:
    patch = rows.patches.update(change.id, change.set, change.expect)

    def apply(connection: sqlite3.Connection) -> None:
        if patch is not None and rows.patch(connection, change.id, patch):
            return
        n, before = _expected(rows, connection, change.id, expectation(change.expect))
        after = {**before, **{name: to_json(value) for name, value in change.set.items()}}
        rows.replace(connection, n, before, _row(rows, change.id, after))

    return apply


def _increment(rows: Rows[Any], change: Increment[Any]) -> Apply:
    fresh: Tree = {"id": change.id, **to_json(dict(change.on_insert))}
    for name, step in change.add.items():
        fresh[name] = fresh.get(name, 0) + step

    def apply(connection: sqlite3.Connection) -> None:
        found = rows.load(connection, change.id)
        if found is None:
            rows.put(connection, _row(rows, change.id, fresh), absent=True)
            return
        n, before = found
        added = {
            name: (rows.layout.value(before, name) or 0) + step for name, step in change.add.items()
        }
        after = {**before, **added}
        rows.replace(connection, n, before, _row(rows, change.id, after))

    return apply


def _delete(rows: Rows[Any], change: Delete[Any]) -> Apply:
    expected = None if change.expect is None else expectation(change.expect)

    def apply(connection: sqlite3.Connection) -> None:
        if expected is not None:
            n, _ = _expected(rows, connection, change.id, expected)
            rows.delete(connection, [n])
        elif (number := rows.find(connection, change.id)) is not None:
            rows.delete(connection, [number])

    return apply


def _check(rows: Rows[Any], change: Check[Any]) -> Apply:
    if change.expect is ABSENT:

        def absent(connection: sqlite3.Connection) -> None:
            if rows.find(connection, change.id) is not None:
                raise Conflict(f"{rows.layout.name} {change.id} exists")

        return absent
    expect = change.expect
    quick = rows.patches.check(change.id, expect)

    def check(connection: sqlite3.Connection) -> None:
        if quick is None or not rows.meets(connection, quick):
            _expected(rows, connection, change.id, expectation(expect))

    return check


def _expected(
    rows: Rows[Any], connection: sqlite3.Connection, id: str, expected: Expectation
) -> tuple[int, Tree]:
    """The stored document, which must be there and hold these values."""
    found = rows.load(connection, id)
    if found is None:
        raise Conflict(f"{rows.layout.name} {id} is gone")
    field = broken(rows.layout, found[1], expected)
    if field is not None:
        raise Conflict(f"{rows.layout.name} {id}: {field}")
    return found


def _row(rows: Rows[Any], id: str, tree: Tree) -> NewRow:
    return rows.new_row(id, tree, dump(tree))
