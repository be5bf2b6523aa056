"""What FETCH tells of a stored mail, in the server's words."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from typing import Final

from connectors.email.simulator.world import Stored

_BODY: Final = re.compile(r"(?i)body(?:\.peek)?\[([^\]]*)\](?:<(\d+)\.(\d+)>)?")
_DATE: Final = "%d-%b-%Y %H:%M:%S +0000"


def answer(number: int, stored: Stored, wanted: str) -> bytes:
    """The FETCH line of one mail; ``wanted`` is what stands between the brackets."""
    said = [f"UID {stored.uid}".encode()]
    plain = wanted.upper()
    if "INTERNALDATE" in plain:
        said.append(f'INTERNALDATE "{stored.at.strftime(_DATE)}"'.encode())
    if "RFC822.SIZE" in plain:
        said.append(f"RFC822.SIZE {len(stored.raw)}".encode())
    if "FLAGS" in plain:
        said.append(f"FLAGS ({' '.join(sorted(stored.flags))})".encode())
    if "BODYSTRUCTURE" in plain:
        said.append(b"BODYSTRUCTURE " + _structure(_opened(stored)))
    for match in _BODY.finditer(wanted):
        data = _section(stored, match[1].upper())
        origin = b""
        if match[2] is not None:
            start, count = int(match[2]), int(match[3])
            data, origin = data[start : start + count], f"<{start}>".encode()
        name = f"BODY[{match[1]}]".encode() + origin
        said.append(name + f" {{{len(data)}}}\r\n".encode() + data)
    return f"* {number} FETCH (".encode() + b" ".join(said) + b")\r\n"


def _opened(stored: Stored) -> EmailMessage:
    return message_from_bytes(stored.raw, policy=policy.SMTP)


def _section(stored: Stored, name: str) -> bytes:
    if not name:
        return stored.raw
    if name == "HEADER":
        return stored.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    numbers = [int(one) for one in name.split(".") if one.isdigit()]
    part: MIMEPart = _opened(stored)
    for number in numbers:
        children = list(part.iter_parts()) if part.is_multipart() else [part]
        if number > len(children):
            return b""
        part = children[number - 1]
    text = part.as_bytes()
    head, _, body = text.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n" if name.endswith("MIME") else body


def _structure(part: MIMEPart) -> bytes:
    """BODYSTRUCTURE, as much of it as programs read."""
    if part.is_multipart() and part.get_content_maintype() == "multipart":
        inner = b"".join(_structure(child) for child in part.iter_parts())
        boundary = _quoted(part.get_boundary() or "")
        kind = _quoted(part.get_content_subtype().upper())
        return b"(" + inner + b" " + kind + b' ("BOUNDARY" ' + boundary + b") NIL NIL NIL)"
    body = part.as_bytes().partition(b"\r\n\r\n")[2]
    encoding = str(part["Content-Transfer-Encoding"] or "7bit")
    fields = [
        _quoted(part.get_content_maintype().upper()),
        _quoted(part.get_content_subtype().upper()),
        b"NIL NIL NIL",
        _quoted(encoding.upper()),
        str(len(body)).encode(),
    ]
    if part.get_content_maintype() == "text":
        fields.append(str(body.count(b"\n")).encode())
    disposition = part.get_content_disposition()
    told = b"(" + _quoted(disposition.upper()) + b" NIL)" if disposition else b"NIL"
    return b"(" + b" ".join([*fields, b"NIL", told, b"NIL NIL"]) + b")"


def _quoted(text: str) -> bytes:
    safe = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{safe}"'.encode("ascii", "replace")
