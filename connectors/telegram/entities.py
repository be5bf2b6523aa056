"""Spans as message entities of Telegram. Both count UTF-16 code units."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from aiogram.enums import MessageEntityType
from aiogram.types import MessageEntity, User

from connectors.telegram.spans import cut, units
from shared.model.content import Span, SpanKind

_KINDS: Mapping[SpanKind, MessageEntityType] = MappingProxyType(
    {
        SpanKind.BOLD: MessageEntityType.BOLD,
        SpanKind.ITALIC: MessageEntityType.ITALIC,
        SpanKind.UNDERLINE: MessageEntityType.UNDERLINE,
        SpanKind.STRIKE: MessageEntityType.STRIKETHROUGH,
        SpanKind.SPOILER: MessageEntityType.SPOILER,
        SpanKind.CODE: MessageEntityType.CODE,
        SpanKind.PRE: MessageEntityType.PRE,
        SpanKind.QUOTE: MessageEntityType.BLOCKQUOTE,
    }
)


def entities(spans: Iterable[Span], text: str) -> list[MessageEntity] | None:
    """The entities of a text, None for none.

    Mentions by name, hashtags, commands and bare addresses are found by Telegram itself.
    """
    end = units(text)
    found = (_entity(span, text) for span in spans if span.start + span.length <= end)
    return [entity for entity in found if entity is not None] or None


def _entity(span: Span, text: str) -> MessageEntity | None:
    kind = _KINDS.get(span.kind)
    if kind is not None:
        language = span.language if span.kind is SpanKind.PRE else None
        return MessageEntity(
            type=kind.value, offset=span.start, length=span.length, language=language
        )
    if span.kind is SpanKind.LINK and span.url and span.url != cut(text, span.start, span.length):
        return MessageEntity(
            type=MessageEntityType.TEXT_LINK.value,
            offset=span.start,
            length=span.length,
            url=span.url,
        )
    number = span.user_external_id or ""
    if span.kind is SpanKind.MENTION and number.isascii() and number.isdigit():
        person = User(id=int(number), is_bot=False, first_name="")
        return MessageEntity(
            type=MessageEntityType.TEXT_MENTION.value,
            offset=span.start,
            length=span.length,
            user=person,
        )
    return None
