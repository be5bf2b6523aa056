"""Checks of what is written: texts, formats, keyboards."""

import json
from typing import Any, Final

from connectors.vk.simulator.parameters import Parameters
from connectors.vk.simulator.refusal import Refusal

MAX_TEXT: Final = 4096
_LABEL: Final = 40
_PAYLOAD: Final = 255
_MESSAGE_PAYLOAD: Final = 1000
_IN_ROW: Final = 5
_INLINE: Final = (6, 10)
_BELOW: Final = (10, 40)
_FORMATS: Final = frozenset({"bold", "italic", "underline", "url"})
_BUTTONS: Final = frozenset({"text", "callback", "open_link", "location", "vkpay", "open_app"})


def checked_text(given: Parameters) -> dict[str, Any]:
    """The text of a message with its formats. Refuses what is too long or does not fit."""
    text = given.text("message")
    if len(text) > MAX_TEXT:
        raise Refusal(914)
    formats = given.json("format_data")
    if formats is None:
        return {"text": text}
    items = formats.get("items") if isinstance(formats, dict) else None
    units = len(text.encode("utf-16-le")) // 2
    for item in items or [{}]:
        place, length = item.get("offset"), item.get("length")
        if item.get("type") not in _FORMATS or not isinstance(place, int):
            raise Refusal(100, "format_data")
        if not isinstance(length, int) or place < 0 or length < 1 or place + length > units:
            raise Refusal(100, "format_data")
    return {"text": text, "format_data": formats}


def checked_payload(given: Parameters) -> dict[str, Any]:
    """What is kept with a message."""
    text = given.text("payload")
    if not text:
        return {}
    given.json("payload")
    if len(text) > _MESSAGE_PAYLOAD:
        raise Refusal(100, "payload is too long")
    return {"payload": text}


def checked_keyboard(given: Parameters) -> dict[str, Any]:
    """The keyboard of a message. Refuses what VK refuses."""
    text = given.text("keyboard")
    if not text:
        return {}
    try:
        keys = json.loads(text)
    except ValueError:
        raise Refusal(911, "not JSON") from None
    rows = keys.get("buttons") if isinstance(keys, dict) else None
    if not isinstance(rows, list):
        raise Refusal(911, "buttons")
    most_rows, most = _INLINE if keys.get("inline") else _BELOW
    if len(rows) > most_rows or sum(len(row) for row in rows) > most:
        raise Refusal(911, "too many buttons")
    for row in rows:
        if not 0 < len(row) <= _IN_ROW:
            raise Refusal(911, "width of a row")
        for button in row:
            _check_button(button)
    return {"keyboard": keys}


def _check_button(button: dict[str, Any]) -> None:
    action = button.get("action") or {}
    kind = action.get("type")
    if kind not in _BUTTONS:
        raise Refusal(911, "type of a button")
    payload = action.get("payload")
    if (
        kind in {"text", "callback", "open_link"}
        and not 0 < len(action.get("label") or "") <= _LABEL
    ):
        raise Refusal(911, "label")
    if kind == "callback" and not payload:
        raise Refusal(911, "payload of a callback button")
    if payload is not None:
        try:
            json.loads(payload)
        except (TypeError, ValueError):
            raise Refusal(911, "payload is not JSON") from None
        if len(payload) > _PAYLOAD:
            raise Refusal(911, "payload is too long")
    if kind == "open_link" and not str(action.get("link") or "").startswith("http"):
        raise Refusal(911, "link")
