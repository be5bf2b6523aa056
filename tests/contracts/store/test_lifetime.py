"""Documents that expire, and documents of other schema versions."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.errors import Conflict, SchemaTooNew
from shared.ports.store import Collection, Document, Index, Put, Update
from tests.support.document_stores import (
    ENTRIES,
    Entry,
    ManagedStore,
    StoreImplementation,
    ids,
)

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


class Old(Document):
    """A collection's first version."""

    name: str = ""
    group: str | None = None


class New(Document):
    """Its second version: the name in two parts, and a field that was not there."""

    first: str
    last: str = ""
    group: str | None = None
    state: str = "fresh"


def split_name(tree: dict[str, Any]) -> dict[str, Any]:
    first, _, last = tree.pop("name").partition(" ")
    return {**tree, "first": first, "last": last}


FIRST = Collection("people", Old, indexes=(Index(("name",)),))
SECOND = Collection(
    "people",
    New,
    indexes=(Index(("last",)), Index(("state",)), Index(("group",), unique=True)),
    text=lambda person: person.first,
    version=2,
    migrations={1: split_name},
)


async def test_what_outlived_its_time_is_deleted(store: ManagedStore) -> None:
    week = timedelta(days=7)
    await store.commit(
        [
            Put(ENTRIES, Entry(id="older", at=NOON - week - timedelta(microseconds=1))),
            Put(ENTRIES, Entry(id="due", at=NOON - week)),
            Put(ENTRIES, Entry(id="kept", at=NOON - week + timedelta(microseconds=1))),
        ]
    )

    deleted = await store.expire(NOON)

    assert deleted == 2
    assert ids((await store.find(ENTRIES, equal={})).items) == ["kept"]


async def test_many_documents_expire_at_once(store: ManagedStore) -> None:
    await store.commit([Put(ENTRIES, Entry(id=f"e{n}", at=NOON)) for n in range(1200)])

    assert await store.expire(NOON + timedelta(days=8)) == 1200
    assert await store.expire(NOON + timedelta(days=8)) == 0


async def test_an_update_can_prolong_a_life(store: ManagedStore) -> None:
    await store.commit([Put(ENTRIES, Entry(id="e", at=NOON))])
    await store.commit([Update(ENTRIES, "e", {"at": NOON + timedelta(days=3)})])

    assert await store.expire(NOON + timedelta(days=8)) == 0


async def migrated(implementation: StoreImplementation, folder: Path) -> None:
    async with implementation.open(folder, [FIRST]) as store:
        people = [Old(id=f"p{n:04d}", name=f"Ада{n} Байрон{n}") for n in range(1100)]
        await store.commit([Put(FIRST, person) for person in people])


async def test_documents_are_brought_to_the_present_version_at_start(
    implementation: StoreImplementation, tmp_path: Path
) -> None:
    await migrated(implementation, tmp_path)

    async with implementation.open(tmp_path, [SECOND]) as store:
        one = await store.get(SECOND, "p0007")
        by_index = await store.find(SECOND, equal={"last": "Байрон1099"})
        by_text = await store.search(SECOND, "Ада500")

    assert one == New(id="p0007", first="Ада7", last="Байрон7")
    assert ids(by_index.items) == ["p1099"]
    assert ids(by_text.items) == ["p0500"]


async def test_a_field_that_a_document_lacks_is_found_by_its_default(
    implementation: StoreImplementation, tmp_path: Path
) -> None:
    await migrated(implementation, tmp_path)

    async with implementation.open(tmp_path, [SECOND]) as store:
        found = await store.find(SECOND, equal={"state": "fresh"}, limit=2000)
        await store.commit([Update(SECOND, "p0001", {"state": "used"}, expect={"state": "fresh"})])

    assert len(found.items) == 1100


async def test_a_store_of_a_newer_version_is_refused(
    implementation: StoreImplementation, tmp_path: Path
) -> None:
    async with implementation.open(tmp_path, [SECOND]):
        pass

    with pytest.raises(SchemaTooNew, match="people"):
        async with implementation.open(tmp_path, [FIRST]):
            pass


async def test_an_index_declared_later_knows_the_older_documents(
    implementation: StoreImplementation, tmp_path: Path
) -> None:
    plain = Collection("people", Old)
    indexed = Collection("people", Old, indexes=(Index(("group", "name")),))
    async with implementation.open(tmp_path, [plain]) as store:
        await store.commit([Put(plain, Old(id="p", name="Ада", group="g"))])

    async with implementation.open(tmp_path, [indexed]) as store:
        found = await store.find(indexed, equal={"group": "g"}, order="name")

    assert ids(found.items) == ["p"]


async def test_an_index_that_came_back_knows_what_changed_meanwhile(
    implementation: StoreImplementation, tmp_path: Path
) -> None:
    plain = Collection("people", Old)
    indexed = Collection("people", Old, indexes=(Index(("name",)),))
    async with implementation.open(tmp_path, [indexed]) as store:
        await store.commit([Put(indexed, Old(id="p", name="before"))])
    async with implementation.open(tmp_path, [plain]) as store:
        await store.commit([Put(plain, Old(id="p", name="after"))])

    async with implementation.open(tmp_path, [indexed]) as store:
        assert ids((await store.find(indexed, equal={"name": "after"})).items) == ["p"]
        assert (await store.find(indexed, equal={"name": "before"})).items == []


async def test_a_unique_index_that_the_documents_break_stops_the_start(
    implementation: StoreImplementation, tmp_path: Path
) -> None:
    plain = Collection("people", Old)
    unique = Collection("people", Old, indexes=(Index(("name",), unique=True),))
    async with implementation.open(tmp_path, [plain]) as store:
        await store.commit([Put(plain, Old(id=id, name="same")) for id in ("a", "b")])

    with pytest.raises(Conflict, match="people"):
        async with implementation.open(tmp_path, [unique]):
            pass
