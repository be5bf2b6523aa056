"""Commits: atomic, conditional, durable."""

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from shared.errors import BadPayload, Conflict
from shared.ports.store import ABSENT, Change, Check, Collection, Delete, Increment, Put, Update
from tests.support.document_stores import (
    COLLECTIONS,
    OWNERS,
    THINGS,
    Colour,
    ManagedStore,
    Owner,
    Place,
    StoreImplementation,
    Thing,
)

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
FULL = Thing(
    id="t1",
    name="Стол",
    number=3,
    colour=Colour.BLUE,
    open=False,
    at=NOON,
    place=Place(city="Псков", since=NOON),
    labels=("a", "b"),
    email="a@example.org",
    group="g",
)


async def conflict(commit: Awaitable[None]) -> str:
    with pytest.raises(Conflict) as caught:
        await commit
    return caught.value.what


async def test_a_document_is_read_as_it_was_put(store: ManagedStore) -> None:
    await store.commit([Put(THINGS, FULL)])

    assert await store.get(THINGS, "t1") == FULL


async def test_what_is_not_there_is_none(store: ManagedStore) -> None:
    assert await store.get(THINGS, "t1") is None


async def test_get_many_returns_those_that_exist(store: ManagedStore) -> None:
    await store.commit([Put(THINGS, Thing(id="a")), Put(THINGS, Thing(id="b"))])

    assert set(await store.get_many(THINGS, ["a", "x", "b", "a"])) == {"a", "b"}
    assert await store.get_many(THINGS, []) == {}


async def test_a_second_put_replaces_the_document(store: ManagedStore) -> None:
    await store.commit([Put(THINGS, FULL)])

    await store.commit([Put(THINGS, Thing(id="t1", name="new"))])

    assert await store.get(THINGS, "t1") == Thing(id="t1", name="new")


async def test_all_changes_of_a_commit_happen_or_none(store: ManagedStore) -> None:
    await store.commit([Put(OWNERS, Owner(id="kept", number=1)), Put(THINGS, FULL)])
    changes: list[Change] = [
        Put(OWNERS, Owner(id="new")),
        Update(OWNERS, "kept", {"number": 2}),
        Increment(OWNERS, "counted", {"number": 1}),
        Delete(THINGS, "t1"),
        Check(OWNERS, "kept", {"number": 77}),
    ]

    await conflict(store.commit(changes))

    assert await store.get(OWNERS, "new") is None
    assert await store.get(OWNERS, "counted") is None
    assert await store.get(OWNERS, "kept") == Owner(id="kept", number=1)
    assert await store.get(THINGS, "t1") == FULL


async def test_a_later_change_sees_the_earlier_ones(store: ManagedStore) -> None:
    await store.commit(
        [
            Put(OWNERS, Owner(id="o", number=1), expect=ABSENT),
            Update(OWNERS, "o", {"number": 5}, expect={"number": 1}),
            Increment(OWNERS, "o", {"number": 2}),
            Check(OWNERS, "o", {"number": 7}),
        ]
    )

    assert await store.get(OWNERS, "o") == Owner(id="o", number=7)


UNWRITABLE: Sequence[Change] = (
    Put(THINGS, Thing(id="t1", name="\ud800")),
    Update(THINGS, "t1", {"name": "\ud800"}),
    Increment(THINGS, "new", {"number": 1}, on_insert={"name": "\ud800"}),
)


@pytest.mark.parametrize("change", UNWRITABLE, ids=["put", "update", "increment"])
async def test_half_a_surrogate_pair_is_refused_as_a_bad_payload(
    store: ManagedStore, change: Change
) -> None:
    await store.commit([Put(THINGS, FULL)])

    with pytest.raises(BadPayload):
        await store.commit([change])

    assert await store.get(THINGS, "t1") == FULL
    assert await store.get(THINGS, "\ud800") is None


async def test_an_empty_commit_is_harmless(store: ManagedStore) -> None:
    await store.commit([])


