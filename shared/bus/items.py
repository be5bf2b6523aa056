"""The tables of the embedded bus. Everything here runs in the threads of the database.

An item's id is its queue's number in the high bits and a counter below, so that one table holds all
queues, each in one piece and in order, without a second index.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_COUNTER_BITS: Final = 40


@dataclass(frozen=True, slots=True)
class StoredQueue:
    """What the database knows of a durable queue when it is opened."""

    number: int
    handed_out: int
    """Everything up to this id may have been handed out before."""
    last_id: int
    """No item has had a higher id."""
    items: int


@dataclass(frozen=True, slots=True)
class Item:
    """One stored envelope, as JSON."""

    id: int
    flagged: bool
    """It was stored while a reader stood ready to get it at once."""
    text: str


@dataclass(frozen=True, slots=True)
class NewItem:
    """An envelope to be stored; its id is given by the thread that writes."""

    counter: "Counter"
    above: int
    """Its id is higher than this."""
    flagged: bool
    at_us: int
    text: str


@dataclass(slots=True)
class Counter:
    """The last id given in a queue; belongs to the writing thread. A gap is harmless."""

    last_id: int


def first_id(number: int) -> int:
    """Below every id of this queue."""
    return number << _COUNTER_BITS


def end_id(number: int) -> int:
    """Above every id of this queue."""
    return (number + 1) << _COUNTER_BITS


def create(connection: sqlite3.Connection) -> None:
    """Make the tables where they are missing."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS bus_queues ("
        "number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, handed_out INTEGER NOT NULL)"
    )
    connection.execute(
        "CREATE TABLE IF NOT EXISTS bus_items ("
        "id INTEGER PRIMARY KEY, flagged INTEGER NOT NULL, at_us INTEGER NOT NULL,"
        " envelope TEXT NOT NULL)"
    )


def declare(connection: sqlite3.Connection, name: str) -> StoredQueue:
    """Make the queue where it is missing, and say how it stands."""
    select = "SELECT number, handed_out FROM bus_queues WHERE name = ?"
    row = connection.execute(select, (name,)).fetchone()
    if row is None:
        connection.execute("INSERT INTO bus_queues (name, handed_out) VALUES (?, 0)", (name,))
        row = connection.execute(select, (name,)).fetchone()
    number, handed_out = row
    items, last = connection.execute(
        "SELECT count(*), max(id) FROM bus_items WHERE id > ? AND id < ?",
        (first_id(number), end_id(number)),
    ).fetchone()
    last_id = max(last or 0, handed_out, first_id(number))
    return StoredQueue(number, handed_out, last_id, items)


def insert(connection: sqlite3.Connection, items: Sequence[NewItem]) -> list[int]:
    """Store the items in their order; returns their ids."""
    rows = []
    for item in items:
        id = item.counter.last_id = max(item.counter.last_id, item.above) + 1
        rows.append((id, item.flagged, item.at_us, item.text))
    connection.executemany(
        "INSERT INTO bus_items (id, flagged, at_us, envelope) VALUES (?, ?, ?, ?)", rows
    )
    return [row[0] for row in rows]


def load(connection: sqlite3.Connection, after: int, number: int, limit: int) -> list[Item]:
    """The next items of a queue in order."""
    rows = connection.execute(
        "SELECT id, flagged, envelope FROM bus_items WHERE id > ? AND id < ? ORDER BY id LIMIT ?",
        (after, end_id(number), limit),
    )
    return [Item(id, bool(flagged), text) for id, flagged, text in rows]


def mark(connection: sqlite3.Connection, number: int, handed_out: int) -> None:
    """Note that items up to this id may be handed out from now on."""
    connection.execute(
        "UPDATE bus_queues SET handed_out = ? WHERE number = ?", (handed_out, number)
    )


def delete(connection: sqlite3.Connection, ids: Sequence[int]) -> int:
    """Forget the items; returns how many were there."""
    cursor = connection.executemany("DELETE FROM bus_items WHERE id = ?", [(id,) for id in ids])
    return cursor.rowcount


def oldest(connection: sqlite3.Connection, number: int) -> int | None:
    """When the first item of the queue was published, in microseconds since 1970."""
    row = connection.execute(
        "SELECT at_us FROM bus_items WHERE id > ? AND id < ? ORDER BY id LIMIT 1",
        (first_id(number), end_id(number)),
    ).fetchone()
    return None if row is None else int(row[0])
