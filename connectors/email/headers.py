"""The headers of a mail or of one of its parts: read from bytes, decoded leniently. Pure."""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.utils import collapse_rfc2231_value
from typing import Final

from connectors.email.charset import storable, text_of

_NAME: Final = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
_FOLD: Final = re.compile(rb"\r?\n(?=[ \t])")
_WORD: Final = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?\r\n]*)\?=")
_BETWEEN: Final = re.compile(r"(\?=)\s+(=\?)")
_MOST_HEADERS: Final = 2000
_LONGEST: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Headers:
    """The header fields in their order. Names are compared without regard to case."""

    fields: tuple[tuple[str, bytes], ...]

    def raw(self, name: str) -> bytes | None:
        """The first field of this name, unfolded, as it came; the first one of several wins."""
        return next((value for key, value in self.fields if key == name), None)

    def all(self, name: str) -> Iterator[str]:
        """Every field of this name, decoded to plain characters but not from encoded words."""
        return (_characters(value) for key, value in self.fields if key == name)

    def plain(self, name: str) -> str | None:
        """The first field of this name without its encoded words decoded; None if there is none."""
        value = self.raw(name)
        return None if value is None else _characters(value)

    def text(self, name: str) -> str | None:
        """The first field of this name for people: encoded words decoded, in one line."""
        value = self.plain(name)
        return None if value is None else words(value)

    def has(self, name: str) -> bool:
        """Whether there is such a field."""
        return any(key == name for key, _ in self.fields)

    def parameters(self, name: str) -> "Parameters":
        """The field as a value with parameters, such as Content-Type."""
        return Parameters(self.plain(name) or "")


class Parameters:
    """``text/plain; charset=utf-8``: a value and its parameters, RFC 2231 continuations joined."""

    def __init__(self, value: str) -> None:
        message = Message()
        # The library reads quoted strings and continuations; it must never see a line break.
        message["X"] = re.sub(r"[\r\n]+", " ", value)[:_LONGEST]
        self._message = message
        self.value = value.partition(";")[0].strip().lower()

    def get(self, name: str) -> str | None:
        """A parameter, decoded; None if there is none."""
        try:
            found = self._message.get_param(name, header="X")
            if found is None:
                return None
            decoded = collapse_rfc2231_value(found)
        except (ValueError, LookupError, UnicodeError, TypeError):
            return None
        return words(storable(decoded).strip().strip('"'))


def read_headers(block: bytes) -> Headers:
    """The fields of a header block; lines that are none are left out."""
    unfolded = _FOLD.sub(b"", block[: 4 * _LONGEST])
    fields = []
    for line in unfolded.replace(b"\r\n", b"\n").split(b"\n")[: 2 * _MOST_HEADERS]:
        match = _NAME.match(line)
        if match:
            fields.append((match[1].decode("ascii").lower(), match[2].strip()[:_LONGEST]))
    return Headers(tuple(fields[:_MOST_HEADERS]))


def words(value: str) -> str:
    """Text with its encoded words (RFC 2047) decoded, each by itself and leniently, in one line."""
    joined = _BETWEEN.sub(r"\1\2", value) if "?=" in value else value
    decoded = _decode_words(joined) if "=?" in joined else joined
    return " ".join(storable(decoded).split())


def _decode_words(value: str) -> str:
    """Neighbours of one charset are joined as bytes: some programs cut within a character."""
    pieces: list[str] = []
    pending: list[tuple[str, bytes]] = []
    position = 0

    def flush() -> None:
        if pending:
            pieces.append(text_of(b"".join(data for _, data in pending), pending[0][0]))
            pending.clear()

    for match in _WORD.finditer(value):
        charset = match[1].partition("*")[0].lower()
        if match.start() > position or (pending and pending[0][0] != charset):
            flush()
        pieces.append(value[position : match.start()])
        pending.append((charset, _word_bytes(match[2], match[3])))
        position = match.end()
    flush()
    pieces.append(value[position:])
    return "".join(pieces)


def _word_bytes(encoding: str, payload: str) -> bytes:
    data = payload.encode("utf-8", "replace")
    if encoding in "qQ":
        return quopri.decodestring(data.replace(b"_", b" "), header=False)
    try:
        return base64.b64decode(data + b"=" * (-len(data) % 4))
    except (binascii.Error, ValueError):
        return data


def _characters(value: bytes) -> str:
    """Bytes of a header as characters: ASCII as the rules say, and whatever programs do else."""
    try:
        return storable(value.decode("ascii"))
    except UnicodeDecodeError:
        return text_of(value, None)
