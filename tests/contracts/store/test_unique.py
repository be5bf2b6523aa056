"""Unique keys."""

from collections.abc import Awaitable

import pytest

from shared.errors import Conflict
from shared.ports.store import Delete, Put, Update
from tests.support.document_stores import (
    THINGS,
    ManagedStore,
    Thing,
)


async def conflict(commit: Awaitable[None]) -> str:
    with pytest.raises(Conflict) as caught:
        await commit
    return caught.value.what


async def test_a_unique_key_belongs_to_one_document(store: ManagedStore) -> None:
    await store.commit([Put(THINGS, Thing(id="a", email="e"))])

    by_put = await conflict(store.commit([Put(THINGS, Thing(id="b", email="e"))]))
    await store.commit([Put(THINGS, Thing(id="b"))])
    by_update = await conflict(store.commit([Update(THINGS, "b", {"email": "e"})]))

    assert by_put.startswith("things b")
    assert by_update.startswith("things b")


async def test_a_unique_key_is_free_again_once_given_up(store: ManagedStore) -> None:
    await store.commit([Put(THINGS, Thing(id="a", email="e"))])

    await store.commit(
        [Update(THINGS, "a", {"email": None}), Put(THINGS, Thing(id="b", email="e"))]
    )
    await store.commit([Delete(THINGS, "b"), Put(THINGS, Thing(id="c", email="e"))])

    assert await store.get(THINGS, "c") is not None


async def test_none_in_a_unique_key_is_no_key(store: ManagedStore) -> None:
    await store.commit([Put(THINGS, Thing(id="a", group=None, number=1))])
    await store.commit([Put(THINGS, Thing(id="b", group=None, number=1))])
    await store.commit([Put(THINGS, Thing(id="c", group="g", number=1))])

    await conflict(store.commit([Put(THINGS, Thing(id="d", group="g", number=1))]))
