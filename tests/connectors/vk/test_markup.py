"""Mentions, links and formats in VK's texts, read and written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.vk.markup import escape, format_data, read, units
from connectors.vk.payload import Payload
from shared.model.content import Span, SpanKind


def _cut(text: str, span: Span) -> str:
    encoded = text.encode("utf-16-le")
    return encoded[2 * span.start : 2 * (span.start + span.length)].decode("utf-16-le")


@pytest.mark.parametrize(
    "text, shown, kind, who",
    [
        ("[id1|Pavel]", "Pavel", SpanKind.MENTION, "1"),
        ("[club22|Shop]", "Shop", SpanKind.MENTION, "-22"),
        ("[public22|Shop]", "Shop", SpanKind.MENTION, "-22"),
        ("[id1:bp-22_5|Pavel]", "Pavel", SpanKind.MENTION, "1"),
        ("[https://a.example/?b=[1|here]", "here", SpanKind.LINK, None),
        ("[vk.com/shop|the shop]", "the shop", SpanKind.LINK, None),
    ],
)
def test_a_mark_becomes_a_span(text: str, shown: str, kind: SpanKind, who: str | None) -> None:
    seen, spans = read(f"👍 {text}, hi")

    assert seen == f"👍 {shown}, hi"
    assert (_cut(seen, spans[0]), spans[0].kind, spans[0].user_external_id) == (shown, kind, who)


@pytest.mark.parametrize("text", ["[x]", "[id|x]", "[idx|y]", "[id1|]", "[|x]", "[javascript:1|x]"])
def test_what_is_no_mark_stays_text(text: str) -> None:
    assert read(text) == (text, ())


def test_formats_move_with_the_marks_before_them() -> None:
    text = "[id1|Pavel]: bold"
    formats = {"items": [{"type": "bold", "offset": 13, "length": 4}]}

    seen, spans = read(text, Payload(formats))

    assert [_cut(seen, span) for span in spans] == ["Pavel", "bold"]


@pytest.mark.parametrize(
    "typed",
    [
        "[id1|Pavel]",
        "[club1|x]",
        "[https://a.example|x]",
        "@id1 (Pavel)",
        "*club1 (Shop)",
        "*id1(Pavel)",
        "[[id1|x]",
        "[anything|x]",
    ],
)
def test_what_vk_would_read_is_taken_apart(typed: str) -> None:
    written, _ = escape(f"see {typed}", ())

    assert written != f"see {typed}"
    assert written.replace("\u200b", "") == f"see {typed}"
    assert read(written)[1] == ()


@pytest.mark.parametrize("typed", ["[x]", "a[0]", "2*3", "me@id.example", "*bold*", "@anna hi"])
def test_what_vk_would_not_read_is_left_alone(typed: str) -> None:
    assert escape(typed, ()) == (typed, ())


@given(st.text(alphabet="[]|@*()id1 x👍\n", max_size=40))
def test_no_typed_text_becomes_a_mention(typed: str) -> None:
    written, _ = escape(typed, ())

    assert read(written) == (written, ())
    assert escape(written, ())[0] == written


@given(st.text(alphabet="[]|id1x👍 ", max_size=30), st.integers(0, 30), st.integers(1, 30))
def test_a_span_covers_the_same_words_after_the_escape(typed: str, start: int, length: int) -> None:
    end = units(typed)
    if start + length > end:
        return
    span = Span(kind=SpanKind.BOLD, start=start, length=length)
    try:
        words = _cut(typed, span)
    except UnicodeDecodeError:
        return  # through the middle of an emoji

    written, moved = escape(typed, (span,))

    assert _cut(written, moved[0]).replace("\u200b", "") == words


def test_formats_are_written_as_vk_takes_them() -> None:
    spans = (
        Span(kind=SpanKind.BOLD, start=0, length=4),
        Span(kind=SpanKind.LINK, start=5, length=4, url="https://a.example"),
        Span(kind=SpanKind.LINK, start=5, length=4, url="javascript:alert(1)"),
        Span(kind=SpanKind.SPOILER, start=0, length=1),
    )

    written = json.loads(format_data(spans, "bold link") or "")

    assert written["items"] == [
        {"type": "bold", "offset": 0, "length": 4},
        {"type": "url", "offset": 5, "length": 4, "url": "https://a.example"},
    ]
    assert format_data((), "text") is None
