"""Mails that are too big to be taken at once: their headers and texts now, their files later.

What is put together here has the mail's own headers and texts; files are left empty, and their
sections and sizes are told beside it. Blocks: it reads from the mailbox.
"""

from dataclasses import dataclass, field
from typing import Final

from connectors.email.imap import Imap
from connectors.email.structure import Built

_TEXT_BYTES: Final = 512 * 1024
_TEXTS_BYTES: Final = 4 * 1024 * 1024
_HEADER_BYTES: Final = 512 * 1024
_SMALL_TYPES: Final = ("message/delivery-status", "text/calendar", "text/rfc822-headers")


@dataclass(slots=True)
class Lean:
    """A mail without its files."""

    raw: bytes = b""
    absent: dict[str, int] = field(default_factory=dict)
    left: int = _TEXTS_BYTES


def read_lean(imap: Imap, uid: int, size_bytes: int) -> Lean | None:
    """The mail without its files; None if it is gone. Raises ``Unavailable``, ``BadPayload``."""
    header = imap.section(uid, "HEADER", start=0, size=_HEADER_BYTES)
    built = imap.structure(uid)
    if header is None or built is None:
        return None
    lean = Lean()
    pieces: list[bytes] = [_closed(header)]
    if built.children and built.boundary:
        _add_children(imap, uid, built, lean, pieces)
    else:
        pieces.append(_content(imap, uid, Built("1", built.mime, size_bytes), lean))
    lean.raw = b"".join(pieces)
    return lean


def _add_children(imap: Imap, uid: int, built: Built, lean: Lean, pieces: list[bytes]) -> None:
    boundary = (built.boundary or "").encode()
    for child in built.children:
        mime = imap.section(uid, f"{child.section}.MIME", start=0, size=_HEADER_BYTES) or b""
        pieces.append(b"--" + boundary + b"\r\n" + _closed(mime))
        if child.children and child.boundary:
            _add_children(imap, uid, child, lean, pieces)
        else:
            pieces.append(_content(imap, uid, child, lean))
        pieces.append(b"\r\n")
    pieces.append(b"--" + boundary + b"--\r\n")


def _content(imap: Imap, uid: int, built: Built, lean: Lean) -> bytes:
    readable = built.mime in {"text/plain", "text/html", *_SMALL_TYPES}
    if not readable or built.disposition == "attachment" or lean.left <= 0:
        lean.absent[built.section] = built.size_bytes
        return b""
    wanted = min(_TEXT_BYTES, lean.left)
    data = imap.section(uid, built.section, start=0, size=wanted) or b""
    lean.left -= len(data)
    return data


def _closed(header: bytes) -> bytes:
    """A header block with the empty line behind it."""
    return header.rstrip(b"\r\n") + b"\r\n\r\n"
