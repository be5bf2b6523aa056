"""Splitting a long text into pieces that a channel takes (pure).

A piece ends after a paragraph, a line, a sentence or a word, in that order of preference; hard only
where there is none of these. Never inside a link, a mention, or what is seen as one character. The
pieces joined are the text, and the spans of each piece are cut to it.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shared.delivery.measure import Unit, measure, offsets
from shared.model.content import Span, SpanKind

_BREAKS: Final = (
    re.compile(r"\n[ \t]*\n\s*"),
    re.compile(r"\n\s*"),
    re.compile(r"[.!?…]{1,3}[\"'»”)\]]{0,3}\s+"),
    re.compile(r"\s+"),
)
_URL: Final = re.compile(r"\b[A-Za-z][A-Za-z0-9+.-]{0,15}://\S+|\bwww\.\S+")
_WHOLE: Final = frozenset(
    {
        SpanKind.LINK,
        SpanKind.MENTION,
        SpanKind.HASHTAG,
        SpanKind.COMMAND,
        SpanKind.EMOJI,
    }
)
_JOINER: Final = "\u200d"
_FLAGS: Final = range(0x1F1E6, 0x1F200)
_SKIN_TONES: Final = range(0x1F3FB, 0x1F400)
_TAGS: Final = range(0xE0020, 0xE0080)
_JAMO: Final = range(0x1160, 0x1200)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the text and the spans within it, counted from its start."""

    text: str
    spans: tuple[Span, ...] = ()


def split(text: str, spans: Sequence[Span], *, limit: int, unit: Unit = "utf16") -> list[Piece]:
    """The pieces, none longer than ``limit`` unless a single visible character is.

    Raises ``ValueError`` for a limit below 1.
    """
    if limit < 1:
        raise ValueError(f"a piece needs room: {limit}")
    if measure(text, unit) <= limit:
        return [Piece(text, tuple(spans))]
    sizes = offsets(text, unit)
    utf16 = sizes if unit == "utf16" else offsets(text, "utf16")
    whole = _whole_ranges(text, spans, utf16)
    pieces: list[Piece] = []
    start = 0
    while start < len(text):
        end = _end(text, start, sizes, limit, whole)
        pieces.append(Piece(text[start:end], cut(spans, utf16[start], utf16[end])))
        start = end
    return pieces


def cut(spans: Sequence[Span], start: int, end: int) -> tuple[Span, ...]:
    """The spans within a range of the text, in UTF-16 units, counted from its start."""
    found = []
    for span in spans:
        first, last = max(span.start, start), min(span.start + span.length, end)
        if first < last:
            found.append(span.model_copy(update={"start": first - start, "length": last - first}))
    return tuple(found)


def _end(text: str, start: int, sizes: list[int], limit: int, whole: list[tuple[int, int]]) -> int:
    furthest = bisect_right(sizes, sizes[start] + limit) - 1
    if furthest >= len(text):
        return len(text)
    if furthest <= start:
        return _next_boundary(text, start)
    # A tiny first piece followed by full ones reads badly: prefer breaks in the second half.
    middle = start + (furthest - start) // 2
    for earliest in (middle, start):
        for pattern in _BREAKS:
            end = _last_break(pattern, text, start, earliest, furthest, whole)
            if end is not None:
                return end
    return _hard_end(text, start, furthest, whole)


def _last_break(
    pattern: re.Pattern[str],
    text: str,
    start: int,
    earliest: int,
    furthest: int,
    whole: list[tuple[int, int]],
) -> int | None:
    found = None
    for match in pattern.finditer(text, earliest, furthest):
        end = match.end()
        fits = end > start and is_boundary(text, end) and not _inside(end, whole)
        if fits and text[start:end].strip():
            found = end
    return found


def _hard_end(text: str, start: int, furthest: int, whole: list[tuple[int, int]]) -> int:
    around = _around(furthest, whole)
    # A link goes to the next piece in one, unless it alone is longer than a piece.
    if around is not None and around[0] > start:
        return around[0]
    end = furthest
    while end > start and not is_boundary(text, end):
        end -= 1
    return end if end > start else _next_boundary(text, start)


def _next_boundary(text: str, start: int) -> int:
    end = start + 1
    while end < len(text) and not is_boundary(text, end):
        end += 1
    return end


def is_boundary(text: str, position: int) -> bool:
    """Whether no visible character stands on both sides of the position."""
    if position <= 0 or position >= len(text):
        return True
    before, after = text[position - 1], text[position]
    code = ord(after)
    if _JOINER in (before, after) or unicodedata.category(after) in ("Mn", "Me", "Mc"):
        return False
    if code in _SKIN_TONES or code in _TAGS or code in _JAMO:
        return False
    if before == "\r" and after == "\n":
        return False
    if 0xD800 <= ord(before) < 0xDC00 <= code < 0xE000:  # noqa: PLR2004 - the surrogate ranges
        return False
    return not (code in _FLAGS and _flags_before(text, position) % 2)


def _flags_before(text: str, position: int) -> int:
    count = 0
    while position > 0 and ord(text[position - 1]) in _FLAGS:
        position -= 1
        count += 1
    return count


def _whole_ranges(text: str, spans: Sequence[Span], utf16: list[int]) -> list[tuple[int, int]]:
    """Ranges of characters that stay in one piece, in order of their start."""
    ranges = [match.span() for match in _URL.finditer(text)]
    for span in spans:
        if span.kind in _WHOLE:
            first = bisect_left(utf16, span.start)
            ranges.append((first, bisect_left(utf16, span.start + span.length)))
    return sorted(ranges)


def _around(position: int, whole: list[tuple[int, int]]) -> tuple[int, int] | None:
    return next((r for r in whole if r[0] < position < r[1]), None)


def _inside(position: int, whole: list[tuple[int, int]]) -> bool:
    return _around(position, whole) is not None
