"""What a customer's phone shows."""

import base64
from datetime import UTC, datetime
from typing import Any

from connectors.vk.reactions import emoji_of
from connectors.vk.simulator.shelf import Shelf
from connectors.vk.simulator.world import Conversation, Shown

_PREVIEW_BYTES = 1024 * 1024
_SCREEN_BYTES = 4 * 1024 * 1024
_FILES = frozenset({"photo", "doc", "audio_message", "graffiti", "sticker"})


def screen(conversation: Conversation | None, shelf: Shelf) -> list[dict[str, Any]]:
    """The conversation, oldest first; the latest small files with their bytes."""
    lines: list[dict[str, Any]] = []
    room = _SCREEN_BYTES
    if conversation is None:
        return lines
    for shown in reversed(conversation.messages):
        attachments = _attachments(shown.message, shelf, room)
        room -= sum(len(item.get("data_base64", "")) for item in attachments)
        lines.append(_line(shown, attachments, conversation.read_by_us))
    return lines[::-1]


def _line(shown: Shown, attachments: list[dict[str, Any]], read: int) -> dict[str, Any]:
    message = shown.message
    at = datetime.fromtimestamp(message["date"], UTC)
    line: dict[str, Any] = {
        "id": str(shown.cmid),
        "from": "customer" if shown.mine else "hub",
        "text": message["text"],
        "at": at.isoformat(),
    }
    formats = message.get("format_data") or {}
    more = {
        "attachments": attachments,
        "buttons": _buttons(message),
        "spans": formats.get("items"),
        "edited": shown.edited,
        "reactions": [emoji_of(number) for number in shown.reactions.values()],
        "reply_to": _reply(message),
        "delivery": "read" if shown.mine and shown.cmid <= read else None,
        "blocks": _blocks(message),
    }
    return line | {name: value for name, value in more.items() if value}


def _attachments(message: dict[str, Any], shelf: Shelf, room: int) -> list[dict[str, Any]]:
    found = []
    for item in message["attachments"]:
        kind = item["type"]
        if kind not in _FILES:
            continue
        about: dict[str, Any] = {"kind": kind}
        inner = item[kind]
        file = shelf.get(inner.get("id") or inner.get("sticker_id"))
        if file is not None:
            about |= {"name": file.name, "mime": file.mime, "size_bytes": len(file.data)}
            if len(file.data) <= min(_PREVIEW_BYTES, room):
                about["data_base64"] = base64.b64encode(file.data).decode()
                room -= len(about["data_base64"])
        found.append(about)
    return found


def _blocks(message: dict[str, Any]) -> dict[str, Any]:
    found = {
        item["type"]: item[item["type"]]
        for item in message["attachments"]
        if item["type"] not in _FILES
    }
    if "geo" in message:
        found["location"] = message["geo"]["coordinates"]
    if message["fwd_messages"]:
        found["forwarded"] = [inner["text"] for inner in message["fwd_messages"]]
    return found


def _buttons(message: dict[str, Any]) -> list[list[dict[str, Any]]]:
    rows = (message.get("keyboard") or {}).get("buttons") or []
    return [
        [
            {
                "label": button["action"].get("label", ""),
                "value": button["action"].get("payload"),
                "url": button["action"].get("link"),
            }
            for button in row
        ]
        for row in rows
    ]


def _reply(message: dict[str, Any]) -> dict[str, Any] | None:
    answered = message.get("reply_message")
    if answered is None:
        return None
    return {"id": str(answered["conversation_message_id"]), "text": answered["text"]}
