"""A process that commits is killed: what was confirmed is there, and no commit is there by half."""

from pathlib import Path

import pytest

from shared.ports.store import Document
from tests.support.document_stores import (
    COLLECTIONS,
    OWNERS,
    THINGS,
    Colour,
    ManagedStore,
    StoreImplementation,
)
from tests.support.processes import run_module


async def read_all(store: ManagedStore) -> tuple[set[str], set[str], set[str]]:
    """The ids of all things, of all owners, and of all things by their list index."""
    things: list[Document] = []
    cursor: str | None = None
    while len(things) == 0 or cursor is not None:
        page = await store.find(THINGS, equal={}, cursor=cursor, limit=1000)
        things += page.items
        cursor = page.next
    ids = [thing.id for thing in things]
    owners = await store.get_many(OWNERS, ids)
    labelled = await store.find(
        THINGS, equal={"labels": "a", "colour": Colour.RED}, limit=len(ids) + 1
    )
    return set(ids), set(owners), {thing.id for thing in labelled.items}


@pytest.mark.timeout(240)  # several processes, one after another
@pytest.mark.parametrize("seed", range(4))
async def test_a_killed_process_loses_no_confirmed_commit(
    implementation: StoreImplementation, tmp_path: Path, seed: int
) -> None:
    confirmed: set[str] = set()
    for kill in range(3):
        status, lines = await run_module(
            "tests.support.store_child", implementation.name, str(tmp_path), str(seed * 10 + kill)
        )
        confirmed.update(lines)
        assert status == -9

    async with implementation.open(tmp_path, COLLECTIONS) as store:
        things, owners, labelled = await read_all(store)
        counter = await store.get(OWNERS, "all")

    assert confirmed
    assert confirmed <= things
    assert things == owners == labelled
    assert counter is not None
    assert counter.total == len(things)
