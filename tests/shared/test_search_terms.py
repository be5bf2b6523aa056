"""What a search looks for, and where it stands in a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.search_terms import SearchTerms, terms
from shared.stems import Stemmer

STEMMER = Stemmer()


def marked(asked: str, text: str) -> list[str]:
    """The pieces of a text that a search marks."""
    places = SearchTerms.of(STEMMER, asked).places(STEMMER, text)
    return [text[first:last] for first, last in places]


def test_a_text_is_known_by_the_stems_of_its_words_and_the_words() -> None:
    assert terms(STEMMER, "Мария пишет, Мария ждёт 15") == [
        *("мар", "пишет", "ждет", "15"),
        "мария",
    ]


@pytest.mark.parametrize(
    "asked, text, expected",
    [
        ("mar", "Maria and Mark, smart", ["Mar", "Mar"]),
        ("фёд", "Федор, Фёдоров", ["Фед", "Фёд"]),
        ("заказ", "Мои заказы", ["заказы"]),
        ("kett blue", "the blue kettle", ["blue", "kett"]),
        ("м марш", "маршал, марка", ["марш"]),
        ('"белый стол"', "стол, белый  стол", ["белый  стол"]),
        ('"белый стол" стол', "стол, белый стол", ["стол", "белый стол"]),
        ("", "стол", []),
    ],
)
def test_what_was_looked_for_is_marked(asked: str, text: str, expected: list[str]) -> None:
    assert marked(asked, text) == expected


def test_no_mark_is_longer_than_its_word() -> None:
    assert marked("İ", "İ s") == ["İ"]


@given(st.text(max_size=60), st.text(max_size=200))
def test_marks_stand_one_after_another_within_the_text(asked: str, text: str) -> None:
    places = SearchTerms.of(STEMMER, asked).places(STEMMER, text)

    ends = [0, *(last for _, last in places)]
    assert all(end <= first < last for end, (first, last) in zip(ends, places, strict=False))
    assert ends[-1] <= len(text)


@given(st.lists(st.sampled_from(["стол", "столы", "бел", "a", "b"]), min_size=1, max_size=8))
def test_a_text_holds_its_own_words_as_a_phrase(words: list[str]) -> None:
    asked = SearchTerms.of(STEMMER, f'"{" ".join(words)}"')

    assert asked.has_phrases(f"so: {', '.join(words)}!")
