"""What tells one mail from another: the key under which a repeat is known. Pure.

A Message-ID is no key: some are missing, some are repeated, some are forged. The lines that each
server on the way adds are left out, so that one mail in two folders, or by two aliases, is one.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from connectors.email.identifiers import message_id_of
from connectors.email.mime import Entity

_TOLD: Final = ("from", "to", "cc", "subject", "date", "in-reply-to", "content-type")


def content_key(raw: bytes, root: Entity, absent: Mapping[str, int]) -> str:
    """A key of 40 hexadecimal digits; the same for the same mail wherever it was found."""
    digest = sha256()
    identifier = message_id_of(root.headers.plain("message-id")) or ""
    digest.update(identifier.encode("utf-8", "replace"))
    for name in _TOLD:
        digest.update(b"\n" + name.encode() + b":")
        digest.update(b" ".join((root.headers.raw(name) or b"").split()))
    digest.update(b"\n\n")
    # Servers and programs end lines in their own way, and add empty ones at the end.
    digest.update(raw[root.start : root.end].replace(b"\r\n", b"\n").rstrip())
    for section in sorted(absent):
        digest.update(f"{section}={absent[section]}\n".encode())
    return digest.hexdigest()[:40]
