"""Formatting within what a channel shows (pure)."""

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import Final

from shared.model.channel import Format
from shared.model.content import Span, SpanKind

_SCHEMES: Final = ("https://", "http://", "mailto:", "tel:")
_QUOTED: Final = "> "


def keep_formats(
    text: str, spans: Sequence[Span], formats: Collection[Format]
) -> tuple[str, tuple[Span, ...]]:
    """Text and spans as the channel shows them.

    A format that it lacks is dropped; a link hidden behind words is written out after them, and
    quoted lines are marked as in a mail.
    """
    carried = {format.value for format in formats}
    kept = [span for span in spans if span.kind.value in carried]
    lost = [span for span in spans if span.kind.value not in carried]
    encoded = text.encode("utf-16-le", "surrogatepass")
    inserts = sorted(_inserts(encoded, lost), key=lambda insert: insert[0])
    if not inserts:
        return text, tuple(kept)
    return _written(encoded, inserts), tuple(_moved(span, inserts) for span in kept)


def _inserts(encoded: bytes, lost: Sequence[Span]) -> Iterator[tuple[int, str]]:
    """What is to be written in, and where, in UTF-16 units; at one place links come first."""
    length = len(encoded) // 2
    for span in lost:
        end = min(span.start + span.length, length)
        shown = encoded[2 * span.start : 2 * end].decode("utf-16-le", "replace")
        if span.kind is SpanKind.LINK and span.url and not _says(shown, span.url):
            yield end, f" ({span.url})"
    quoted: set[int] = set()
    for span in lost:
        if span.kind is SpanKind.QUOTE:
            quoted.update(_line_starts(encoded, span.start, min(span.start + span.length, length)))
    for at in sorted(quoted):
        yield at, _QUOTED


def _says(shown: str, url: str) -> bool:
    """Whether the words are the address already, with or without its scheme."""
    return _address(shown) == _address(url)


def _address(text: str) -> str:
    text = text.strip()
    for scheme in _SCHEMES:
        text = text.removeprefix(scheme)
    return text.rstrip("/")


def _line_starts(encoded: bytes, start: int, end: int) -> Iterator[int]:
    newline = "\n".encode("utf-16-le")
    for at in range(start, end):
        if at == 0 or encoded[2 * (at - 1) : 2 * at] == newline:
            yield at


def _written(encoded: bytes, inserts: Sequence[tuple[int, str]]) -> str:
    cuts = [0, *(at for at, _ in inserts), len(encoded) // 2]
    chunks = [
        encoded[2 * first : 2 * last].decode("utf-16-le", "surrogatepass")
        for first, last in pairwise(cuts)
    ]
    words = [*(words for _, words in inserts), ""]
    return "".join(chunk + insert for chunk, insert in zip(chunks, words, strict=True))


def _moved(span: Span, inserts: Sequence[tuple[int, str]]) -> Span:
    end = span.start + span.length
    sizes = [(at, len(words.encode("utf-16-le")) // 2) for at, words in inserts]
    before = sum(size for at, size in sizes if at <= span.start)
    within = sum(size for at, size in sizes if span.start < at < end)
    return span.model_copy(update={"start": span.start + before, "length": span.length + within})
