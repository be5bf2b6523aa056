"""How a document lies in MongoDB: its JSON as text, the values of its indexes beside it.

``{_id, v: schema version, r: revision, doc: JSON, x: {indexed field: value}, s: [terms]}``. The
text keeps what BSON would change (large numbers, unknown fields); a value of None is left out
of ``x``, so that unique indexes pass it over.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Generic, TypeVar

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from shared.errors import BadPayload
from shared.ports.store import Document, Index
from shared.store.layout import Layout
from shared.store.values import Column, Tree, column, json_column

D = TypeVar("D", bound=Document)

Stored = dict[str, Any]
"""A document as MongoDB holds it."""
Keys = list[tuple[str, int]]

ASCENDING: Final = 1


def key(path: str) -> str:
    """Where an indexed field lies; a dot of its path would be a level of its own."""
    return f"x.{path.replace('.', '/')}"


class Documents(Generic[D]):
    """The documents of one collection."""

    def __init__(self, layout: Layout[D], terms: Callable[[str], list[str]]) -> None:
        self.layout = layout
        self._terms = terms
        self._lists = {index.index.many for index in layout.indexes if index.index.many}

    @property
    def has_text(self) -> bool:
        """Whether it can be searched."""
        return self.layout.collection.text is not None

    def stored(self, id: str, tree: Tree, revision: int) -> Stored:
        """What is written for a document."""
        layout = self.layout
        values: dict[str, Any] = {}
        for path in layout.paths:
            if (value := layout.column(tree, path)) is not None:
                values[path.replace(".", "/")] = value
        for path in self._lists:
            items = layout.value(tree, path) or ()
            entries = [json_column(item, is_time=False) for item in items]
            values[path.replace(".", "/")] = list(dict.fromkeys(entries))
        stored: Stored = {
            "_id": id,
            "v": layout.collection.version,
            "r": revision,
            "doc": to_json(tree).decode(),
            "x": values,
        }
        if layout.collection.text is not None:
            model = self.read(stored["doc"], layout.collection.version)
            stored["s"] = self._terms(layout.collection.text(model))
        return stored

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


def index_keys(index: Index) -> Keys:
    """The keys of a declared index; a plain one ends in the id, the last part of every order."""
    keys = [(key(path), ASCENDING) for path in index.fields]
    return keys if index.unique else [*keys, ("_id", ASCENDING)]


def index_filter(index: Index) -> Mapping[str, Any]:
    """Which documents an index holds; empty for all."""
    held: dict[str, Any] = {}
    if index.unique:
        held |= {key(path): {"$exists": True} for path in index.fields}
    if index.where is not None:
        held[key(index.where[0])] = {"$eq": column(index.where[1])}
    return held


def equal_filter(equal: Mapping[str, Column]) -> dict[str, Any]:
    """The filter for equal fields; None finds what has no value."""
    return {key(path): value for path, value in equal.items()}
