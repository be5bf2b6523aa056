"""Content-Transfer-Encodings: undone leniently, at once or piece by piece. Pure."""

import base64
import binascii
import quopri
import re
from typing import Final, Protocol

_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/]")
_BASE64_LINE: Final = (57, 78)
"""Bytes that a full line carries, and bytes that it takes."""


class Decoder(Protocol):
    """Undoes an encoding piece by piece."""

    def feed(self, piece: bytes) -> bytes:
        """What can be decoded now."""

    def finish(self) -> bytes:
        """What was kept back."""


def decoder(encoding: str) -> Decoder:
    """For the encoding that a part names; an unknown one leaves the bytes as they are."""
    match encoding.strip().lower():
        case "base64":
            return _Base64()
        case "quoted-printable":
            return _Lines()
        case "x-uuencode" | "uuencode" | "x-uue" | "uue":
            return _Uu()
        case _:
            return _Plain()


def decoded(data: bytes, encoding: str) -> bytes:
    """The bytes of a part. What is broken is skipped; never raises."""
    one = decoder(encoding)
    return one.feed(data) + one.finish()


def decoded_size(size_bytes: int, encoding: str) -> int:
    """How big a part is about to be, from its size as it travels."""
    carries, takes = _BASE64_LINE
    return size_bytes * carries // takes if encoding.strip().lower() == "base64" else size_bytes


class _Plain:
    def feed(self, piece: bytes) -> bytes:
        return piece

    def finish(self) -> bytes:
        return b""


class _Base64:
    """Anything that is no letter of base64 is left out, a padding in the middle too."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> bytes:
        letters = self._rest + _NOT_BASE64.sub(b"", piece)
        whole = len(letters) - len(letters) % 4
        self._rest = letters[whole:]
        return base64.b64decode(letters[:whole])

    def finish(self) -> bytes:
        rest, self._rest = self._rest, b""
        if len(rest) < 2:  # noqa: PLR2004 - one letter alone is not even a byte
            return b""
        return base64.b64decode(rest + b"=" * (-len(rest) % 4))


class _Lines:
    """Quoted-printable, line by line."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> bytes:
        data = self._rest + piece
        end = data.rfind(b"\n") + 1
        self._rest = data[end:]
        return quopri.decodestring(data[:end])

    def finish(self) -> bytes:
        rest, self._rest = self._rest, b""
        return quopri.decodestring(rest)


class _Uu:
    def __init__(self) -> None:
        self._data = b""

    def feed(self, piece: bytes) -> bytes:
        self._data += piece
        return b""

    def finish(self) -> bytes:
        found = []
        for line in self._data.splitlines()[1:]:
            if line.strip() == b"end":
                break
            try:
                found.append(binascii.a2b_uu(line))
            except binascii.Error:
                continue  # a broken line
        return b"".join(found)
