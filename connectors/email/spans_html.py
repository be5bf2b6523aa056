"""HTML from a text with formatted ranges, for programs that show it. Pure."""

import html
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from shared.model.content import Span, SpanKind

_TAGS: Final = {
    SpanKind.BOLD: "b",
    SpanKind.ITALIC: "i",
    SpanKind.UNDERLINE: "u",
    SpanKind.STRIKE: "s",
    SpanKind.CODE: "code",
    SpanKind.PRE: "pre",
    SpanKind.QUOTE: "blockquote",
}
_SAFE: Final = ("http://", "https://", "mailto:", "tel:")


def html_of(text: str, spans: Sequence[Span]) -> str:
    """The text as HTML. Ranges that overlap are closed and opened again; nothing is trusted."""
    units = text.encode("utf-16-le", "replace")
    length = len(units) // 2
    cuts = {0, length}
    for span in spans:
        cuts |= {min(span.start, length), min(span.start + span.length, length)}
    ordered = sorted(cuts)
    pieces = []
    for start, end in pairwise(ordered):
        shown = units[2 * start : 2 * end].decode("utf-16-le", "replace")
        over = [one for one in spans if one.start <= start and one.start + one.length >= end]
        opening = [_tag(one) for one in over]
        tags = [tag for tag in opening if tag is not None]
        inner = html.escape(shown, quote=False).replace("\n", "<br>\n")
        before = "".join(f"<{tag}>" for tag in tags)
        behind = "".join(f"</{tag.split(' ')[0]}>" for tag in reversed(tags))
        pieces.append(f"{before}{inner}{behind}")
    return "".join(pieces)


def _tag(span: Span) -> str | None:
    if span.kind is SpanKind.LINK and span.url and span.url.lower().startswith(_SAFE):
        return f'a href="{html.escape(span.url)}"'
    return _TAGS.get(span.kind)
