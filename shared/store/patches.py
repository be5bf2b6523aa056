"""Conditions and changes of some fields as one statement, which leaves the document in SQLite.

Such a statement finds a document only where that is of the present schema version and holds every
expected field as the very JSON that is expected. So it may miss one that meets the conditions (a
field left to its default, a time in other words), never find one that does not: what it misses is
decided by reading the document.
"""

import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic_core import PydanticSerializationError, to_json

from shared.errors import BadPayload
from shared.store.layout import IndexLayout, Layout
from shared.store.values import Column

_HAS_ARROW: Final = sqlite3.sqlite_version_info >= (3, 38)
"""Since then ``->`` and the other functions of JSON are always there."""
_PATH: Final = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL and its values."""

    sql: str
    values: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Patch:
    """An update, and what it changes in the indexes over lists once it has found its document."""

    update: Statement
    sides: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class _Shape:
    """The statements for a choice of fields."""

    update: str
    sides: tuple[tuple[str, tuple[int, ...]], ...]
    """Each with the positions of its values among the changed columns."""


class Patches:
    """The statements of one collection."""

    def __init__(self, layout: Layout[Any]) -> None:
        self._layout = layout
        self._version = layout.collection.version
        self._shapes: dict[tuple[tuple[str, ...], tuple[str, ...]], _Shape | None] = {}
        self._checks: dict[tuple[str, ...], str | None] = {}

    def update(self, id: str, set: Mapping[str, Any], expect: Mapping[str, Any]) -> Patch | None:
        """The update of these fields; None where it takes reading the document. Raises
        ``BadPayload``."""
        fields = (tuple(set), tuple(expect))
        if fields not in self._shapes:
            self._shapes[fields] = self._shape(*fields)
        shape = self._shapes[fields]
        expected = _conditions(expect)
        if shape is None or expected is None:
            return None
        columns = self._layout.columns_set(set)
        values = (
            *map(_json, set.values()),
            *columns,
            id,
            self._version,
            *expected,
        )
        sides = tuple(
            Statement(sql, (*(columns[position] for position in positions), id))
            for sql, positions in shape.sides
        )
        return Patch(Statement(shape.update, values), sides)

    def check(self, id: str, expect: Mapping[str, Any]) -> Statement | None:
        """The query that finds the document if these conditions hold; None where it takes reading
        it."""
        paths = tuple(expect)
        if paths not in self._checks:
            self._checks[paths] = self._check(paths)
        sql = self._checks[paths]
        expected = _conditions(expect)
        if sql is None or expected is None:
            return None
        return Statement(sql, (id, self._version, *expected))

    def _shape(self, names: Sequence[str], paths: Sequence[str]) -> _Shape | None:
        layout = self._layout
        if not names or not _usable(*names, *paths) or not self._made_of().isdisjoint(names):
            return None
        columns = layout.columns_of(names)
        fields = ", ".join(f"'$.{name}', json(?)" for name in names)
        changed = [f"doc = json_set(doc, {fields})", *(f"{name} = ?" for name in columns)]
        sides = tuple(
            _side(layout, side, columns)
            for side in layout.sides
            if not set(side.columns).isdisjoint(columns)
        )
        update = f"UPDATE {layout.table} SET {', '.join(changed)} WHERE {_where(paths)}"  # noqa: S608 - our own names
        return _Shape(update, sides)

    def _check(self, paths: Sequence[str]) -> str | None:
        if not _usable(*paths):
            return None
        return f"SELECT 1 FROM {self._layout.table} WHERE {_where(paths)}"  # noqa: S608 - our own names

    def _made_of(self) -> set[str]:
        """The fields that text and entries of lists are made of, together with others."""
        collection = self._layout.collection
        if collection.text is None:
            made_of: list[str] = []
        elif collection.text_fields is None:
            made_of = list(collection.model.model_fields)
        else:
            made_of = list(collection.text_fields)
        for side in self._layout.sides:
            made_of += [path for path in (side.index.many, *(side.index.where or ())[:1]) if path]
        return {path.partition(".")[0] for path in made_of}


def _side(
    layout: Layout[Any], side: IndexLayout, columns: Sequence[str]
) -> tuple[str, tuple[int, ...]]:
    changed = [name for name in side.columns if name in columns]
    names = ", ".join(f"{name} = ?" for name in changed)
    row = f"SELECT n FROM {layout.table} WHERE id = ?"  # noqa: S608 - our own names
    sql = f"UPDATE {side.table} SET {names} WHERE n = ({row})"  # noqa: S608 - our own names
    return sql, tuple(columns.index(name) for name in changed)


def _where(paths: Sequence[str]) -> str:
    return " AND ".join(["id = ?", "v = ?", *(f"doc -> '$.{path}' = ?" for path in paths)])


def _usable(*paths: str) -> bool:
    return _HAS_ARROW and all(_PATH.fullmatch(path) for path in paths)


def _conditions(expect: Mapping[str, Any]) -> tuple[str, ...] | None:
    try:
        return tuple(map(_json, expect.values()))
    except BadPayload:
        return None  # no stored text is like that


def _json(value: Any) -> str:
    try:
        return to_json(value, by_alias=False).decode()
    except PydanticSerializationError:
        raise BadPayload("a document cannot be written as JSON in UTF-8") from None
