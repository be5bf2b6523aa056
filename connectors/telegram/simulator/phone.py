"""What a customer's phone shows."""

import base64
from datetime import UTC, datetime
from typing import Any

from connectors.telegram.simulator.attachments import file_id_in
from connectors.telegram.simulator.rooms import RoomKind
from connectors.telegram.simulator.shelf import Shelf
from connectors.telegram.simulator.world import Person, Shown

_PREVIEW_BYTES = 1024 * 1024
_SCREEN_BYTES = 4 * 1024 * 1024
SERVICES = (
    "forum_topic_created",
    "new_chat_members",
    "left_chat_member",
    "new_chat_title",
    "pinned_message",
    "migrate_to_chat_id",
    "migrate_from_chat_id",
)
"""What stands in a chat without anybody having written it."""
_BLOCKS = ("location", "venue", "contact", "poll", "dice")


def screen(person: Person | None, shelf: Shelf) -> list[dict[str, Any]]:
    """The chat, oldest first; the latest small files with their bytes."""
    lines: list[dict[str, Any]] = []
    room = _SCREEN_BYTES
    for shown in reversed(person.messages if person is not None else ()):
        if person is None or not person.sees(shown):
            continue
        attachments = _attachments(shown.message, shelf, room)
        room -= sum(len(item.get("data_base64", "")) for item in attachments)
        lines.append(_line(shown, attachments) | _author(person, shown))
    return lines[::-1]


def _line(shown: Shown, attachments: list[dict[str, Any]]) -> dict[str, Any]:
    message = shown.message
    at = datetime.fromtimestamp(message["date"], UTC)
    line: dict[str, Any] = {
        "id": str(shown.id),
        "from": "customer" if shown.mine else "hub",
        "text": message.get("text") or message.get("caption") or "",
        "at": at.isoformat(),
    }
    more = {
        "attachments": attachments,
        "buttons": _buttons(message),
        "spans": message.get("entities") or message.get("caption_entities"),
        "edited": shown.edited,
        "reactions": [*shown.reactions, *shown.hub_reactions],
        "reply_to": _reply(message),
        "group": message.get("media_group_id"),
        "read": shown.read,
        "service": next((name for name in SERVICES if name in message), None),
        "blocks": {name: message[name] for name in _BLOCKS if name in message},
    }
    return line | {name: value for name, value in more.items() if value}


def _author(person: Person, shown: Shown) -> dict[str, Any]:
    """Who wrote it, where that is not the person and the hub alone."""
    if person.room.kind is RoomKind.PRIVATE:
        return {}
    sender = shown.message.get("sender_chat") or shown.message["from"]
    name = sender.get("title") or " ".join(
        sender[part] for part in ("first_name", "last_name") if sender.get(part)
    )
    return {"author": name, "own": sender.get("id") == person.id}


def _attachments(message: dict[str, Any], shelf: Shelf, room: int) -> list[dict[str, Any]]:
    found = file_id_in(message)
    if found is None:
        return []
    kind, file_id = found
    about: dict[str, Any] = {"kind": kind}
    file = shelf.find(file_id)
    if file is not None:
        about |= {"name": file.name, "mime": file.mime, "size_bytes": len(file.data)}
        if len(file.data) <= min(_PREVIEW_BYTES, room):
            about["data_base64"] = base64.b64encode(file.data).decode()
    return [about]


def _buttons(message: dict[str, Any]) -> list[list[dict[str, Any]]]:
    markup = message.get("reply_markup") or {}
    rows = markup.get("inline_keyboard") or markup.get("keyboard") or []
    return [
        [
            {
                "label": button.get("text", ""),
                "value": button.get("callback_data"),
                "url": button.get("url"),
            }
            for button in row
        ]
        for row in rows
    ]


def _reply(message: dict[str, Any]) -> dict[str, Any] | None:
    answered = message.get("reply_to_message")
    if answered is None:
        return None
    quote = message.get("quote") or {}
    return {
        "id": str(answered["message_id"]),
        "text": quote.get("text") or answered.get("text") or answered.get("caption") or "",
    }
