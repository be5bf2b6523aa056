"""Full-text search in Russian and English."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.errors import BadRequest
from shared.ports.store import MOST_READ, Delete, Put, Update
from shared.search_terms import FIELD_BREAK
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


BEGINNINGS = {
    "a Latin name": ("Maria wrote", "mar"),
    "a Cyrillic name": ("Пишет Мария", "мар"),
    "longer than the stem": ("Пишет Мария", "мари"),
    "one letter": ("Мария Иванова", "мария и"),
    "every word": ("Мария Иванова", "ива мар"),
    "capital letters": ("мария", "МАРИ"),
    "yo": ("Фёдор", "фед"),
    "a number": ("заказ 100245", "1002"),
    "a file's name": ("passport_scan.pdf", "pass"),
    "the whole word": ("iPhones", "iphones"),
    "where the stem is written otherwise": ("happy", "happ"),
}


@pytest.mark.parametrize("text, asked", BEGINNINGS.values(), ids=BEGINNINGS)
async def test_a_word_is_found_by_its_beginning(store: ManagedStore, text: str, asked: str) -> None:
    await put(store, text, "нечто другое here", "карма hammer")

    assert await search(store, asked) == ["t0"]


async def test_a_beginning_finds_no_word_that_holds_it_elsewhere(store: ManagedStore) -> None:
    await put(store, "кошмар", "smart", "марш")

    assert await search(store, "мар") == ["t2"]
    assert await search(store, "mar") == []


async def test_a_letter_before_other_words_is_a_word_by_itself(store: ManagedStore) -> None:
    await put(store, "в Москве", "весна Москвы")

    assert await search(store, "в моск") == ["t0"]
    assert await search(store, "моск в") == ["t1", "t0"]


async def test_hits_of_a_beginning_come_newest_first_page_by_page(store: ManagedStore) -> None:
    await put(store, "марка", "март", "стол", "марш", "марля", "март")
    found: list[str] = []
    cursor: str | None = None

    while True:
        page = await store.search(THINGS, "мар", limit=2, cursor=cursor)
        found += ids(page.items)
        if (cursor := page.next) is None:
            break

    assert found == ["t5", "t4", "t3", "t1", "t0"]


async def test_a_beginning_is_narrowed_by_indexed_fields(store: ManagedStore) -> None:
    await put(store, "марка", "март")
    await store.commit([Update(THINGS, "t0", {"colour": Colour.BLUE})])

    assert await search(store, "мар", equal={"colour": Colour.BLUE}) == ["t0"]


@pytest.mark.parametrize("asked", ['"белый стол"', "«белый стол»", "“белый стол”", '"Белый  стол"'])
async def test_a_phrase_in_quotes_is_found_as_it_stands(store: ManagedStore, asked: str) -> None:
    await put(store, "вот белый стол здесь", "стол белый", "белые столы", "белый, круглый стол")

    assert await search(store, asked) == ["t0"]


async def test_a_word_in_quotes_is_found_in_this_form_only(store: ManagedStore) -> None:
    await put(store, "мария", "марий", "мариям", "марии", "мар")

    assert await search(store, '"мар"') == ["t4"]
    assert await search(store, '"мария"') == ["t0"]


async def test_a_phrase_and_words_beside_it_must_all_occur(store: ManagedStore) -> None:
    await put(store, "белый стол привезли", "белый стол", "привезли стол белый")

    assert await search(store, '"белый стол" прив') == ["t0"]


async def test_a_quote_without_its_other_half_is_none(store: ManagedStore) -> None:
    await put(store, "стол белый")

    assert await search(store, '"белый сто') == ["t0"]


async def test_a_phrase_reaches_over_no_end_of_a_field(store: ManagedStore) -> None:
    await put(store, f"белый{FIELD_BREAK}стол", "белый\nстол")

    assert await search(store, '"белый стол"') == ["t1"]
    assert await search(store, "белый стол") == ["t1", "t0"]


async def test_pages_of_a_rare_phrase_lead_to_every_one(store: ManagedStore) -> None:
    names = ["стол белый"] * MOST_READ
    things = [Thing(id=f"t{n:05d}", name=name) for n, name in enumerate(["белый стол", *names])]
    await store.commit([Put(THINGS, thing) for thing in things])

    first = await store.search(THINGS, '"белый стол"', limit=2)
    second = await store.search(THINGS, '"белый стол"', limit=2, cursor=first.next)

    assert (ids(first.items), ids(second.items)) == ([], ["t00000"])
    assert first.next is not None
    assert second.next is None
