"""What a collection declares of its documents is so, as the stores rely on it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic_core import from_json

from shared.collections import ALL_COLLECTIONS
from shared.ports.store import Collection
from shared.store.layout import Layout
from tests.support.document_stores import THINGS, Colour, Place, Thing

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
WITH_TEXT = [one for one in (*ALL_COLLECTIONS, THINGS) if one.text is not None]


class Witness:
    """Looks like a document with nothing in it, and notes which of its fields are read."""

    def __init__(self, read: set[str]) -> None:
        self._read = read

    def __getattr__(self, name: str) -> Any:
        self._read.add(name)
        return None if name != "content" else Empty()


class Empty:
    """Content with nothing in it."""

    text = ""
    email = None
    attachments = ()


@pytest.mark.parametrize("collection", WITH_TEXT, ids=lambda collection: collection.name)
def test_the_searchable_text_is_made_of_the_declared_fields(collection: Collection[Any]) -> None:
    read: set[str] = set()

    assert collection.text is not None
    collection.text(Witness(read))

    assert read == set(collection.text_fields or ())


@pytest.mark.parametrize("collection", ALL_COLLECTIONS, ids=lambda collection: collection.name)
def test_no_document_has_a_way_of_its_own_to_become_json(collection: Collection[Any]) -> None:
    fields = collection.model.model_fields.values()
    decorators = collection.model.__pydantic_decorators__

    assert not decorators.field_serializers
    assert not decorators.model_serializers
    assert not [field for field in fields if field.serialization_alias or field.exclude]


MOSCOW = timezone(timedelta(hours=3))
VALUES: dict[str, Mapping[str, Any]] = {
    "nothing": {},
    "all": {
        "name": "Стол",
        "number": 10**18,
        "colour": Colour.BLUE,
        "open": False,
        "at": NOON,
        "place": Place(city="Псков", since=NOON),
    },
    "another zone": {"at": NOON.astimezone(MOSCOW)},
    "a fraction": {"at": NOON + timedelta(microseconds=1)},
    "unchecked text": {"at": "2026-01-05T12:00:00Z", "colour": "blue"},
    "unchecked nonsense": {"at": "noon", "name": ["a"], "number": True},
    "a time without a zone": {"at": datetime(2026, 1, 5)},  # noqa: DTZ001 - that is the point
}


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_columns_are_the_same_from_a_model_and_from_its_json(values: Mapping[str, Any]) -> None:
    thing = Thing(id="t").model_copy(update=dict(values))
    layout = Layout(THINGS)

    assert layout.row_of(thing) == layout.row(from_json(thing.model_dump_json()))
