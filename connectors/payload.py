"""Reading a platform's JSON without trusting it: a field of the wrong type reads as absent.

Platforms add fields and kinds every month, and some that their documentation calls certain are
missing at times. Reading field by field keeps one odd leaf from costing a message.
"""

import json
import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final, Self

from pydantic_core import from_json

from shared.errors import BadPayload

_INT64 = 2**63
_DEPTH = 64
_DIGITS = 18
_NUL = b"\\u0000"
_ODD = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
"""NUL, or a surrogate: half a pair, or half of an emoji."""
_GREAT = re.compile(rb"[\[,:]\s*-?\d(?:\d{18}|[\d.]*[eE])")
"""What may be a number beyond 64 bits, or beyond all bounds: no other is."""
_AS_ZERO = bytes.maketrans(b"123456789E", b"000000000e")
_LONG = b"0" * 19
_POWER = b"0e000"
"""What such numbers look like when every digit is a 0 and no sign is told; a power of two digits is
within all bounds. So does much else, but to look for these takes a third of a search's time."""
_REPLACEMENT = "\ufffd"


def _whole(digits: str) -> int:
    value = int(digits)
    if not -_INT64 <= value < _INT64:
        raise ValueError("a number beyond 64 bits")
    return value


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError("a number beyond all bounds")
    return value


def _constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


_DECODER: Final = json.JSONDecoder(parse_int=_whole, parse_float=_finite, parse_constant=_constant)


def decode(body: bytes) -> dict[str, Any]:
    """The JSON object in ``body``, fit for every store. Raises ``BadPayload`` and nothing else.

    NUL and lone surrogates become U+FFFD: one UTF-16 unit each, so that offsets stay right.
    """
    value = _quickly(body)
    cleaned = value is not None
    if value is None:
        value = _carefully(body)
    if not isinstance(value, dict):
        raise BadPayload("not a JSON object")
    # Only a document with that many brackets can be too deep: to count them costs next to nothing.
    if body.count(b"{") + body.count(b"[") > _DEPTH and _too_deep(value, _DEPTH):
        raise BadPayload("nested too deeply")
    if not cleaned and _ODD.search(body):
        value = {_clean(key): _clean(item) for key, item in value.items()}
    return value


def _quickly(body: bytes) -> Any:
    """The JSON in ``body``, where the quick reader reads it as the careful one would; else None.

    It takes no half of a surrogate pair.
    """
    shape = body.translate(_AS_ZERO, b"+")
    if (_LONG in shape or _POWER in shape) and _GREAT.search(body):
        return None
    if _NUL in body:
        return None
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError:
        return None


def _carefully(body: bytes) -> Any:
    try:
        return _DECODER.decode(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise BadPayload("not a JSON document") from None


def _too_deep(value: object, left: int) -> bool:
    if isinstance(value, dict):
        return left == 0 or any(_too_deep(item, left - 1) for item in value.values())
    if isinstance(value, list):
        return left == 0 or any(_too_deep(item, left - 1) for item in value)
    return False


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        paired = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return paired.replace("\x00", _REPLACEMENT)
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return value


class Payload:
    """A JSON object of the platform, as ``decode`` reads it: of plain types and no others."""

    __slots__ = ("raw",)

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw

    def __contains__(self, key: str) -> bool:
        return self.raw.get(key) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self.raw)

    def text(self, key: str) -> str | None:
        """A text that is not empty."""
        value = self.raw.get(key)
        return value if type(value) is str and value else None

    def integer(self, key: str) -> int | None:
        """A whole number; ``true`` is none."""
        value = self.raw.get(key)
        return value if type(value) is int else None

    def count(self, key: str) -> int | None:
        """A whole number that is not negative."""
        value = self.integer(key)
        return value if value is not None and value >= 0 else None

    def number(self, key: str) -> float | None:
        """A number."""
        value = self.raw.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return float(value)

    def flag(self, key: str) -> bool:
        """True only for ``true``."""
        return self.raw.get(key) is True

    def child(self, key: str) -> Self | None:
        """An object."""
        value = self.raw.get(key)
        return type(self)(value) if type(value) is dict else None

    def children(self, key: str) -> list[Self]:
        """The objects of a list; what is no object is left out."""
        value = self.raw.get(key)
        if not isinstance(value, list):
            return []
        kind = type(self)
        return [kind(item) for item in value if isinstance(item, dict)]

    def moment(self, key: str) -> datetime | None:
        """Seconds since 1970, a number or its digits, as a time; None for what is no such time."""
        seconds = self.seconds(key)
        return _moment(seconds) if seconds else None

    def seconds(self, key: str) -> int | None:
        """A whole number of seconds that is not negative, given as a number or as its digits."""
        value = self.raw.get(key)
        if isinstance(value, str) and len(value) <= _DIGITS and value.isascii() and value.isdigit():
            return int(value)
        return self.count(key)

    def identifier(self, key: str) -> str | None:
        """An id: a text, or a number written as one."""
        value = self.raw.get(key)
        if type(value) is int:
            return str(value)
        return value if type(value) is str and value else None


def _moment(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
