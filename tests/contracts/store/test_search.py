"""Full-text search in Russian and English."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.errors import BadRequest
from shared.ports.store import Delete, Put, Update
from tests.support.document_stores import OWNERS, THINGS, Colour, ManagedStore, Thing, ids

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


async def put(store: ManagedStore, *names: str) -> None:
    """Documents ``t0``, ``t1`` ... with these names."""
    for number, name in enumerate(names):
        await store.commit([Put(THINGS, Thing(id=f"t{number}", name=name, number=number))])


async def search(store: ManagedStore, text: str, **query: Any) -> list[str]:
    return ids((await store.search(THINGS, text, **query)).items)


FORMS = {
    "Russian plural": ("Мои заказы где", "заказ"),
    "Russian case": ("в отделении банка", "банк"),
    "yo is ye": ("Ещё зелёный", "зеленый"),
    "ye is yo": ("зеленый", "зелёного"),
    "upper case": ("ДОСТАВКА", "доставки"),
    "English plural": ("two orders were", "order"),
    "English verb": ("it was delivering", "delivered"),
    "number": ("заказ №12345-67", "12345"),
    "both languages": ("сломался iPhone 15", "iphone сломалась"),
    "punctuation": ("привет,мир!", "мир"),
    "quotes and operators": ('say "NOT" AND', '"not" and OR* (say'[0:9]),
}


@pytest.mark.parametrize("text, asked", FORMS.values(), ids=FORMS)
async def test_a_word_is_found_in_its_other_forms(
    store: ManagedStore, text: str, asked: str
) -> None:
    await put(store, text, "нечто другое here")

    assert await search(store, asked) == ["t0"]


async def test_every_word_must_occur(store: ManagedStore) -> None:
    await put(store, "красный стол", "красный стул", "белый стол")

    assert await search(store, "стол красные") == ["t0"]


@pytest.mark.parametrize("text", ["", "  ", "!?", "—", '"', "*"])
async def test_a_text_without_a_word_finds_nothing(store: ManagedStore, text: str) -> None:
    await put(store, "стол")

    assert await search(store, text) == []


async def test_the_newest_comes_first_page_by_page(store: ManagedStore) -> None:
    await put(store, *(["стол"] * 5))

    first = await store.search(THINGS, "столы", limit=2)
    second = await store.search(THINGS, "столы", limit=2, cursor=first.next)
    third = await store.search(THINGS, "столы", limit=2, cursor=second.next)

    assert [ids(page.items) for page in (first, second, third)] == [
        ["t4", "t3"],
        ["t2", "t1"],
        ["t0"],
    ]
    assert third.next is None


async def test_a_cursor_of_another_search_is_refused(store: ManagedStore) -> None:
    await put(store, "стол стул", "стол стул")
    page = await store.search(THINGS, "стол", limit=1)

    with pytest.raises(BadRequest):
        await store.search(THINGS, "стул", limit=1, cursor=page.next)


async def test_indexed_fields_narrow_the_hits(store: ManagedStore) -> None:
    await put(store, "стол", "стол", "стол")
    await store.commit(
        [
            Update(THINGS, "t1", {"colour": Colour.BLUE, "labels": ("vip",)}),
            Update(THINGS, "t2", {"labels": ("vip",), "at": NOON}),
        ]
    )

    assert await search(store, "стол", equal={"colour": Colour.BLUE}) == ["t1"]
    assert await search(store, "стол", equal={"labels": "vip"}) == ["t2", "t1"]
    assert await search(store, "стол", equal={"labels": "vip", "at": None}) == ["t1"]


async def test_a_field_without_an_index_cannot_narrow(store: ManagedStore) -> None:
    with pytest.raises(LookupError):
        await store.search(THINGS, "стол", equal={"version": 0})


async def test_a_collection_without_text_cannot_be_searched(store: ManagedStore) -> None:
    with pytest.raises(LookupError):
        await store.search(OWNERS, "стол")


async def test_search_follows_the_document(store: ManagedStore) -> None:
    await put(store, "стол", "стол", "стол", "стол")

    await store.commit(
        [
            Update(THINGS, "t0", {"name": "шкаф"}),
            Put(THINGS, Thing(id="t1", name="шкафы")),
            Delete(THINGS, "t2"),
            Update(THINGS, "t3", {"version": 1}),
        ]
    )

    assert await search(store, "стол") == ["t3"]
    assert await search(store, "шкаф") == ["t1", "t0"]
