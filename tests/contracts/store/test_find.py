"""Queries: served by a declared index, in order, page by page."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.errors import BadRequest
from shared.ports.store import Delete, Put, Range, Update
from tests.support.document_stores import OWNERS, THINGS, Colour, ManagedStore, Place, Thing, ids

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


async def put(store: ManagedStore, *things: Thing) -> None:
    await store.commit([Put(THINGS, thing) for thing in things])


async def find(store: ManagedStore, **query: Any) -> list[str]:
    return ids((await store.find(THINGS, **query)).items)


async def test_equal_fields_find_exactly_those(store: ManagedStore) -> None:
    await put(store, Thing(id="a", name="x"), Thing(id="b", name="y"), Thing(id="c", name="x"))

    assert await find(store, equal={"name": "x"}) == ["a", "c"]


async def test_enums_bools_and_paths_can_be_asked_for(store: ManagedStore) -> None:
    await put(
        store,
        Thing(id="a", colour=Colour.BLUE, number=2),
        Thing(id="b", place=Place(city="Псков")),
    )

    assert await find(store, equal={"colour": Colour.BLUE, "number": 2}) == ["a"]
    assert await find(store, equal={"place.city": "Псков"}) == ["b"]


async def test_none_can_be_asked_for(store: ManagedStore) -> None:
    await put(store, Thing(id="a"), Thing(id="b", at=NOON))

    assert await find(store, equal={"at": None}) == ["a"]
    assert await find(store, equal={"place.city": None}) == ["a", "b"]


@pytest.mark.parametrize(
    "descending, expected",
    [(False, ["d", "a", "b", "c"]), (True, ["c", "b", "a", "d"])],
    ids=["ascending", "descending"],
)
async def test_the_order_is_by_the_field_and_then_by_id(
    store: ManagedStore, descending: bool, expected: list[str]
) -> None:
    await put(
        store,
        Thing(id="b", number=5),
        Thing(id="a", number=5),
        Thing(id="d", number=-1),
        Thing(id="c", number=10),
    )

    found = await find(store, equal={"colour": Colour.RED}, order="number", descending=descending)
    assert found == expected


async def test_times_sort_as_times_whatever_their_fraction(store: ManagedStore) -> None:
    await put(
        store,
        Thing(id="a", at=NOON + timedelta(microseconds=1)),
        Thing(id="b", at=NOON),
        Thing(id="c", at=NOON + timedelta(seconds=1)),
        Thing(id="d", at=NOON - timedelta(microseconds=1)),
    )

    assert await find(store, equal={}, order="at") == ["d", "b", "a", "c"]


async def test_an_updated_time_sorts_as_a_time(store: ManagedStore) -> None:
    await put(store, Thing(id="a", at=NOON), Thing(id="b", at=NOON + timedelta(milliseconds=5)))
    await store.commit([Update(THINGS, "a", {"at": NOON + timedelta(milliseconds=7)})])

    assert await find(store, equal={}, order="at") == ["b", "a"]


async def test_an_update_moves_a_document_in_its_lists(store: ManagedStore) -> None:
    vip = ("vip", "late")
    await put(store, Thing(id="a", number=1, labels=vip), Thing(id="b", number=2, labels=vip))
    await store.commit([Update(THINGS, "a", {"number": 3, "at": NOON})])
    await store.commit([Update(THINGS, "b", {"colour": Colour.BLUE})])
    await store.commit([Update(THINGS, "b", {"colour": Colour.RED, "labels": ("vip",)})])

    by_label: dict[str, Any] = {"order": "number", "descending": False}
    red = {"colour": Colour.RED}
    assert await find(store, equal={"labels": "vip", **red}, **by_label) == ["b", "a"]
    assert await find(store, equal={"labels": "late", **red}, **by_label) == ["a"]


async def test_an_update_moves_a_document_into_a_partial_index_and_out(store: ManagedStore) -> None:
    await put(store, Thing(id="a", name="x", open=False), Thing(id="b", name="x"))
    await store.commit([Update(THINGS, "a", {"open": True}), Update(THINGS, "b", {"open": False})])

    assert await find(store, equal={"name": "x", "open": True}, order="number") == ["a"]


RANGES = {
    "ge": ({"ge": 2}, ["2", "3", "4"]),
    "gt": ({"gt": 2}, ["3", "4"]),
    "le": ({"le": 2}, ["0", "1", "2"]),
    "lt": ({"lt": 2}, ["0", "1"]),
    "both": ({"ge": 1, "lt": 3}, ["1", "2"]),
}


@pytest.mark.parametrize("bounds, expected", RANGES.values(), ids=RANGES)
async def test_a_range_holds_its_bounds(
    store: ManagedStore, bounds: dict[str, int], expected: list[str]
) -> None:
    await put(store, *(Thing(id=str(number), number=number) for number in range(5)))

    query: dict[str, Any] = {"equal": {"colour": Colour.RED}, "range": Range("number", **bounds)}
    assert await find(store, **query) == expected
    assert await find(store, **query, order="number", descending=True) == expected[::-1]


async def test_a_range_of_times_leaves_out_what_has_none(store: ManagedStore) -> None:
    await put(store, Thing(id="a"), Thing(id="b", at=NOON), Thing(id="c", at=NOON.replace(hour=13)))

    assert await find(store, equal={}, range=Range("at", le=NOON)) == ["b"]


async def test_aware_times_are_found_and_sorted_within_a_second(store: ManagedStore) -> None:
    later = NOON + timedelta(milliseconds=500)
    await put(store, Thing(id="a", due_at=later), Thing(id="b", due_at=NOON))

    assert await find(store, equal={}, order="due_at") == ["b", "a"]
    assert await find(store, equal={}, range=Range("due_at", le=NOON), order="due_at") == ["b"]


async def test_half_a_surrogate_pair_cannot_be_asked_for(store: ManagedStore) -> None:
    with pytest.raises(BadRequest):
        await store.find(THINGS, equal={"name": "\ud800"})


@pytest.mark.parametrize("descending", [False, True], ids=["ascending", "descending"])
async def test_any_place_of_a_list_can_be_asked_for(store: ManagedStore, descending: bool) -> None:
    timed = [Thing(id=f"t{n}", at=NOON + timedelta(minutes=n)) for n in range(4)]
    await put(store, *timed, Thing(id="n0"), Thing(id="n1"))
    query: dict[str, Any] = {"equal": {}, "order": "at", "descending": descending}
    whole = await find(store, **query)

    places = [await find(store, **query, skip=skip, limit=2) for skip in range(8)]

    assert places == [whole[skip : skip + 2] for skip in range(8)]


async def test_pages_go_on_from_a_place(store: ManagedStore) -> None:
    await put(store, *(Thing(id=str(number), number=number) for number in range(6)))
    query: dict[str, Any] = {"equal": {"colour": Colour.RED}, "order": "number"}

    first = await store.find(THINGS, **query, skip=2, limit=2)
    second = await store.find(THINGS, **query, cursor=first.next, limit=2)

    assert [ids(first.items), ids(second.items)] == [["2", "3"], ["4", "5"]]
    assert second.next is None


UNSERVED: dict[str, dict[str, Any]] = {
    "no index at all": {"equal": {"version": 1}},
    "not its beginning": {"equal": {"place.city": "x", "colour": "red"}},
    "another order": {"equal": {"colour": "red"}, "order": "name"},
    "order before the end": {"equal": {}, "order": "place.since"},
    "range and order differ": {
        "equal": {"colour": "red"},
        "order": "number",
        "range": Range("at", ge=NOON),
    },
    "list not named": {"equal": {"colour": "red", "open": True}},
    "order by the list": {"equal": {}, "order": "labels"},
    "none in a unique key": {"equal": {"email": None}},
    "where not met": {"equal": {"name": "x"}, "order": "number"},
    "where missed": {"equal": {"name": "x", "open": False}, "order": "number"},
}


@pytest.mark.parametrize("query", UNSERVED.values(), ids=UNSERVED)
async def test_a_query_that_no_index_serves_is_refused(
    store: ManagedStore, query: dict[str, Any]
) -> None:
    with pytest.raises(LookupError):
        await store.find(THINGS, **query)


async def test_a_collection_without_indexes_is_listed_by_id_only(store: ManagedStore) -> None:
    assert (await store.find(OWNERS, equal={})).items == []
    with pytest.raises(LookupError):
        await store.find(OWNERS, equal={"number": 1})


async def test_every_item_of_a_list_finds_its_document(store: ManagedStore) -> None:
    await put(
        store,
        Thing(id="a", labels=("vip", "late", "vip"), number=2),
        Thing(id="b", labels=("vip",), number=1),
        Thing(id="c", labels=("late",), colour=Colour.BLUE),
        Thing(id="d"),
    )
    query: dict[str, Any] = {"equal": {"labels": "vip", "colour": Colour.RED}, "order": "number"}

    assert await find(store, **query) == ["b", "a"]


async def test_a_list_index_follows_its_document(store: ManagedStore) -> None:
    await put(store, Thing(id="a", labels=("vip",), number=2), Thing(id="b", labels=("vip",)))
    await store.commit(
        [
            Update(THINGS, "a", {"labels": ("new",)}),
            Update(THINGS, "b", {"colour": Colour.BLUE}),
        ]
    )
    red = await find(store, equal={"labels": "vip", "colour": Colour.RED})
    blue = await find(store, equal={"labels": "vip", "colour": Colour.BLUE})
    await store.commit([Delete(THINGS, "b")])

    assert (red, blue) == ([], ["b"])
    assert await find(store, equal={"labels": "new", "colour": Colour.RED}) == ["a"]
    assert await find(store, equal={"labels": "vip", "colour": Colour.BLUE}) == []


async def test_a_restricted_index_holds_what_it_is_restricted_to(store: ManagedStore) -> None:
    await put(
        store,
        Thing(id="a", name="x", number=2),
        Thing(id="b", name="x", number=1, open=False),
        Thing(id="c", name="x", number=0),
    )
    query: dict[str, Any] = {"equal": {"name": "x", "open": True}, "order": "number"}
    before = await find(store, **query)
    await store.commit([Update(THINGS, "a", {"open": False}), Update(THINGS, "b", {"open": True})])

    assert before == ["c", "a"]
    assert await find(store, **query) == ["c", "b"]


async def test_an_index_follows_every_kind_of_change(store: ManagedStore) -> None:
    await put(store, Thing(id="a", name="x"), Thing(id="b", name="x"), Thing(id="c", name="x"))

    await store.commit(
        [
            Update(THINGS, "a", {"name": "y"}),
            Put(THINGS, Thing(id="b", name="y")),
            Delete(THINGS, "c"),
        ]
    )

    assert await find(store, equal={"name": "x"}) == []
    assert await find(store, equal={"name": "y"}) == ["a", "b"]
