"""Message entities of Telegram as spans. Both count UTF-16 code units."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from connectors.payload import Payload
from shared.ids import ExternalId
from shared.model.content import Span, SpanKind

_KINDS: Mapping[str, SpanKind] = MappingProxyType(
    {
        "bold": SpanKind.BOLD,
        "italic": SpanKind.ITALIC,
        "underline": SpanKind.UNDERLINE,
        "strikethrough": SpanKind.STRIKE,
        "spoiler": SpanKind.SPOILER,
        "code": SpanKind.CODE,
        "pre": SpanKind.PRE,
        "blockquote": SpanKind.QUOTE,
        "expandable_blockquote": SpanKind.QUOTE,
        "text_link": SpanKind.LINK,
        "url": SpanKind.LINK,
        "email": SpanKind.LINK,
        "phone_number": SpanKind.LINK,
        "mention": SpanKind.MENTION,
        "text_mention": SpanKind.MENTION,
        "hashtag": SpanKind.HASHTAG,
        "cashtag": SpanKind.HASHTAG,
        "bot_command": SpanKind.COMMAND,
        "custom_emoji": SpanKind.EMOJI,
    }
)


def units(text: str) -> int:
    """The length of a text in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, start: int, length: int) -> str:
    """A range of a text given in UTF-16 code units; half characters are left out."""
    if text.isascii():
        return text[start : start + length]
    encoded = text.encode("utf-16-le")
    return encoded[2 * start : 2 * (start + length)].decode("utf-16-le", "ignore")


def spans(entities: Iterable[Payload], text: str) -> tuple[Span, ...]:
    """The spans of a text. What lies outside of it is left out, an unknown kind is OTHER."""
    end = units(text)
    found = (_span(entity, text, end) for entity in entities)
    return tuple(span for span in found if span is not None)


def _span(entity: Payload, text: str, end: int) -> Span | None:
    word = entity.text("type")
    start = entity.count("offset")
    length = entity.count("length")
    if word is None or start is None or not length or start + length > end:
        return None
    person = entity.child("user")
    number = person.integer("id") if person is not None else None
    return Span(
        kind=_KINDS.get(word, SpanKind.OTHER),
        start=start,
        length=length,
        url=_url(entity, word, text, start, length),
        user_external_id=ExternalId(str(number)) if number is not None else None,
        language=entity.text("language"),
    )


def _url(entity: Payload, word: str, text: str, start: int, length: int) -> str | None:
    if word == "text_link":
        return entity.text("url")
    if word not in {"url", "email", "phone_number"}:
        return None
    shown = cut(text, start, length)
    if word == "email":
        return f"mailto:{shown}"
    if word == "phone_number":
        return "tel:" + "".join(char for char in shown if char in "+0123456789")
    return shown if "://" in shown else f"https://{shown}"
