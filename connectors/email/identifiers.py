"""Message-IDs: found in whatever programs write, and made the same however they are written. Pure.

Ours are ``<token@domain>``, where the token names the part that was sent, under our signature.
"""

import base64
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from shared.ids import MessageId, PartId, part_id

_ID: Final = re.compile(r"<([^<>]{1,998})>")
_BLANKS: Final = re.compile(r"\s+")
_PART: Final = re.compile(r"p([0-9a-f]{34})-([0-9]{3,5})")
_TOKEN: Final = re.compile(r"[a-z2-7]{39}")
_TAG: Final = re.compile(r"\[#([A-Z2-7]{10})\]")
_MAC_BYTES: Final = 5
_MOST_IDS: Final = 100


def ids_in(value: str | None) -> tuple[str, ...]:
    """The Message-IDs in a header, in order, each once; blanks within the brackets are removed."""
    found = (_BLANKS.sub("", match[1]) for match in _ID.finditer(value or ""))
    return tuple(dict.fromkeys(f"<{one}>" for one in found if one))[:_MOST_IDS]


def message_id_of(value: str | None) -> str | None:
    """The one Message-ID of a mail. Some programs leave the brackets out."""
    found = ids_in(value)
    if found:
        return found[0]
    bare = _BLANKS.sub("", value or "").strip("<>")
    return f"<{bare}>" if "@" in bare and len(bare) < 998 else None  # noqa: PLR2004 - a header line's length


@dataclass(frozen=True, slots=True)
class Signed:
    """Codes in our addresses and Message-IDs, that nobody else can make."""

    key: bytes

    def token(self, part: str) -> str:
        """The code of a part: 39 characters, the same at every attempt, in lower case."""
        match = _PART.fullmatch(part)
        if match is None:
            return self._encoded(b"\x00" + sha256(part.encode()).digest()[:16], 0)
        return self._encoded(bytes.fromhex(match[1]), int(match[2]) % 65536)

    def part_of(self, token: str) -> PartId | None:
        """The part that a code names; None for a code that is not ours."""
        text = token.lower()
        if not _TOKEN.fullmatch(text):
            return None
        data = base64.b32decode(text.upper() + "=")
        named, mac = data[:-_MAC_BYTES], data[-_MAC_BYTES:]
        if not hmac.compare_digest(self._mac(named), mac):
            return None
        index = int.from_bytes(named[-2:], "big")
        return part_id(MessageId(f"m{named[:-2].hex()}"), index)

    def part_in_id(self, message_id: str) -> PartId | None:
        """The part that one of our Message-IDs names."""
        return self.part_of(message_id.strip("<>").partition("@")[0])

    def part_in_address(self, address: str) -> PartId | None:
        """The part that a plus-address of ours names: ``name+code@``, ``name+b-code@``."""
        extension = address.partition("@")[0].rpartition("+")[2]
        return self.part_of(extension.removeprefix("b-"))

    def tag(self, thread: str) -> str:
        """A short code for the subject, of a thread."""
        digest = hmac.digest(self.key, b"tag\n" + thread.encode(errors="replace"), sha256)
        return base64.b32encode(digest)[:10].decode()

    def _encoded(self, name: bytes, index: int) -> str:
        named = name + index.to_bytes(2, "big")
        return base64.b32encode(named + self._mac(named)).decode().rstrip("=").lower()

    def _mac(self, named: bytes) -> bytes:
        return hmac.digest(self.key, b"part\n" + named, sha256)[:_MAC_BYTES]


def tags_in(subject: str) -> tuple[str, ...]:
    """The codes of threads in a subject."""
    return tuple(_TAG.findall(subject))


def first_known(signed: Signed, ids: Iterable[str]) -> PartId | None:
    """The part that the first of our own Message-IDs among these names."""
    return next((part for one in ids if (part := signed.part_in_id(one))), None)
