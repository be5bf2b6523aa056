"""How a collection lies in SQLite: one table, a column for each indexed field, real indexes.

An index over a list has a table of its own with an entry per item; searchable text lies as terms in
an FTS5 table. Names of indexes carry a digest of their definition, so that a changed definition is
a different index.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any, Final, Generic, TypeVar

from shared.ports.store import Collection, Document, Index, Scalar
from shared.search_terms import EDITION
from shared.store.values import (
    Column,
    Tree,
    at_path,
    defaults,
    is_time,
    json_column,
    model_column,
    to_json,
)

D = TypeVar("D", bound=Document)

_PLAIN: Final = re.compile(r"[A-Za-z0-9_.]+")
TEXT_DEFINITION: Final = (
    # Beginnings of up to three letters are many documents': each has an entry of its own.
    "fts5(terms, detail=none, columnsize=0, prefix='1 2 3', tokenize='ascii')"
)
_TEXT_DIGEST: Final = blake2b(f"{EDITION} {TEXT_DEFINITION}".encode(), digest_size=6).hexdigest()


def quoted(name: str) -> str:
    """A name of ours in SQL; refuses what no field or collection is called."""
    if not _PLAIN.fullmatch(name):
        raise ValueError(f"not a usable name of a field or collection: {name!r}")
    return f'"{name}"'


def field_column(path: str) -> str:
    """The column of an indexed field."""
    return quoted(f"f.{path}")


def literal(value: Scalar) -> str:
    """A value of a declaration in SQL; SQLite matches partial indexes by their literals only."""
    if value is None:
        return "NULL"
    if isinstance(value, bool | int | float):
        return repr(int(value)) if isinstance(value, bool) else repr(value)
    return "'" + value.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True)
class IndexLayout:
    """One declared index as it lies in the database."""

    index: Index
    name: str
    """Quoted, as are the others."""
    table: str
    """Where its entries are: the collection's own table, or one beside it for ``many``."""
    columns: tuple[str, ...]
    condition: str
    """Which entries it holds, in SQL; empty for all."""

    @property
    def ddl(self) -> str:
        """The statement that makes it. A plain one ends in the id, the last part of every order."""
        columns = self.columns if self.index.unique else (*self.columns, "id")
        unique = "UNIQUE " if self.index.unique else ""
        where = f" WHERE {self.condition}" if self.condition else ""
        return f"CREATE {unique}INDEX {self.name} ON {self.table} ({', '.join(columns)}){where}"


class Layout(Generic[D]):
    """A collection's tables, and a document's values in them."""

    def __init__(self, collection: Collection[D]) -> None:
        self.collection = collection
        self.name = collection.name
        self.table = quoted(f"d_{collection.name}")
        self.text_table = quoted(f"s_{collection.name}_{_TEXT_DIGEST}") if collection.text else None
        declared = collection.indexes
        if collection.keep_for is not None and collection.expires_from is not None:
            declared = (*declared, Index((collection.expires_from,)))
        unique_declarations = tuple(dict.fromkeys(declared))
        self.indexes = tuple(self._index(index) for index in unique_declarations)
        paths = [path for i in unique_declarations for path in (*i.fields, *_where_field(i))]
        lists = {index.many for index in unique_declarations}
        self.paths = tuple(path for path in dict.fromkeys(paths) if path not in lists)
        # A path, its top-level field, and what of it lies below that.
        self._steps = tuple(
            (path, name, rest) for path in self.paths for name, _, rest in [path.partition(".")]
        )
        self._times = {path: is_time(collection.model, path) for path in paths}
        self._defaults = defaults(collection.model)

    def text(self, document: D) -> str:
        """What full-text search finds the document by; empty for a collection without."""
        text = self.collection.text
        return "" if text is None else text(document)

    @cached_property
    def sides(self) -> tuple[IndexLayout, ...]:
        """The indexes over lists."""
        return tuple(index for index in self.indexes if index.index.many)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns of ``paths``."""
        return tuple(field_column(path) for path in self.paths)

    def value(self, tree: Tree, path: str) -> Any:
        """The value at the path as a reader of the document sees it."""
        name = path.partition(".")[0]
        if name not in tree and name in self._defaults:
            return at_path(self._defaults, path)
        return at_path(tree, path)

    def column(self, tree: Tree, path: str) -> Column:
        """The value of one column."""
        return json_column(self.value(tree, path), is_time=self._times[path])

    def row(self, tree: Tree) -> tuple[Column, ...]:
        """The values of all columns."""
        return tuple(self.column(tree, path) for path in self.paths)

    def row_of(self, document: Document) -> tuple[Column, ...]:
        """The values of all columns, from the model: its JSON need not be parsed for them."""
        return tuple(
            self._of_model(getattr(document, name, None), path, rest)
            for path, name, rest in self._steps
        )

    def columns_of(self, names: Sequence[str]) -> list[str]:
        """The columns that hold something of these top-level fields."""
        steps = zip(self.columns, self._steps, strict=True)
        return [column for column, (_, name, _) in steps if name in names]

    def columns_set(self, values: Mapping[str, Any]) -> list[Column]:
        """What setting these top-level fields makes of their columns."""
        return [
            self._of_model(values[name], path, rest)
            for path, name, rest in self._steps
            if name in values
        ]

    def _of_model(self, value: Any, path: str, rest: str) -> Column:
        is_time = self._times[path]
        if rest:
            return json_column(at_path(to_json(value), rest), is_time=is_time)
        return model_column(value, is_time=is_time)

    def entries(self, side: IndexLayout, tree: Tree) -> list[tuple[Column, ...]]:
        """The entries of an index over a list, each once."""
        many = side.index.many
        where = side.index.where
        if where is not None and not same(self.value(tree, where[0]), where[1]):
            return []
        items = self.value(tree, many) if many else None
        found = [
            tuple(
                json_column(item, is_time=self._times[path])
                if path == many
                else self.column(tree, path)
                for path in side.index.fields
            )
            for item in (items if isinstance(items, list) else [])
        ]
        return list(dict.fromkeys(found))

    def _index(self, index: Index) -> IndexLayout:
        definition = repr((index.fields, index.unique, index.many, index.where))
        digest = blake2b(definition.encode(), digest_size=6).hexdigest()
        conditions = []
        if index.unique:
            conditions += [f"{field_column(path)} IS NOT NULL" for path in index.fields]
        if index.where is not None and index.many is None:
            conditions.append(equals(index.where[0], index.where[1]))
        return IndexLayout(
            index=index,
            name=quoted(f"i_{self.name}_{digest}"),
            table=quoted(f"m_{self.name}_{digest}") if index.many else self.table,
            columns=tuple(field_column(path) for path in index.fields),
            condition=" AND ".join(conditions),
        )


def equals(path: str, value: Scalar) -> str:
    """The condition of a partial index, in the same words wherever it stands."""
    return (
        f"{field_column(path)} IS NULL"
        if value is None
        else (f"{field_column(path)} = {literal(value)}")
    )


def same(left: Any, right: Any) -> bool:
    """Equality as the database sees it."""
    return bool(left == right)


def _where_field(index: Index) -> tuple[str, ...]:
    return () if index.where is None else (index.where[0],)
