"""Cleaning what comes from outside: characters that break databases, terminals and file names."""

import re
from typing import Final

_UNWANTED: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_UNSAFE_IN_NAMES: Final = re.compile(
    '[\x00-\x1f\x7f\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069\\\\/:*?"<>|]'
)
_MAX_NAME: Final = 120


def clean(text: str) -> str:
    """The text without control characters (but for tab and line ends) and lone surrogates."""
    return _UNWANTED.sub("", text).replace("\r\n", "\n").replace("\r", "\n")


def utf16_length(text: str) -> int:
    """Its length in UTF-16 units, as browsers count."""
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)  # noqa: PLR2004 - the last code point of one unit


def safe_name(name: str) -> str:
    """A file name that is safe to show and to save under; the extension survives shortening."""
    plain = _UNSAFE_IN_NAMES.sub("_", name).strip(" .") or "file"
    if len(plain) <= _MAX_NAME:
        return plain
    stem, dot, extension = plain.rpartition(".")
    if not dot or len(extension) > 10:  # noqa: PLR2004 - longer ones are no extension
        return plain[:_MAX_NAME]
    return f"{stem[: _MAX_NAME - len(extension) - 1]}.{extension}"