MISSED: Sequence[tuple[str, Change]] = (
    ("put absent", Put(THINGS, FULL, expect=ABSENT)),
    ("put", Put(THINGS, FULL, expect={"version": 8})),
    ("put nothing there", Put(THINGS, Thing(id="no"), expect={"version": 0})),
    ("update", Update(THINGS, "t1", {"name": "x"}, expect={"version": 8})),
    ("update nothing there", Update(THINGS, "no", {"name": "x"})),
    ("delete", Delete(THINGS, "t1", expect={"version": 8})),
    ("delete nothing there", Delete(THINGS, "no", expect={"version": 0})),
    ("check", Check(THINGS, "t1", {"version": 8})),
    ("check nothing there", Check(THINGS, "no", {"version": 0})),
    ("check absent", Check(THINGS, "t1", ABSENT)),
)


@pytest.mark.parametrize(
    "change", [change for _, change in MISSED], ids=[name for name, _ in MISSED]
)
async def test_a_missed_expectation_names_collection_and_id(
    store: ManagedStore, change: Change
) -> None:
    await store.commit([Put(THINGS, FULL)])

    what = await conflict(store.commit([change]))

    assert what.startswith(("things t1", "things no"))
    assert await store.get(THINGS, "t1") == FULL


MET: dict[str, dict[str, Any]] = {
    "text": {"name": "Стол", "version": 0},
    "enum": {"colour": Colour.BLUE},
    "enum as text": {"colour": "blue"},
    "bool": {"open": False},
    "time": {"at": NOON},
    "time of another zone": {"at": NOON.astimezone(timezone(timedelta(hours=3)))},
    "model": {"place": Place(city="Псков", since=NOON)},
    "path": {"place.city": "Псков", "place.since": NOON},
    "list": {"labels": ("a", "b")},
    "nothing": {},
}


@pytest.mark.parametrize("expect", MET.values(), ids=MET)
async def test_expectations_compare_values_as_the_model_holds_them(
    store: ManagedStore, expect: dict[str, Any]
) -> None:
    await store.commit([Put(THINGS, FULL)])

    await store.commit(
        [
            Check(THINGS, "t1", expect),
            Update(THINGS, "t1", {"number": 4}, expect=expect),
            Put(THINGS, FULL, expect=expect),
            Delete(THINGS, "t1", expect=expect),
        ]
    )

    assert await store.get(THINGS, "t1") is None


async def test_none_is_an_expectation_too(store: ManagedStore) -> None:
    await store.commit([Put(THINGS, Thing(id="t1", email="a"))])

    await conflict(store.commit([Check(THINGS, "t1", {"email": None})]))
    await store.commit([Check(THINGS, "t1", {"group": None})])


async def test_an_update_sets_values_as_the_model_holds_them(store: ManagedStore) -> None:
    await store.commit([Put(THINGS, Thing(id="t1", name="n"))])
    values = FULL.model_dump(exclude={"id", "name", "place"}) | {"place": FULL.place}

    await store.commit([Update(THINGS, "t1", values)])

    assert await store.get(THINGS, "t1") == FULL.model_copy(update={"name": "n"})


async def test_an_update_keeps_fields_that_this_process_does_not_know(store: ManagedStore) -> None:
    newer = Thing.model_validate({"id": "t1", "later": {"a": [1]}, "place": {"city": "P"}})
    await store.commit([Put(THINGS, newer)])

    await store.commit(
        [Update(THINGS, "t1", {"name": "n"}), Increment(THINGS, "t1", {"number": 1})]
    )

    found = await store.get(THINGS, "t1")
    assert found == newer.model_copy(update={"name": "n", "number": 1})
    assert found is not None
    assert found.model_extra == {"later": {"a": [1]}}


@pytest.mark.parametrize("name", ["", 'a "b" \\ c', "a\x00b", "null", "{}", "строка\n😀"])
async def test_an_update_sets_any_text(store: ManagedStore, name: str) -> None:
    await store.commit([Put(THINGS, FULL)])

    await store.commit([Update(THINGS, "t1", {"email": name})])
    await store.commit([Update(THINGS, "t1", {"version": 1}, expect={"email": name})])

    assert await store.get(THINGS, "t1") == FULL.model_copy(update={"email": name, "version": 1})


@pytest.mark.parametrize("number", [0, -1, 2**53 + 1, 10**18])
async def test_an_update_sets_any_number(store: ManagedStore, number: int) -> None:
    await store.commit([Put(THINGS, FULL)])

    await store.commit([Update(THINGS, "t1", {"number": number})])
    await store.commit([Check(THINGS, "t1", {"number": number})])

    assert await store.get(THINGS, "t1") == FULL.model_copy(update={"number": number})


