"""Several processes on one MongoDB: whoever loses a race for a document begins again."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from shared.errors import Conflict, Unavailable
from shared.ports.store import ABSENT, Change, Check, Delete, Increment, Index, Put, Store, Update
from shared.store.mongo import MongoStore
from tests.support.document_stores import (
    COLLECTIONS,
    OWNERS,
    THINGS,
    ManagedStore,
    Owner,
    Thing,
)
from tests.support.mongo_stores import MONGO_VARIABLE, open_mongo

pytestmark = [pytest.mark.xdist_group("mongo"), pytest.mark.usefixtures("mongo")]


@pytest.fixture
async def stores(tmp_path: Path, mongo: None) -> AsyncIterator[list[ManagedStore]]:
    """Three stores on one database, as three processes would have them."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(open_mongo(tmp_path, COLLECTIONS)) for _ in range(3)]


async def outcomes(stores: list[ManagedStore], changes: list[list[Change]]) -> list[str]:
    """What becomes of each commit when every store is given all of them at once."""
    results = await asyncio.gather(
        *(store.commit(commit) for store in stores for commit in changes), return_exceptions=True
    )
    return sorted(type(result).__name__ for result in results)


async def test_increments_of_several_processes_add_up(stores: list[ManagedStore]) -> None:
    found = await outcomes(stores, [[Increment(OWNERS, "hot", {"number": 1})]] * 40)

    assert found == ["NoneType"] * 120
    assert await stores[0].get(OWNERS, "hot") == Owner(id="hot", number=120)


async def test_of_several_processes_one_makes_the_document(stores: list[ManagedStore]) -> None:
    found = await outcomes(
        stores, [[Put(OWNERS, Owner(id=f"o{n}"), expect=ABSENT)] for n in range(10)]
    )

    assert found == ["Conflict"] * 20 + ["NoneType"] * 10


async def test_of_several_processes_one_gets_a_unique_key(stores: list[ManagedStore]) -> None:
    results = await asyncio.gather(
        *(
            store.commit([Put(THINGS, Thing(id=f"{store_number}-{n}", email=f"e{n}"))])
            for store_number, store in enumerate(stores)
            for n in range(10)
        ),
        return_exceptions=True,
    )

    assert [type(result) for result in results].count(Conflict) == 20
    assert len((await stores[0].find(THINGS, equal={}, limit=100)).items) == 10


async def test_what_was_checked_does_not_change_before_the_commit(
    stores: list[ManagedStore],
) -> None:
    """Each of two turns the lamp of its own off, but only while the other's is on."""
    lamps: list[Change] = [Put(OWNERS, Owner(id=id, number=1)) for id in ("a", "b")]
    for _ in range(10):
        await stores[0].commit(lamps)
        await asyncio.gather(
            *(
                store.commit(
                    [Check(OWNERS, other, {"number": 1}), Update(OWNERS, own, {"number": 0})]
                )
                for store, own, other in ((stores[0], "a", "b"), (stores[1], "b", "a"))
            ),
            return_exceptions=True,
        )
        found = await stores[2].get_many(OWNERS, ["a", "b"])

        assert sorted(owner.number for owner in found.values()) == [0, 1]


async def test_what_must_not_be_there_does_not_come_before_the_commit(
    stores: list[ManagedStore],
) -> None:
    for n in range(10):
        a, b = f"a{n}", f"b{n}"
        await asyncio.gather(
            stores[0].commit([Check(OWNERS, b, ABSENT), Put(OWNERS, Owner(id=a))]),
            stores[1].commit([Check(OWNERS, a, ABSENT), Put(OWNERS, Owner(id=b))]),
            return_exceptions=True,
        )

        assert len(await stores[2].get_many(OWNERS, [a, b])) == 1


async def test_a_unique_key_changes_hands_within_a_commit_in_its_order(
    stores: list[ManagedStore],
) -> None:
    store: Store = stores[0]
    await store.commit([Put(THINGS, Thing(id="a", email="e")), Put(THINGS, Thing(id="b"))])

    await store.commit(
        [
            Check(THINGS, "b", {"email": None}),
            Update(THINGS, "a", {"email": None}),
            Update(THINGS, "b", {"email": "e"}),
        ]
    )
    with pytest.raises(Conflict):
        await store.commit(
            [
                Update(THINGS, "a", {"number": 1}),
                Update(THINGS, "a", {"email": "e"}),
                Delete(THINGS, "b"),
            ]
        )

    assert await store.get(THINGS, "a") == Thing(id="a")


async def test_a_commit_that_cannot_be_written_leaves_its_neighbours_alone(
    stores: list[ManagedStore],
) -> None:
    commits: list[list[Change]] = [
        [Put(THINGS, Thing(id=f"t{n}", email="same" if n % 5 == 0 else None))] for n in range(20)
    ]

    found = await outcomes(stores[:1], commits)

    assert found == ["Conflict"] * 3 + ["NoneType"] * 17


def _equal(index: Index) -> list[str]:
    return [*index.fields[:-1], *([index.where[0]] if index.where else [])]


@pytest.mark.connected
@pytest.mark.skipif(
    MONGO_VARIABLE not in os.environ,
    reason=f"{MONGO_VARIABLE} names no server: only a real one plans as it will",
)
async def test_no_index_is_missing_for_what_the_store_is_asked(stores: list[ManagedStore]) -> None:
    [store, *_] = stores
    assert isinstance(store, MongoStore)
    await store.commit([Put(THINGS, Thing(id=f"t{n}", number=n)) for n in range(50)])

    steps = [
        step
        for index in THINGS.indexes
        for step in await store.explain(THINGS, equal=_equal(index), order=index.fields[-1])
    ]

    assert steps == []


async def test_a_server_that_is_gone_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await MongoStore.open("mongodb://127.0.0.1:9/x", timeout_s=0.2)
