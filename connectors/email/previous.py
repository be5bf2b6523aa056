"""The mail that is answered, as it is quoted below the answer. Pure."""

import html
import re
from dataclasses import dataclass
from typing import Final

from shared.model.message import Message

_CHARS: Final = 20_000
_CYRILLIC: Final = re.compile(r"[а-яё]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quotation:
    """Plain and as HTML."""

    text: str
    html: str


def quotation_of(message: Message, written: str) -> Quotation:
    """The message, quoted in the language of the answer that is ``written`` above it."""
    email = message.content.email
    address = email.sender.email if email and email.sender else None
    name = message.author.name or address or ""
    who = f"{name} <{address}>" if address and address != name else name
    at = message.at
    russian = bool(_CYRILLIC.search(written))
    if russian:
        head = f"{at:%d.%m.%Y, %H:%M} UTC, {who} пишет:"
    else:
        head = f"On {at:%Y-%m-%d at %H:%M} UTC, {who} wrote:"
    said = message.content.text.strip()[:_CHARS]
    lines = [
        f"> {line}".rstrip() if not line.startswith(">") else f">{line}"
        for line in said.split("\n")
    ]
    shown = html.escape(said, quote=False).replace("\n", "<br>\n")
    block = (
        f"<div>{html.escape(head, quote=False)}</div>\n"
        '<blockquote type="cite" style="margin:0 0 0 .8ex;border-left:1px solid #ccc;'
        f'padding-left:1ex">{shown}</blockquote>'
    )
    return Quotation(text="\n".join([head, *lines]), html=block)