async def test_what_json_has_no_word_for_keeps_nobody_from_updating(store: ManagedStore) -> None:
    await store.commit([Put(THINGS, FULL), Update(THINGS, "t1", {"later": float("nan")})])

    await store.commit([Update(THINGS, "t1", {"number": 9}, expect={"version": 0})])
    await store.commit([Check(THINGS, "t1", {"number": 9})])

    found = await store.get(THINGS, "t1")
    assert found is not None
    assert found.number == 9


@pytest.mark.parametrize(
    "expect",
    [{"name": "\ud800"}, {"labels": "a"}, {"labels.x": None, "name": ""}, {"place": "Псков"}],
    ids=str,
)
async def test_a_condition_that_nothing_can_meet_is_a_conflict(
    store: ManagedStore, expect: dict[str, Any]
) -> None:
    await store.commit([Put(THINGS, FULL)])

    await conflict(store.commit([Check(THINGS, "t1", expect)]))
    await conflict(store.commit([Update(THINGS, "t1", {"number": 4}, expect=expect)]))

    assert await store.get(THINGS, "t1") == FULL


async def test_deleting_what_is_gone_is_harmless(store: ManagedStore) -> None:
    await store.commit([Delete(THINGS, "no")])


async def test_an_increment_makes_the_document_when_it_is_missing(store: ManagedStore) -> None:
    await store.commit([Increment(OWNERS, "o", {"number": 2}, on_insert={"total": 5})])
    await store.commit([Increment(OWNERS, "o", {"number": -3, "total": 1}, on_insert={"total": 9})])

    assert await store.get(OWNERS, "o") == Owner(id="o", number=-1, total=6)


async def test_concurrent_increments_add_up(store: ManagedStore) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(100):
            group.create_task(store.commit([Increment(OWNERS, "o", {"number": 1, "total": 2})]))

    assert await store.get(OWNERS, "o") == Owner(id="o", number=100, total=200)


async def test_of_concurrent_commits_on_one_version_one_wins(store: ManagedStore) -> None:
    await store.commit([Put(THINGS, Thing(id="t1"))])
    change = Update(THINGS, "t1", {"version": 1}, expect={"version": 0})

    results = await asyncio.gather(
        *(store.commit([change]) for _ in range(20)), return_exceptions=True
    )

    assert sorted(map(str, map(type, results))).count(str(Conflict)) == 19


async def test_a_failing_commit_leaves_its_neighbours_alone(store: ManagedStore) -> None:
    def commit(number: int) -> Awaitable[None]:
        return store.commit(
            [
                Put(OWNERS, Owner(id=f"o{number}"), expect=ABSENT),
                Check(OWNERS, f"o{number}", {"number": 1 if number % 3 == 0 else 0}),
            ]
        )

    results = await asyncio.gather(*map(commit, range(30)), return_exceptions=True)

    stored = await store.get_many(OWNERS, [f"o{number}" for number in range(30)])
    assert [type(result) for result in results] == [Conflict, type(None), type(None)] * 10
    assert set(stored) == {f"o{number}" for number in range(30) if number % 3}


async def test_a_confirmed_commit_is_there_after_a_restart(
    implementation: StoreImplementation, tmp_path: Path
) -> None:
    async with implementation.open(tmp_path, COLLECTIONS) as store:
        await store.commit([Put(THINGS, FULL)])

    async with implementation.open(tmp_path, COLLECTIONS) as store:
        assert await store.get(THINGS, "t1") == FULL


async def test_commits_under_way_when_the_store_closes_are_kept(
    implementation: StoreImplementation, tmp_path: Path
) -> None:
    async with implementation.open(tmp_path, COLLECTIONS) as store:
        under_way = [
            asyncio.ensure_future(store.commit([Put(OWNERS, Owner(id=f"o{number}"))]))
            for number in range(50)
        ]
        await asyncio.sleep(0)
    await asyncio.gather(*under_way)

    async with implementation.open(tmp_path, COLLECTIONS) as store:
        assert len(await store.get_many(OWNERS, [f"o{number}" for number in range(50)])) == 50


async def test_a_collection_that_was_not_prepared_is_refused(store: ManagedStore) -> None:
    with pytest.raises(LookupError):
        await store.get(Collection("others", Owner), "o")
