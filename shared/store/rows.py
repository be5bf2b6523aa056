"""Reading and writing a document's rows. Everything here runs in the threads of the database."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError, from_json, to_json

from shared.errors import BadPayload, Conflict
from shared.ports.store import Document
from shared.sqlite.connection import is_outage
from shared.store.layout import Layout
from shared.store.patches import Patch, Patches, Statement
from shared.store.values import Column, Tree

D = TypeVar("D", bound=Document)
Terms = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class NewRow:
    """Everything that is written for one document."""

    id: str
    doc: str
    columns: tuple[Column, ...]
    entries: tuple[list[tuple[Column, ...]], ...]
    terms: str | None


class Rows(Generic[D]):
    """The rows of one collection."""

    def __init__(self, layout: Layout[D], terms: Terms) -> None:
        self.layout = layout
        self.patches = Patches(layout)
        self._terms = terms
        self._has_sides = bool(layout.sides) or layout.text_table is not None
        table, columns = layout.table, ("id", "v", "doc", *layout.columns)
        marks = ", ".join("?" * len(columns))
        insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - our own names
        changed = ", ".join(f"{name} = excluded.{name}" for name in columns[1:])
        self._insert_sql = f"{insert} ON CONFLICT (id) DO NOTHING"
        self._upsert_sql = f"{insert} ON CONFLICT (id) DO UPDATE SET {changed}"
        if self._has_sides:
            self._upsert_sql += " RETURNING n"
        self._exists_sql = f"SELECT n FROM {table} WHERE id = ?"  # noqa: S608 - our own names
        self._select_sql = f"SELECT n, v, doc FROM {table} WHERE id = ?"  # noqa: S608 - our own names
        self._update_sql: dict[tuple[str, ...], str] = {}

    def new_row(self, id: str, tree: Tree, doc: str) -> NewRow:
        """What to write for a document that is at hand as JSON."""
        layout = self.layout
        terms: str | None = None
        if layout.collection.text is not None:
            terms = self._text(self.read(doc, layout.collection.version))
        entries = tuple(layout.entries(side, tree) for side in layout.sides)
        return NewRow(id, doc, layout.row(tree), entries, terms)

    def row_of(self, document: D) -> NewRow:
        """What to write for a document. Raises ``BadPayload`` when UTF-8 cannot hold its text."""
        layout = self.layout
        doc = _dump_model(document)
        entries: tuple[list[tuple[Column, ...]], ...] = ()
        if layout.sides:
            tree: Tree = from_json(doc)
            entries = tuple(layout.entries(side, tree) for side in layout.sides)
        terms = None if layout.collection.text is None else self._text(document)
        return NewRow(document.id, doc, layout.row_of(document), entries, terms)

    def read(self, doc: str, version: int) -> D:
        """A stored document as its model. Raises ``BadPayload`` naming what does not fit."""
        collection = self.layout.collection
        try:
            if version == collection.version:
                return collection.model.model_validate_json(doc)
            return collection.model.model_validate_json(to_json(self.tree(doc, version)))
        except ValidationError as error:
            fields = ", ".join(".".join(map(str, e["loc"])) for e in error.errors()[:5])
            raise BadPayload(f"a stored document of {collection.name}: unusable {fields}") from None

    def tree(self, doc: str, version: int) -> Tree:
        """A stored document as JSON of the present schema version."""
        tree: Tree = from_json(doc)
        for step in range(version, self.layout.collection.version):
            migrate = self.layout.collection.migrations.get(step)
            tree = migrate(tree) if migrate else tree
        return tree

    def load(self, connection: sqlite3.Connection, id: str) -> tuple[int, Tree] | None:
        """The row number and JSON of a document."""
        row = connection.execute(self._select_sql, (id,)).fetchone()
        return None if row is None else (row[0], self.tree(row[2], row[1]))

    def find(self, connection: sqlite3.Connection, id: str) -> int | None:
        """The row number of a document."""
        row = connection.execute(self._exists_sql, (id,)).fetchone()
        return None if row is None else int(row[0])

    def patch(self, connection: sqlite3.Connection, id: str, patch: Patch) -> bool:
        """Change some fields; False where it takes reading the document to tell what to do."""
        try:
            if not connection.execute(patch.update.sql, patch.update.values).rowcount:
                return False
            for side in patch.sides:
                connection.execute(side.sql, side.values)
        except sqlite3.IntegrityError:
            raise self._taken(id) from None
        except sqlite3.OperationalError as error:
            if is_outage(error):
                raise
            return False  # JSON that SQLite does not take, such as NaN
        return True

    def meets(self, connection: sqlite3.Connection, check: Statement) -> bool:
        """Whether the conditions hold; False where it takes reading the document to tell."""
        try:
            return connection.execute(check.sql, check.values).fetchone() is not None
        except sqlite3.OperationalError as error:
            if is_outage(error):
                raise
            return False  # JSON that SQLite does not take, such as NaN

    def put(self, connection: sqlite3.Connection, row: NewRow, *, absent: bool) -> None:
        """Insert or replace; ``absent`` demands that it is new."""
        values = (row.id, self.layout.collection.version, row.doc, *row.columns)
        try:
            if absent:
                inserted = connection.execute(self._insert_sql, values)
                if not inserted.rowcount:
                    raise Conflict(f"{self.layout.name} {row.id} exists")
                n = inserted.lastrowid or 0
            elif self._has_sides:
                n = connection.execute(self._upsert_sql, values).fetchone()[0]
            else:
                connection.execute(self._upsert_sql, values)
            if self._has_sides:
                self._write_sides(connection, n, row, new=absent)
        except sqlite3.IntegrityError:
            raise self._taken(row.id) from None

    def replace(self, connection: sqlite3.Connection, n: int, before: Tree, row: NewRow) -> None:
        """Write a document that is there, touching only the indexes whose values changed."""
        old = self.layout.row(before)
        changed = tuple(
            name
            for name, was, now in zip(self.layout.columns, old, row.columns, strict=True)
            if was != now
        )
        values = dict(zip(self.layout.columns, row.columns, strict=True))
        try:
            connection.execute(
                self._update(changed),
                (self.layout.collection.version, row.doc, *(values[name] for name in changed), n),
            )
            if self._has_sides:
                self._write_sides(connection, n, row, new=False, before=before)
        except sqlite3.IntegrityError:
            raise self._taken(row.id) from None

    def delete(self, connection: sqlite3.Connection, numbers: Sequence[int]) -> None:
        """Remove documents by their row numbers."""
        rows = [(n,) for n in numbers]
        tables = [side.table for side in self.layout.sides]
        for table in (self.layout.table, *tables):
            connection.executemany(f"DELETE FROM {table} WHERE n = ?", rows)  # noqa: S608 - our own names
        if self.layout.text_table is not None:
            connection.executemany(
                f"DELETE FROM {self.layout.text_table} WHERE rowid = ?",  # noqa: S608 - our own names
                rows,
            )

    def _write_sides(
        self,
        connection: sqlite3.Connection,
        n: int,
        row: NewRow,
        *,
        new: bool,
        before: Tree | None = None,
    ) -> None:
        for side, entries in zip(self.layout.sides, row.entries, strict=True):
            if before is not None and self.layout.entries(side, before) == entries:
                continue
            if not new:
                connection.execute(f"DELETE FROM {side.table} WHERE n = ?", (n,))  # noqa: S608 - our own names
            if entries:
                marks = ", ".join("?" * (len(side.columns) + 2))
                connection.executemany(
                    f"INSERT INTO {side.table} VALUES ({marks})",  # noqa: S608 - our own names
                    [(n, row.id, *entry) for entry in entries],
                )
        if row.terms is not None and self.layout.text_table is not None:
            self._write_text(connection, self.layout.text_table, n, row.terms, new=new)

    def _write_text(
        self, connection: sqlite3.Connection, table: str, n: int, terms: str, *, new: bool
    ) -> None:
        if not new:
            select = f"SELECT terms FROM {table} WHERE rowid = ?"  # noqa: S608 - our own names
            stored = connection.execute(select, (n,)).fetchone()
            if stored is not None and stored[0] == terms:
                return
            if stored is not None:
                connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (n,))  # noqa: S608 - our own names
        if terms:
            insert = f"INSERT INTO {table} (rowid, terms) VALUES (?, ?)"  # noqa: S608 - our own names
            connection.execute(insert, (n, terms))

    def _text(self, document: D) -> str:
        return " ".join(self._terms(self.layout.text(document)))

    def _update(self, changed: tuple[str, ...]) -> str:
        sql = self._update_sql.get(changed)
        if sql is None:
            names = ", ".join(f"{name} = ?" for name in ("v", "doc", *changed))
            sql = f"UPDATE {self.layout.table} SET {names} WHERE n = ?"  # noqa: S608 - our own names
            self._update_sql[changed] = sql
        return sql

    def _taken(self, id: str) -> Conflict:
        return Conflict(f"{self.layout.name} {id}: a unique field is taken")


def dump(tree: Tree) -> str:
    """JSON of a document. Raises ``BadPayload`` when it holds what UTF-8 cannot."""
    try:
        return to_json(tree).decode()
    except PydanticSerializationError:
        raise _unwritable() from None


def _dump_model(document: Document) -> str:
    """JSON of a document. Raises ``BadPayload`` when it holds what UTF-8 cannot."""
    try:
        return document.model_dump_json()
    except PydanticSerializationError:
        raise _unwritable() from None


def _unwritable() -> BadPayload:
    return BadPayload("a document cannot be written as JSON in UTF-8")
