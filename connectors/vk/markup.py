"""Marks in VK's texts: mentions and links in brackets, and formats beside the text.

VK writes ``[id1|Anna]``, ``[club1|Shop]`` and ``[https://example.com|here]`` into a text, and reads
the same in what we send: what somebody typed must not turn into a mention of a stranger.
"""

import json
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from connectors.vk.payload import Payload
from shared.ids import ExternalId
from shared.model.content import Span, SpanKind

_MARK = re.compile(
    r"\[(?:(?P<person>id|club|public|event)(?P<number>\d{1,18})(?::[^|\]\n]{0,60})?"
    r"|(?P<url>(?:https?://|vk\.(?:com|ru|me|cc)/)[^|\]\s]{1,2000}))\|(?P<shown>[^\]\n]{1,1000})\]"
)
_READ_BY_VK = re.compile(
    r"\[(?!\u200b)(?=[^\[\]|\n]{1,2100}\|[^\]\n]{1,1000}\])"
    r"|(?<!\w)[@*](?=(?:id|club|public|event)\d{1,18}\s?\()"
)
_APART = "\u200b"
"""Zero width space: VK no longer reads the mark, and people see no difference."""
_PERSON = "id"
_KINDS: Mapping[str, SpanKind] = MappingProxyType(
    {
        "bold": SpanKind.BOLD,
        "italic": SpanKind.ITALIC,
        "underline": SpanKind.UNDERLINE,
        "url": SpanKind.LINK,
    }
)
_WORDS: Mapping[SpanKind, str] = MappingProxyType({kind: word for word, kind in _KINDS.items()})
_VERSION = 1


def units(text: str) -> int:
    """The length of a text in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def read(text: str, formats: Payload | None = None) -> tuple[str, tuple[Span, ...]]:
    """A text as people see it, with its spans. ``formats`` is what VK tells beside the text."""
    if "[" not in text and formats is None:
        return text, ()
    shown: list[str] = []
    spans: list[Span] = []
    moved: list[tuple[int, int]] = []
    """(where a mark's words begin in VK's text, how far they have moved to the left)"""
    place = 0
    length = 0
    for found in _MARK.finditer(text):
        before, words = text[place : found.start()], found["shown"]
        shown += (before, words)
        length += units(before)
        spans.append(_marked(found, length, units(words)))
        moved.append(
            (units(text[: found.start("shown")]), units(text[: found.start("shown")]) - length)
        )
        length += units(words)
        place = found.end()
        moved.append((units(text[:place]), units(text[:place]) - length))
    shown.append(text[place:])
    seen = "".join(shown)
    if formats is not None:
        spans += _formatted(formats, moved, units(seen))
    return seen, tuple(spans)


def _marked(found: "re.Match[str]", start: int, length: int) -> Span:
    url = found["url"]
    if url is not None:
        whole = url if "://" in url else f"https://{url}"
        return Span(kind=SpanKind.LINK, start=start, length=length, url=whole)
    sign = "" if found["person"] == _PERSON else "-"
    number = ExternalId(f"{sign}{int(found['number'])}")
    return Span(kind=SpanKind.MENTION, start=start, length=length, user_external_id=number)


def _formatted(formats: Payload, moved: Sequence[tuple[int, int]], end: int) -> list[Span]:
    spans = []
    for item in formats.children("items"):
        start, length = item.integer("offset"), item.integer("length")
        if start is None or length is None or start < 0 or length <= 0:
            continue
        first, last = _shifted(start, moved), _shifted(start + length, moved)
        if not 0 <= first < last <= end:
            continue
        kind = _KINDS.get(item.text("type") or "", SpanKind.OTHER)
        url = item.text("url") if kind is SpanKind.LINK else None
        spans.append(Span(kind=kind, start=first, length=last - first, url=url))
    return spans


def _shifted(place: int, moved: Sequence[tuple[int, int]]) -> int:
    shift = 0
    for start, by in moved:
        if place >= start:
            shift = by
    return place - shift


def escape(text: str, spans: Sequence[Span]) -> tuple[str, tuple[Span, ...]]:
    """A typed text so that VK shows it as it was typed, its spans in their new places."""
    if "[" not in text and "@" not in text and "*" not in text:
        return text, tuple(spans)
    places: list[int] = []
    """After so many units of the old text something was put in."""
    written: list[str] = []
    place = 0
    for found in _READ_BY_VK.finditer(text):
        end = found.start() + 1
        written += (text[place:end], _APART)
        places.append(units(text[:end]))
        place = end
    if not places:
        return text, tuple(spans)
    written.append(text[place:])
    return "".join(written), tuple(_moved(span, places) for span in spans)


def _moved(span: Span, places: Sequence[int]) -> Span:
    start = span.start + sum(1 for place in places if place <= span.start)
    end = span.start + span.length
    last = end + sum(1 for place in places if place < end)
    return span.model_copy(update={"start": start, "length": last - start})


def format_data(spans: Sequence[Span], text: str) -> str | None:
    """The formats as VK takes them beside a text, None for none."""
    end = units(text)
    items: list[dict[str, Any]] = []
    for span in spans:
        word = _WORDS.get(span.kind)
        if word is None or span.start + span.length > end:
            continue
        item: dict[str, Any] = {"type": word, "offset": span.start, "length": span.length}
        if span.kind is SpanKind.LINK:
            if not span.url or not span.url.startswith(("http://", "https://")):
                continue
            item["url"] = span.url
        items.append(item)
    if not items:
        return None
    return json.dumps({"version": _VERSION, "items": items}, ensure_ascii=False)
