"""From bytes of an unknown or misdeclared character set to text that can be stored. Pure."""

import codecs
from typing import Final

from charset_normalizer import from_bytes

_GUESS_BYTES: Final = 64 * 1024
_ALIASES: Final = {
    "cp-1251": "cp1251",
    "win-1251": "cp1251",
    "windows1251": "cp1251",
    "unicode-1-1-utf-7": "utf-7",
    "x-mac-cyrillic": "mac-cyrillic",
    "ks_c_5601-1987": "cp949",
    "iso-8859-8-i": "iso-8859-8",
    "gb2312": "gb18030",
}
_CYRILLIC: Final = ("cp1251", "koi8-r", "cp866", "iso-8859-5", "mac-cyrillic")
_TEXT_ONLY: Final = frozenset({"utf-7", "utf_7", "punycode", "idna", "unicode_escape"})
"""Codecs that are no character sets of mails, or that hide characters from whoever looks."""


def text_of(data: bytes, charset: str | None) -> str:
    """The bytes as text, whatever they are: never raises, no NUL, no halves of surrogate pairs.

    A charset that is declared wins if it fits; a mail that says US-ASCII and holds something else
    is looked at as if it had said nothing.
    """
    return storable(_decoded(data, charset))


def storable(text: str) -> str:
    """The text without NUL and lone surrogates, which nothing stores."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def _decoded(data: bytes, charset: str | None) -> str:
    named = _known(charset)
    if named is not None and named not in {"ascii", "latin-1"}:
        try:
            return data.decode(named)
        except (UnicodeError, ValueError):
            if named == "utf-8":
                return _guessed(data, lenient="utf-8")
            return data.decode(named, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        if named == "latin-1":
            # ISO-8859-1 is what programs say when they mean Windows-1252.
            return _lenient_western(data)
        return _guessed(data)


def _known(charset: str | None) -> str | None:
    name = (charset or "").strip().strip("\"'").lower()
    name = _ALIASES.get(name, name)
    if not name or len(name) > 40:  # noqa: PLR2004 - no charset has a longer name
        return None
    try:
        info = codecs.lookup(name)
        "".encode(name)  # some codecs are not from text to bytes
    except (LookupError, ValueError, TypeError, UnicodeError):
        return None
    if info.name in _TEXT_ONLY and name not in {"utf-7"}:
        return None
    return {"iso8859-1": "latin-1", "us-ascii": "ascii"}.get(info.name, info.name)


def _lenient_western(data: bytes) -> str:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _guessed(data: bytes, lenient: str = "cp1251") -> str:
    """What an undeclared text most likely is, by its first bytes."""
    if lenient == "utf-8" and _mostly_utf8(data):
        return data.decode("utf-8", "replace")
    russian = _russian(data[:_GUESS_BYTES])
    if russian is not None:
        return data.decode(russian, "replace")
    best = from_bytes(data[:_GUESS_BYTES]).best()
    if best is not None:
        try:
            return data.decode(best.encoding)
        except (UnicodeError, LookupError):
            pass  # the rest is something else: leniently, then
    return data.decode("cp1251" if _high_share(data) > 0.3 else "latin-1", "replace")  # noqa: PLR2004 - Cyrillic text is mostly high bytes


def _mostly_utf8(data: bytes) -> bool:
    shown = data[:_GUESS_BYTES].decode("utf-8", "replace")
    return shown.count("\ufffd") * 50 <= len(shown)


def _high_share(data: bytes) -> float:
    head = data[:4096]
    return sum(byte >= 0x80 for byte in head) / max(1, len(head))  # noqa: PLR2004 - ASCII ends there


def _russian(data: bytes) -> str | None:
    """The Cyrillic character set in which the text reads like Russian; None if in none."""
    if _high_share(data) < 0.2:  # noqa: PLR2004 - too few letters to tell
        return None
    scores = {name: _like_russian(data.decode(name, "replace")) for name in _CYRILLIC}
    name = max(scores, key=lambda one: scores[one])
    return name if scores[name] > 0.7 else None  # noqa: PLR2004 - clearly more than the others


def _like_russian(text: str) -> float:
    """How much of the letters is lower-case Russian with the vowels where they belong."""
    letters = [char for char in text if ord(char) >= 0x80]  # noqa: PLR2004 - ASCII ends there
    if not letters:
        return 0.0
    common = sum(char in "оеаинтсрвлкмдпуяыьгзбчйхж" for char in letters)
    frequent = sum(char in "оеаинт" for char in letters)
    return common / len(letters) * (1.0 if frequent * 4 > len(letters) else 0.5)
