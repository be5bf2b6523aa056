"""What a customer's phone shows of its mailbox."""

import base64
import re
from email.message import EmailMessage
from typing import Any, Final

from connectors.email.simulator.world import Person, Shown

_PREVIEW_BYTES: Final = 1024 * 1024
_SCREEN_BYTES: Final = 4 * 1024 * 1024
_QUOTE: Final = re.compile(r"\n\n(?:On [^\n]* wrote:|[^\n]* пишет:)\n>", re.DOTALL)


def screen(person: Person | None) -> list[dict[str, Any]]:
    """The mails, oldest first; the latest small files with their bytes."""
    lines: list[dict[str, Any]] = []
    room = _SCREEN_BYTES
    for shown in reversed(person.mails if person is not None else ()):
        attachments = _attachments(shown.mail, room)
        room -= sum(len(item.get("data_base64", "")) for item in attachments)
        lines.append(_line(shown, attachments))
    return lines[::-1]


def text_of(mail: EmailMessage) -> str:
    """What the mail says, without the earlier mail below."""
    body = mail.get_body(("plain", "html"))
    text = str(body.get_content()) if body is not None else ""
    text = text.replace("\r\n", "\n")
    quote = _QUOTE.search(text)
    return (text[: quote.start()] if quote else text).strip("\n")


def _line(shown: Shown, attachments: list[dict[str, Any]]) -> dict[str, Any]:
    line: dict[str, Any] = {
        "id": shown.id,
        "external_id": str(shown.mail["Message-ID"] or ""),
        "from": "customer" if shown.mine else "hub",
        "text": shown.text,
        "subject": str(shown.mail["Subject"] or ""),
        "at": shown.at.isoformat(),
    }
    html = shown.mail.get_body(("html",))
    more = {
        "attachments": attachments,
        "html": str(html.get_content()) if html is not None else None,
        "cc": str(shown.mail["Cc"] or ""),
        "read": shown.read,
    }
    return line | {name: value for name, value in more.items() if value}


def _attachments(mail: EmailMessage, room: int) -> list[dict[str, Any]]:
    found = []
    for part in mail.iter_attachments():
        payload = part.get_payload(decode=True)
        data = payload if isinstance(payload, bytes) else b""
        mime = part.get_content_type()
        kind = mime.partition("/")[0]
        about: dict[str, Any] = {
            "kind": kind if kind in {"image", "audio", "video"} else "file",
            "name": part.get_filename() or "file",
            "mime": mime,
            "size_bytes": len(data),
        }
        if len(data) <= min(_PREVIEW_BYTES, room):
            about["data_base64"] = base64.b64encode(data).decode()
            room -= len(about["data_base64"])
        found.append(about)
    return found
