"""Making and changing the tables of a collection when the store starts."""

import sqlite3
from typing import Any, Final

import structlog

from shared.errors import Conflict, SchemaTooNew
from shared.sqlite import Database
from shared.store.layout import TEXT_DEFINITION, Layout
from shared.store.rows import Rows, dump

log = structlog.get_logger(__name__)

_BATCH: Final = 500


async def prepare(database: Database, rows: Rows[Any]) -> None:
    """Make the collection's tables fit its declaration, and its documents the schema version.

    Documents are rewritten in batches, each by itself; a start that is interrupted leaves the next
    one to do it. Raises ``SchemaTooNew``.
    """
    layout = rows.layout
    rewrite = await database.write(lambda connection: _make_tables(connection, layout))
    if rewrite:
        log.info("store.rewriting", collection=layout.name, version=layout.collection.version)
        last: int | None = 0
        while last is not None:
            after = last
            last = await database.write(lambda connection: _rewrite(connection, rows, after))  # noqa: B023 - awaited in this turn of the loop
        log.info("store.rewritten", collection=layout.name, version=layout.collection.version)
    await database.write(lambda connection: _finish(connection, layout))


def _make_tables(connection: sqlite3.Connection, layout: Layout[Any]) -> bool:
    """Tables and columns; tells whether the documents that are there must be rewritten."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS collections (name TEXT PRIMARY KEY, version INTEGER NOT NULL)"
    )
    version = _stored_version(connection, layout)
    new = version is None
    if version is not None and version > layout.collection.version:
        raise SchemaTooNew(
            f"the stored {layout.name} have schema version {version}, this hub knows"
            f" {layout.collection.version}: start the newer hub that wrote them"
        )
    columns = "".join(f", {name}" for name in layout.columns)
    connection.execute(
        f"CREATE TABLE IF NOT EXISTS {layout.table} (n INTEGER PRIMARY KEY, id TEXT NOT NULL"
        f" UNIQUE, v INTEGER NOT NULL{columns}, doc TEXT NOT NULL)"
    )
    _drop_obsolete(connection, layout)
    changed = _add_columns(connection, layout)
    for side in layout.sides:
        if not _exists(connection, side.table):
            changed = True
            names = ", ".join(("n", "id", *side.columns))
            connection.execute(f"CREATE TABLE {side.table} ({names})")
            by_document = side.table.replace('"m_', '"n_')
            connection.execute(f"CREATE INDEX {by_document} ON {side.table} (n)")
    if layout.text_table is not None and not _exists(connection, layout.text_table):
        changed = True
        connection.execute(f"CREATE VIRTUAL TABLE {layout.text_table} USING {TEXT_DEFINITION}")
    missing = any(not _exists(connection, index.name) for index in layout.indexes)
    rewrite = not new and (changed or missing or version != layout.collection.version)
    if rewrite:
        # Until all of them are, the documents are of no version.
        connection.execute("UPDATE collections SET version = 0 WHERE name = ?", (layout.name,))
    return rewrite


def _finish(connection: sqlite3.Connection, layout: Layout[Any]) -> None:
    for index in layout.indexes:
        if not _exists(connection, index.name):
            try:
                connection.execute(index.ddl)
            except sqlite3.IntegrityError:
                fields = ", ".join(index.index.fields)
                raise Conflict(
                    f"stored {layout.name} are not unique by {fields}, as this version demands"
                ) from None
    connection.execute(
        "REPLACE INTO collections (name, version) VALUES (?, ?)",
        (layout.name, layout.collection.version),
    )


def _rewrite(connection: sqlite3.Connection, rows: Rows[Any], after: int) -> int | None:
    """Write the next batch anew; returns the last row number, None at the end."""
    found = connection.execute(
        f"SELECT n, id, v, doc FROM {rows.layout.table} WHERE n > ? ORDER BY n LIMIT ?",  # noqa: S608 - our own names
        (after, _BATCH),
    ).fetchall()
    for _, id, version, doc in found:
        tree = rows.tree(doc, version)
        rows.put(connection, rows.new_row(id, tree, dump(tree)), absent=False)
    return int(found[-1][0]) if found else None


def _stored_version(connection: sqlite3.Connection, layout: Layout[Any]) -> int | None:
    row = connection.execute(
        "SELECT version FROM collections WHERE name = ?", (layout.name,)
    ).fetchone()
    return None if row is None else int(row[0])


def _add_columns(connection: sqlite3.Connection, layout: Layout[Any]) -> bool:
    there = {f'"{row[1]}"' for row in connection.execute(f"PRAGMA table_info({layout.table})")}
    missing = [name for name in layout.columns if name not in there]
    for name in missing:
        connection.execute(f"ALTER TABLE {layout.table} ADD COLUMN {name}")
    return bool(missing)


def _drop_obsolete(connection: sqlite3.Connection, layout: Layout[Any]) -> None:
    """Remove indexes and side tables that are no longer declared."""
    wanted = {index.name for index in layout.indexes} | {side.table for side in layout.sides}
    found = connection.execute("SELECT type, name FROM sqlite_master").fetchall()
    # The text table until its name told its definition.
    former = f"s_{layout.name}"
    if layout.text_table is not None and all(name != former for _, name in found):
        # Beside that one, ours was left as it was by an older hub that ran in between.
        wanted.add(layout.text_table)
    prefixes = tuple(f"{kind}_{layout.name}_" for kind in "ims")
    for kind, name in found:
        # What follows the prefix is a digest: another collection's longer name is not meant.
        ours = any(name.startswith(p) and len(name) == len(p) + 12 for p in prefixes)
        if name == former or (ours and f'"{name}"' not in wanted):
            connection.execute(f'DROP {kind} IF EXISTS "{name}"')


def _exists(connection: sqlite3.Connection, name: str) -> bool:
    found = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE name = ?", (name.strip('"'),)
    ).fetchone()
    return found is not None
