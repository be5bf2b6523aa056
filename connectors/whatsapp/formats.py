"""Formatted text in WhatsApp's way: signs around the words. There is no escaping of such signs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from shared.delivery.measure import measure
from shared.model.content import Span, SpanKind

_SIGNS: Final[Mapping[SpanKind, str]] = MappingProxyType(
    {
        SpanKind.BOLD: "*",
        SpanKind.ITALIC: "_",
        SpanKind.STRIKE: "~",
        SpanKind.CODE: "```",
        SpanKind.PRE: "```",
    }
)
_MONO: Final = "```"


@dataclass(frozen=True, slots=True, order=True)
class _Range:
    """Characters under one sign."""

    start: int
    end: int
    sign: str


def marked(text: str, spans: Sequence[Span], *, limit: int) -> str:
    """The text with its signs; without them where it would grow beyond ``limit`` UTF-16 units."""
    ranges = _ranges(text, spans)
    if not ranges:
        return text
    written = _written(text, ranges)
    return written if measure(written, "utf16") <= limit else text


def _ranges(text: str, spans: Sequence[Span]) -> list[_Range]:
    """The ranges in characters: within a line, without blanks at the ends, properly nested."""
    at = _character_at(text)
    found: list[_Range] = []
    for span in spans:
        sign = _SIGNS.get(span.kind)
        if sign is None or span.start + span.length >= len(at):
            continue
        start, end = at[span.start], at[span.start + span.length]
        found += (
            _lines(text, start, end, sign) if sign != _MONO else _trimmed(text, start, end, sign)
        )
    return _nested(found)


def _character_at(text: str) -> list[int]:
    """The character that stands at each UTF-16 unit, and the end."""
    at: list[int] = []
    for number, character in enumerate(text):
        at += [number] * measure(character, "utf16")
    return [*at, len(text)]


def _lines(text: str, start: int, end: int, sign: str) -> list[_Range]:
    """Signs hold for one line each."""
    found: list[_Range] = []
    for line in text[start:end].splitlines(keepends=True):
        found += _trimmed(text, start, start + len(line), sign)
        start += len(line)
    return found


def _trimmed(text: str, start: int, end: int, sign: str) -> list[_Range]:
    """A sign beside a blank is none."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return [_Range(start, end, sign)] if start < end else []


def _nested(found: list[_Range]) -> list[_Range]:
    """Without what crosses another range, repeats it or stands within monospace."""
    kept: list[_Range] = []
    for one in sorted(set(found), key=lambda r: (r.start, -r.end, r.sign != _MONO, r.sign)):
        if all(_apart(one, other) or _within(one, other) for other in kept):
            kept.append(one)
    return kept


def _apart(one: _Range, other: _Range) -> bool:
    return one.start >= other.end or one.end <= other.start


def _within(one: _Range, other: _Range) -> bool:
    inside = other.start <= one.start and one.end <= other.end
    return inside and other.sign not in (one.sign, _MONO)


def _written(text: str, ranges: Sequence[_Range]) -> str:
    opens: dict[int, str] = {}
    closes: dict[int, str] = {}
    for one in ranges:  # outer ones first
        opens[one.start] = opens.get(one.start, "") + one.sign
        closes[one.end] = one.sign + closes.get(one.end, "")
    pieces: list[str] = []
    for number, character in enumerate(text):
        pieces += (closes.get(number, ""), opens.get(number, ""), character)
    pieces.append(closes.get(len(text), ""))
    return "".join(pieces)
