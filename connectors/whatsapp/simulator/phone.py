"""What a customer's phone shows."""

import base64
import re
from typing import Any, Final

from connectors.whatsapp.simulator.acts import buttons_of
from connectors.whatsapp.simulator.checks import MEDIA, file_of
from connectors.whatsapp.simulator.shelf import Shelf
from connectors.whatsapp.simulator.world import Person, Shown

_PREVIEW_BYTES: Final = 1024 * 1024
_SCREEN_BYTES: Final = 4 * 1024 * 1024
_FORMATTED: Final = re.compile(r"[*_~`]\S")
"""Whether the phone has to look for formatting."""
_BLOCKS: Final = ("location", "contacts", "order")


def screen(person: Person | None, shelf: Shelf) -> list[dict[str, Any]]:
    """The chat, oldest first; the latest small files with their bytes."""
    lines: list[dict[str, Any]] = []
    room = _SCREEN_BYTES
    for shown in reversed(person.messages if person is not None else ()):
        attachments = _attachments(shown.body, shelf, room)
        room -= sum(len(item.get("data_base64", "")) for item in attachments)
        line = _line(person, shown, attachments)
        if person is not None and person.typed_to and not lines:
            line["typing"] = True
        lines.append(line)
    return lines[::-1]


def _line(person: Person | None, shown: Shown, attachments: list[dict[str, Any]]) -> dict[str, Any]:
    body = shown.body
    line: dict[str, Any] = {
        "id": shown.id,
        "from": "customer" if shown.mine else "hub",
        "text": "" if shown.deleted else text_of(body),
        "at": shown.at.isoformat(),
    }
    more = {
        "attachments": attachments,
        "buttons": [] if shown.mine else _buttons(body),
        "edited": shown.edited,
        "marked": bool(_FORMATTED.search(text_of(body))),
        "deleted": shown.deleted,
        "reactions": [*shown.reactions, *shown.hub_reactions],
        "reply_to": _reply(person, body),
        "template": (body.get("template") or {}).get("name"),
        "read": shown.mine and shown.read,
        "blocks": {name: body[name] for name in _BLOCKS if name in body},
    }
    return line | {name: value for name, value in more.items() if value}


def text_of(body: dict[str, Any]) -> str:
    """The words of a message."""
    word = str(body.get("type") or "text")
    if word in MEDIA:
        return str(body[word].get("caption") or "")
    interactive = body.get("interactive") or {}
    said = body.get("text") or interactive.get("body") or {}
    for reply in ("button_reply", "list_reply"):
        if reply in interactive:
            return str(interactive[reply].get("title") or "")
    if "button" in body:
        return str(body["button"].get("text") or "")
    return str(said.get("body") or said.get("text") or "")


def _attachments(body: dict[str, Any], shelf: Shelf, room: int) -> list[dict[str, Any]]:
    file = file_of(body, shelf)
    if file is None:
        return []
    word = str(body.get("type"))
    voice = word == "audio" and bool(body["audio"].get("voice"))
    kind = "voice" if voice else word if word in MEDIA else "document"
    about: dict[str, Any] = {
        "kind": kind,
        "name": str(body.get(word, {}).get("filename") or file.name),
        "mime": file.mime,
        "size_bytes": len(file.data),
    }
    if len(file.data) <= min(_PREVIEW_BYTES, room):
        about["data_base64"] = base64.b64encode(file.data).decode()
    return [about]


def _buttons(body: dict[str, Any]) -> list[list[dict[str, Any]]]:
    rows = [
        [{"label": str(button["title"]), "value": button["id"], "url": None}]
        for button in buttons_of(body)
    ]
    action = (body.get("interactive") or {}).get("action") or {}
    link = action.get("parameters") or {}
    if "url" in link:
        rows.append([{"label": link["display_text"], "value": None, "url": link["url"]}])
    return rows


def _reply(person: Person | None, body: dict[str, Any]) -> dict[str, Any] | None:
    context = body.get("context") or {}
    id = context.get("id") or context.get("message_id")
    if id is None or person is None:
        return None
    answered = person.find(str(id))
    return {"id": str(id), "text": text_of(answered.body) if answered is not None else ""}
