"""What Meta refuses of a message before it takes it, and what it refuses later."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from connectors.whatsapp.simulator.refusal import Refusal
from connectors.whatsapp.simulator.shelf import Shelf, ShelfFile

_TEXT: Final = 4096
_CAPTION: Final = 1024
_BUTTONS: Final = 3
_TITLE: Final = 20
_ID: Final = 256
_ROWS: Final = 10
_ROW_TITLE: Final = 24
_ROW_ID: Final = 200
_TAG: Final = 512
_MIB: Final = 1024 * 1024
MEDIA: Final = ("image", "video", "audio", "document", "sticker")
_LATER: Final[Mapping[str, tuple[frozenset[str], int]]] = MappingProxyType(
    {
        "image": (frozenset({"image/jpeg", "image/png"}), 5 * _MIB),
        "video": (frozenset({"video/mp4", "video/3gpp"}), 16 * _MIB),
        "audio": (
            frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}),
            16 * _MIB,
        ),
        "sticker": (frozenset({"image/webp"}), 500 * 1024),
    }
)
"""What the upload takes, and the delivery does not."""


def required(body: Mapping[str, Any], *path: str) -> Any:
    """A field that a message must have. Raises ``Refusal``."""
    value: Any = body
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    if value in (None, "", [], {}):
        raise Refusal(100, f"The parameter {'.'.join(path)} is required.")
    return value


def check(body: Mapping[str, Any], shelf: Shelf) -> None:
    """Raises ``Refusal`` for what is no message."""
    if body.get("messaging_product") != "whatsapp":
        raise Refusal(100, "The parameter messaging_product is required.")
    if len(str(body.get("biz_opaque_callback_data") or "")) > _TAG:
        raise Refusal(100, "Param biz_opaque_callback_data must be at most 512 characters long.")
    word = str(body.get("type") or "text")
    if word == "text":
        _at_most(str(required(body, "text", "body")), _TEXT, "text['body']")
    elif word in MEDIA:
        _media(body, word, shelf)
    elif word == "interactive":
        _interactive(required(body, "interactive"))
    elif word == "location":
        required(body, "location", "latitude")
    elif word == "contacts":
        required(body, "contacts")
    elif word == "reaction":
        required(body, "reaction", "message_id")
    elif word != "template":
        raise Refusal(131051, "Unsupported message type")


def later(body: Mapping[str, Any], shelf: Shelf) -> Refusal | None:
    """What is wrong with a message that was taken: told by a status."""
    word = str(body.get("type") or "text")
    limits = _LATER.get(word)
    file = shelf.find(str(body.get(word, {}).get("id") or "")) if limits else None
    if limits is None or file is None:
        return None
    mimes, most = limits
    if file.mime.partition(";")[0] not in mimes or len(file.data) > most:
        return Refusal(131053, f"Unsupported file: {file.mime}")
    return None


def file_of(body: Mapping[str, Any], shelf: Shelf) -> ShelfFile | None:
    """The file of a message, of its header or of its template."""
    for word in MEDIA:
        if word in body:
            return shelf.find(str(body[word].get("id") or ""))
    header = body.get("interactive", {}).get("header") or {}
    for word in MEDIA:
        if word in header:
            return shelf.find(str(header[word].get("id") or ""))
    return None


def _media(body: Mapping[str, Any], word: str, shelf: Shelf) -> None:
    given = required(body, word)
    if "link" not in given:
        shelf.get(str(required(body, word, "id")))
    if "caption" in given:
        if word in {"audio", "sticker"}:
            raise Refusal(100, f'Unexpected key "caption" on param "{word}".')
        _at_most(str(given["caption"]), _CAPTION, f"{word}['caption']")


def _interactive(given: Mapping[str, Any]) -> None:
    kind = required(given, "type")
    text = str(required(given, "body", "text"))
    if kind == "button":
        _at_most(text, _CAPTION, "interactive['body']['text']")
        buttons = [button.get("reply") or {} for button in required(given, "action", "buttons")]
        if len(buttons) > _BUTTONS:
            raise Refusal(131009, "Invalid buttons count. Min allowed buttons: 1, max: 3")
        _named(buttons, _TITLE, _ID, "button")
    elif kind == "list":
        _at_most(text, _TEXT, "interactive['body']['text']")
        _at_most(
            str(required(given, "action", "button")), _TITLE, "interactive['action']['button']"
        )
        rows = [row for section in required(given, "action", "sections") for row in section["rows"]]
        if len(rows) > _ROWS:
            raise Refusal(131009, "Total row count exceed max allowed count: 10")
        _named(rows, _ROW_TITLE, _ROW_ID, "row")
    elif kind == "cta_url":
        _at_most(text, _CAPTION, "interactive['body']['text']")
        shown = str(required(given, "action", "parameters", "display_text"))
        _at_most(shown, _TITLE, "interactive['action']['parameters']['display_text']")
        if not str(required(given, "action", "parameters", "url")).startswith("http"):
            raise Refusal(131009, "The url is not valid")
    else:
        raise Refusal(131009, f"Interactive type {kind} is not supported")


def _named(items: list[Mapping[str, Any]], title: int, id: int, what: str) -> None:
    for item in items:
        if not item.get("title") or not item.get("id"):
            raise Refusal(131009, f"A {what} needs a title and an id")
        if len(str(item["title"])) > title or len(str(item["id"])) > id:
            raise Refusal(
                131009, f"The {what}'s title or id is too long. Max length: {title}, {id}"
            )
    for name in ("title", "id") if what == "button" else ("id",):
        if len({item[name] for item in items}) != len(items):
            raise Refusal(131009, f"Duplicated {what} {name}")


def _at_most(text: str, limit: int, name: str) -> None:
    if len(text) > limit:
        raise Refusal(100, f"Param {name} must be at most {limit} characters long.")
