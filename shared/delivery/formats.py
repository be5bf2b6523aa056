"""Formatting within what a channel shows (pure)."""

from collections.abc import Collection, Sequence
from itertools import pairwise

from shared.model.channel import Format
from shared.model.content import Span, SpanKind


def keep_formats(
    text: str, spans: Sequence[Span], formats: Collection[Format]
) -> tuple[str, tuple[Span, ...]]:
    """Text and spans as the channel shows them.

    A format that it lacks is dropped; a link hidden behind words is written out after them.
    """
    carried = {format.value for format in formats}
    kept = [span for span in spans if span.kind.value in carried]
    hidden = [
        span
        for span in spans
        if span.kind is SpanKind.LINK and span.kind.value not in carried and span.url
    ]
    if not hidden:
        return text, tuple(kept)
    return _write_out(text, kept, hidden)


def _write_out(
    text: str, kept: Sequence[Span], hidden: Sequence[Span]
) -> tuple[str, tuple[Span, ...]]:
    encoded = text.encode("utf-16-le", "surrogatepass")
    length = len(encoded) // 2
    inserts: list[tuple[int, str]] = []
    for span in sorted(hidden, key=lambda s: s.start + s.length):
        end = min(span.start + span.length, length)
        shown = encoded[2 * span.start : 2 * end].decode("utf-16-le", "replace")
        if span.url and shown.strip() != span.url:
            inserts.append((end, f" ({span.url})"))
    cuts = [0, *(at for at, _ in inserts), length]
    chunks = [
        encoded[2 * first : 2 * last].decode("utf-16-le", "surrogatepass")
        for first, last in pairwise(cuts)
    ]
    written = "".join(
        chunk + insert
        for chunk, insert in zip(chunks, [*(words for _, words in inserts), ""], strict=True)
    )
    return written, tuple(_moved(span, inserts) for span in kept)


def _moved(span: Span, inserts: Sequence[tuple[int, str]]) -> Span:
    end = span.start + span.length
    sizes = [(at, len(words.encode("utf-16-le")) // 2) for at, words in inserts]
    before = sum(size for at, size in sizes if at <= span.start)
    within = sum(size for at, size in sizes if span.start < at < end)
    return span.model_copy(update={"start": span.start + before, "length": span.length + within})
