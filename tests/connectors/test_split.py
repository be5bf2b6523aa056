"""Splitting long texts: nothing lost, nothing broken apart, every piece within the limit."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.delivery.announce import language_of
from shared.delivery.measure import Unit, measure
from shared.delivery.split import is_boundary, split
from shared.model.content import Span, SpanKind

FAMILY = "👨‍👩‍👧‍👦"
UNITS: tuple[Unit, ...] = ("utf16", "characters", "bytes")

texts = st.text(
    alphabet=st.one_of(
        st.sampled_from([*"ab \n.!?яё", "😀", "\u200d", "\u0301", "🏽", "🇷", "🇺"]),
        st.characters(),
    ),
    max_size=300,
)
units = st.sampled_from(UNITS)


@given(text=texts, limit=st.integers(8, 60), unit=units)
def test_the_pieces_joined_are_the_text(text: str, limit: int, unit: Unit) -> None:
    pieces = split(text, (), limit=limit, unit=unit)

    assert "".join(piece.text for piece in pieces) == text


@given(text=texts, limit=st.integers(8, 60), unit=units)
def test_a_piece_is_longer_than_the_limit_only_for_one_visible_character(
    text: str, limit: int, unit: Unit
) -> None:
    pieces = split(text, (), limit=limit, unit=unit)

    too_long = [piece.text for piece in pieces if measure(piece.text, unit) > limit]
    assert not [p for p in too_long if any(is_boundary(p, n) for n in range(1, len(p)))]


@given(text=texts, limit=st.integers(8, 60))
def test_no_piece_ends_within_a_visible_character(text: str, limit: int) -> None:
    pieces = split(text, (), limit=limit)

    position = 0
    for piece, _ in pairwise(pieces):
        position += len(piece.text)
        assert is_boundary(text, position)


@given(
    words=st.lists(st.text(alphabet="abcя", min_size=1, max_size=9), min_size=1, max_size=60),
    limit=st.integers(30, 60),
    start=st.integers(0, 200),
    length=st.integers(1, 200),
)
def test_spans_cover_the_same_characters_before_and_after(
    words: list[str], limit: int, start: int, length: int
) -> None:
    text = " ".join(words)
    span = Span(kind=SpanKind.BOLD, start=start, length=length)

    pieces = split(text, (span,), limit=limit)

    covered = "".join(
        piece.text[s.start : s.start + s.length] for piece in pieces for s in piece.spans
    )
    assert covered == text[start : start + length]


@pytest.mark.parametrize(
    "text,first",
    [
        ("one two three.\n\nfour five six seven", "one two three.\n\n"),
        ("one two three\nfour five six seven", "one two three\n"),
        ("one two three. four five six seven", "one two three. "),
        ("one two three four five six seven", "one two three four "),
        ("x" * 40, "x" * 20),
    ],
    ids=["paragraph", "line", "sentence", "word", "hard"],
)
def test_a_piece_ends_where_a_reader_would_pause(text: str, first: str) -> None:
    assert split(text, (), limit=20)[0].text == first


def test_an_address_is_never_broken() -> None:
    text = "see https://example.com/a/long/path now"

    pieces = [piece.text for piece in split(text, (), limit=34)]

    assert pieces == ["see ", "https://example.com/a/long/path ", "now"] or pieces[0] == "see "
    assert any("https://example.com/a/long/path" in piece for piece in pieces)


def test_an_address_longer_than_a_piece_is_cut_all_the_same() -> None:
    text = "https://example.com/" + "x" * 100

    pieces = split(text, (), limit=50)

    assert "".join(piece.text for piece in pieces) == text
    assert all(len(piece.text) <= 50 for piece in pieces)


def test_a_hidden_link_stays_in_one_piece() -> None:
    text = "go to our beautiful shop today"
    link = Span(kind=SpanKind.LINK, start=6, length=18, url="https://example.com")

    pieces = split(text, (link,), limit=22)

    with_link = [piece for piece in pieces if piece.spans]
    assert [
        piece.text[s.start : s.start + s.length] for piece in with_link for s in piece.spans
    ] == ["our beautiful shop"]


def test_a_family_is_one_character() -> None:
    text = FAMILY * 5

    pieces = split(text, (), limit=12)

    assert [piece.text for piece in pieces] == [FAMILY] * 5


def test_a_flag_is_not_torn() -> None:
    pieces = split("🇷🇺🇩🇪🇫🇷", (), limit=6)

    assert [piece.text for piece in pieces] == ["🇷🇺", "🇩🇪", "🇫🇷"]


def test_a_hundred_thousand_dots_are_split_at_once() -> None:
    pieces = split("." * 100_000, (), limit=4096)

    assert len(pieces) == 25


@pytest.mark.parametrize(
    "text,told,language",
    [
        ("Здравствуйте, order 15", None, "ru"),
        ("Hello, Анна", None, "en"),
        ("Hello", "ru-RU", "ru"),
        ("Привет", "de", "en"),
        ("12345", None, "en"),
    ],
)
def test_the_language_is_the_conversations_or_that_of_the_script(
    text: str, told: str | None, language: str
) -> None:
    assert language_of(text, told) == language
