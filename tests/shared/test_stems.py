"""Words and their stems."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.stems import Stemmer

STEMMER = Stemmer()


@pytest.mark.parametrize(
    "text, expected",
    [
        ("Заказы заказа", ["заказ"]),
        ("Ещё еще", ["ещ"]),
        ("Orders ordering", ["order"]),
        ("№ 12-345", ["12", "345"]),
        ("a_b", ["a", "b"]),
        ("", []),
        ("«…»", []),
    ],
)
def test_a_text_becomes_its_stems_each_once(text: str, expected: list[str]) -> None:
    assert STEMMER.stems(text) == expected


def test_a_very_long_text_is_known_by_its_beginning() -> None:
    assert len(STEMMER.stems("word " * 10_000 + "end")) == 1


@given(st.text())
def test_stems_are_single_lower_case_words(text: str) -> None:
    stems = STEMMER.stems(text)

    assert all(
        stem and not any(letter.isspace() or letter in '"_' for letter in stem) for stem in stems
    )
    assert len(stems) == len(set(stems))


@given(
    st.text(alphabet="абвгдеёжзийклмнопрстуфхцчшщъыьэюя abcdefghijklmnopqrstuvwxyz", max_size=60)
)
def test_case_makes_no_difference(text: str) -> None:
    assert STEMMER.stems(text.upper()) == STEMMER.stems(text)
