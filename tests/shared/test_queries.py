"""No declared query of the hub scans a collection."""

from pathlib import Path

import pytest

from shared.ports.store import Collection, Index
from shared.queries import DECLARED_QUERIES, Query
from tests.support.document_stores import Thing
from tests.support.stores import open_embedded


def name(query: Query) -> str:
    return f"{query.collection.name}({', '.join(query.equal)}) by {query.order or 'id'}"


@pytest.mark.parametrize("query", DECLARED_QUERIES, ids=name)
async def test_a_declared_query_scans_nothing(tmp_path: Path, query: Query) -> None:
    async with open_embedded(tmp_path, collections=(query.collection,)) as hub:
        costly = await hub.store.explain(query.collection, equal=query.equal, order=query.order)

    assert costly == []


async def test_a_query_that_would_sort_is_noticed(tmp_path: Path) -> None:
    things = Collection("things", Thing, indexes=(Index(("name", "colour", "number")),))
    async with open_embedded(tmp_path, collections=(things,)) as hub:
        whole = await hub.store.explain(things, equal=("name",))
        ties = await hub.store.explain(things, equal=("name",), order="colour")

    assert "USE TEMP B-TREE FOR ORDER BY" in whole
    assert any("ORDER BY" in step for step in ties)


async def test_a_query_without_an_index_is_refused(tmp_path: Path) -> None:
    things = Collection("things", Thing)
    async with open_embedded(tmp_path, collections=(things,)) as hub:
        with pytest.raises(LookupError):
            await hub.store.explain(things, equal=("name",))
