"""Full-text search in SQLite: documents that hold every term, newest first."""

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from shared.ports.store import MOST_READ, Document, Page, Scalar
from shared.search_terms import SearchTerms, Word
from shared.store import cursors
from shared.store.layout import Layout, field_column
from shared.store.rows import Rows
from shared.store.values import Column, column

D = TypeVar("D", bound=Document)


def search(
    connection: sqlite3.Connection,
    rows: Rows[D],
    asked: SearchTerms,
    equal: Mapping[str, Scalar],
    cursor: str | None,
    limit: int,
) -> Page[D]:
    """One page of hits. Rows are numbered as they are stored, and ids are made just before that:
    the order of the row numbers is the order of time."""
    layout = rows.layout
    query = cursors.fingerprint(layout.name, "search", asked, sorted(equal.items(), key=str))
    position = cursors.decode(query, cursor, 1) if cursor is not None else None
    conditions = [f"{layout.text_table} MATCH ?"]
    values: list[Column] = [_match(asked)]
    if position is not None:
        conditions.append("s.rowid < ?")
        values.append(position[0])
    for path, value in equal.items():
        condition, given = _narrow(layout, path, column(value))
        conditions.append(condition)
        values.extend(given)
    most = max(limit, MOST_READ) if asked.phrases else limit
    found = connection.execute(
        f"SELECT d.doc, d.v, d.n FROM {layout.text_table} AS s"  # noqa: S608 - our own names
        f" CROSS JOIN {layout.table} AS d ON d.n = s.rowid"
        f" WHERE {' AND '.join(conditions)} ORDER BY s.rowid DESC LIMIT ?",
        (*values, most + 1),
    )
    items: list[D] = []
    last: int | None = None
    for read, (doc, version, n) in enumerate(found):
        if len(items) == limit or read == most:
            return Page(items, cursors.encode(query, last))
        last = n
        document = rows.read(doc, version)
        if not asked.phrases or asked.has_phrases(layout.text(document)):
            items.append(document)
    return Page(items, None)


def _match(asked: SearchTerms) -> str:
    """The terms in the words of FTS5."""
    words = [f"({' OR '.join(_forms(word))})" for word in asked.words]
    return " AND ".join([*words, *(f'"{word}"' for word in asked.exact)])


def _forms(word: Word) -> Iterator[str]:
    if word.other_form is not None:
        yield f'"{word.other_form}"'
    if word.beginning is not None:
        yield f'"{word.beginning}" *'


def check_narrowing(layout: Layout[Any], equal: Mapping[str, Scalar]) -> None:
    """Raises ``LookupError`` when a field is in no index."""
    for path in equal:
        _narrow(layout, path, None)


def _narrow(layout: Layout[Any], path: str, value: Column) -> tuple[str, list[Column]]:
    name = field_column(path)
    given: list[Column] = [] if value is None else [value]
    same = "IS NULL" if value is None else "= ?"
    if path in layout.paths:
        return f"d.{name} {same}", given
    for side in layout.sides:
        if side.index.many == path and side.index.where is None:
            exists = f"SELECT 1 FROM {side.table} AS m WHERE m.n = d.n AND m.{name} {same}"  # noqa: S608 - our own names
            return f"EXISTS ({exists})", given
    raise LookupError(f"no index of {layout.name} holds {path}")
