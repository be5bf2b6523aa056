"""Checks of texts, entities and keyboards, and the entities that Telegram finds by itself."""

import re
from typing import Any, Final

from connectors.telegram.simulator.parameters import Parameters
from connectors.telegram.simulator.refusal import bad
from connectors.telegram.spans import units

MAX_TEXT: Final = 4096
MAX_CAPTION: Final = 1024
_MAX_DATA_BYTES: Final = 64
_MAX_BUTTONS: Final = 100
_TYPES: Final = frozenset(
    {
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
        "text_link",
        "text_mention",
        "custom_emoji",
    }
)
_FOUND: Final = (
    ("url", re.compile(r"https?://[^\s<>\"]+")),
    ("bot_command", re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,64}")),
    ("email", re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+\w")),
    ("mention", re.compile(r"(?<![\w@.])@[A-Za-z]\w{4,31}")),
    ("hashtag", re.compile(r"(?<![\w#])#\w+")),
)


def find_entities(text: str) -> list[dict[str, Any]]:
    """What Telegram marks in a text that nobody formatted."""
    found = [
        {
            "offset": units(text[: match.start()]),
            "length": units(match.group()),
            "type": kind,
        }
        for kind, pattern in _FOUND
        for match in pattern.finditer(text)
    ]
    return sorted(found, key=lambda entity: int(str(entity["offset"])))


def with_text(body: dict[str, Any], text: str, field: str = "text") -> dict[str, Any]:
    """A customer's text in a message, with its entities."""
    if not text:
        return body
    entities = find_entities(text)
    name = "entities" if field == "text" else "caption_entities"
    return body | {field: text} | ({name: entities} if entities else {})


def checked_text(given: Parameters) -> dict[str, Any]:
    """The text of a message. Refuses an empty and a too long one."""
    text = (given.text("text") or "").strip()
    if not text:
        raise bad("message text is empty")
    if units(text) > MAX_TEXT:
        raise bad("message is too long")
    entities = checked_entities(given.json("entities"), given.text("text") or "")
    return {"text": text} | ({"entities": entities} if entities else {})


def checked_caption(text: str | None, entities: Any) -> dict[str, Any]:
    """The caption of a file. Refuses a too long one."""
    if not text:
        return {}
    if units(text) > MAX_CAPTION:
        raise bad("message caption is too long")
    checked = checked_entities(entities, text)
    return {"caption": text} | ({"caption_entities": checked} if checked else {})


def checked_entities(entities: Any, text: str) -> list[dict[str, Any]]:
    """Given entities beside those that Telegram finds. Refuses what lies outside of the text."""
    if entities is None:
        return find_entities(text)
    if not isinstance(entities, list):
        raise bad("can't parse entities: expected an Array of MessageEntity")
    for entity in entities:
        offset, length = entity.get("offset"), entity.get("length")
        if entity.get("type") not in _TYPES:
            raise bad("can't parse entities: unknown entity type")
        if not isinstance(offset, int) or not isinstance(length, int) or offset < 0 or length <= 0:
            raise bad("can't parse entities: wrong offset or length")
        if offset + length > units(text):
            raise bad("can't parse entities: entity is beyond the end of the text")
    return [*entities, *find_entities(text)]


def checked_markup(markup: Any) -> dict[str, Any]:
    """A keyboard. Refuses data of more than 64 bytes."""
    if not isinstance(markup, dict):
        return {}
    rows = markup.get("inline_keyboard")
    if rows is None:
        return {"reply_markup": markup} if "keyboard" in markup else {}
    buttons = [button for row in rows for button in row]
    if len(buttons) > _MAX_BUTTONS:
        raise bad("BUTTONS_TOO_MUCH")
    for button in buttons:
        if not button.get("text"):
            raise bad('can\'t parse inline keyboard button: field "text" is empty')
        data, url = button.get("callback_data"), button.get("url")
        if data is None and url is None:
            raise bad("can't parse inline keyboard button: text buttons are unallowed")
        if data is not None and not 1 <= len(str(data).encode()) <= _MAX_DATA_BYTES:
            raise bad("BUTTON_DATA_INVALID")
        if url is not None and not str(url).startswith(("http://", "https://", "tg://")):
            raise bad("inline keyboard button URL is invalid: unsupported URL protocol")
    return {"reply_markup": {"inline_keyboard": rows}}
