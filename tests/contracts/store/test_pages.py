"""Pages and their cursors."""

import asyncio
from datetime import UTC, datetime
from itertools import chain
from typing import Any

import pytest

from shared.errors import BadRequest
from shared.ports.store import Delete, Page, Put
from tests.support.document_stores import THINGS, Colour, ManagedStore, Thing, ids

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


async def put(store: ManagedStore, *things: Thing) -> None:
    await store.commit([Put(THINGS, thing) for thing in things])


async def pages(store: ManagedStore, **query: Any) -> list[list[str]]:
    found: list[list[str]] = []
    cursor: str | None = None
    while not found or cursor is not None:
        page: Page[Thing] = await store.find(THINGS, cursor=cursor, **query)
        found.append(ids(page.items))
        cursor = page.next
    return found


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("limit", [1, 2, 3, 10])
async def test_pages_hold_every_document_once_in_order(
    store: ManagedStore, limit: int, descending: bool
) -> None:
    numbers = [3, None, 1, 3, 3, None, 2, 3]
    await put(
        store,
        *(
            Thing(id=f"t{n}", at=None if hour is None else NOON.replace(hour=hour))
            for n, hour in enumerate(numbers)
        ),
    )
    ascending = ["t1", "t5", "t2", "t6", "t0", "t3", "t4", "t7"]

    found = await pages(
        store, equal={"colour": Colour.RED}, order="at", descending=descending, limit=limit
    )

    assert list(chain.from_iterable(found)) == (ascending[::-1] if descending else ascending)
    assert all(len(page) == limit for page in found[:-1])
    assert found[-1]


async def test_pages_by_a_unique_field_hold_every_document_once(store: ManagedStore) -> None:
    await put(store, *(Thing(id=str(9 - n), group="g", number=n) for n in range(7)))
    await put(store, Thing(id="other"))

    found = await pages(store, equal={"group": "g"}, order="number", limit=3)
    backwards = await pages(store, equal={"group": "g"}, order="number", descending=True, limit=3)

    assert found == [["9", "8", "7"], ["6", "5", "4"], ["3"]]
    assert backwards == [["3", "4", "5"], ["6", "7", "8"], ["9"]]


async def test_pages_without_an_order_go_by_id(store: ManagedStore) -> None:
    await put(store, *(Thing(id=f"t{n}", name="x") for n in range(5)))

    assert await pages(store, equal={"name": "x"}, limit=2) == [["t0", "t1"], ["t2", "t3"], ["t4"]]
    assert await pages(store, equal={}, limit=3) == [["t0", "t1", "t2"], ["t3", "t4"]]


async def test_a_page_that_ends_with_the_last_document_has_no_next(store: ManagedStore) -> None:
    await put(store, Thing(id="a"), Thing(id="b"))

    page = await store.find(THINGS, equal={}, limit=2)

    assert page.next is None


async def test_what_is_inserted_between_pages_moves_nothing_already_seen(
    store: ManagedStore,
) -> None:
    await put(store, *(Thing(id=f"t{n}", number=n * 10) for n in range(6)))
    query: dict[str, Any] = {"equal": {"colour": Colour.RED}, "order": "number", "limit": 3}
    first = await store.find(THINGS, **query)
    await put(store, Thing(id="before", number=5), Thing(id="after", number=35))
    await store.commit([Delete(THINGS, "t2")])

    second = await store.find(THINGS, **query, cursor=first.next)

    assert ids(first.items) == ["t0", "t1", "t2"]
    assert ids(second.items) == ["t3", "after", "t4"]


async def test_pages_stay_in_order_while_others_insert(store: ManagedStore) -> None:
    async def insert() -> None:
        for number in range(200):
            await put(store, Thing(id=f"n{number:03d}", number=number))

    await put(store, *(Thing(id=f"t{number:03d}", number=number) for number in range(200)))
    async with asyncio.TaskGroup() as group:
        group.create_task(insert())
        read = await pages(store, equal={"colour": Colour.RED}, order="number", limit=7)
    found = list(chain.from_iterable(read))

    assert [id for id in found if id[0] == "t"] == [f"t{number:03d}" for number in range(200)]
    assert len(set(found)) == len(found)


FOREIGN: dict[str, dict[str, Any]] = {
    "other value": {"equal": {"colour": Colour.BLUE}, "order": "number"},
    "other order": {"equal": {"colour": Colour.RED}, "order": "at"},
    "other direction": {"equal": {"colour": Colour.RED}, "order": "number", "descending": True},
}


@pytest.mark.parametrize("query", FOREIGN.values(), ids=FOREIGN)
async def test_a_cursor_of_another_query_is_refused(
    store: ManagedStore, query: dict[str, Any]
) -> None:
    await put(store, *(Thing(id=f"t{n}", number=n) for n in range(3)))
    page = await store.find(THINGS, equal={"colour": Colour.RED}, order="number", limit=1)

    with pytest.raises(BadRequest):
        await store.find(THINGS, **query, cursor=page.next)


@pytest.mark.parametrize("cursor", ["", "x", "ё", "e30", "W10", "bnVsbA", "W1siYSJdXQ", "=", "!!"])
async def test_a_cursor_that_is_none_is_refused(store: ManagedStore, cursor: str) -> None:
    with pytest.raises(BadRequest):
        await store.find(THINGS, equal={"colour": Colour.RED}, order="number", cursor=cursor)


async def test_pages_of_a_list_index_hold_every_document_once(store: ManagedStore) -> None:
    await put(store, *(Thing(id=f"t{n}", labels=("vip", "late"), number=n // 2) for n in range(5)))
    query: dict[str, Any] = {"equal": {"labels": "vip", "colour": Colour.RED}, "order": "number"}

    assert await pages(store, **query, limit=2) == [["t0", "t1"], ["t2", "t3"], ["t4"]]
    assert await pages(store, **query, limit=3, descending=True) == [
        ["t4", "t3", "t2"],
        ["t1", "t0"],
    ]
