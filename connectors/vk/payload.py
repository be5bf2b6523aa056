"""Reading VK's JSON without trusting it: a field of the wrong type reads as absent."""

import json
import math
import re
from datetime import UTC, datetime
from typing import Any

from pydantic_core import from_json, to_json

from shared.errors import BadPayload

_INT64 = 2**63
_DEPTH = 64
_ODD = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
"""NUL, or a surrogate: half a pair, or half of an emoji."""
_AS_ZERO = bytes.maketrans(b"123456789E", b"000000000e")
_LONG = b"0" * 19
_POWER = b"0e000"
"""What numbers beyond all bounds look like when every digit is a 0 and no sign is told."""
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


_DECODER = json.JSONDecoder(parse_int=_whole, parse_float=_finite, parse_constant=_constant)


def decode(body: bytes) -> dict[str, Any]:
    """The JSON object in ``body``, fit for every store. Raises ``BadPayload`` and nothing else.

    NUL and lone surrogates become U+FFFD: one UTF-16 unit each, so that offsets stay right.
    """
    value = _parsed(body)
    if not isinstance(value, dict):
        raise BadPayload("not a JSON object")
    # Only a document with that many brackets can be too deep, and only such an escape can bring
    # what no UTF-8 text may hold: both tests cost next to nothing.
    if body.count(b"{") + body.count(b"[") > _DEPTH and _too_deep(value, _DEPTH):
        raise BadPayload("nested too deeply")
    if b"\\u" in body and _ODD.search(body) and not _storable(value):
        cleaned: dict[str, Any] = _clean(value)
        return cleaned
    return value


def _parsed(body: bytes) -> Any:
    """The JSON value; where nothing odd can stand in it by the quick way. Raises ``BadPayload``."""
    shape = body.translate(_AS_ZERO, b"+")
    if _LONG not in shape:
        try:
            value = from_json(body, allow_inf_nan=False)
        except ValueError:
            pass  # half of a surrogate pair, perhaps: the slow way can read it
        else:
            great = _POWER in shape
            if not great or b"Infinity" not in to_json(value, inf_nan_mode="constants"):
                return value
    try:
        return _DECODER.decode(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise BadPayload("not a JSON document") from None


def _too_deep(value: dict[str, Any], limit: int) -> bool:
    level: list[Any] = [value]
    for _ in range(limit):
        below: list[Any] = []
        for item in level:
            inner = item.values() if type(item) is dict else item
            below += [one for one in inner if type(one) is dict or type(one) is list]
        if not below:
            return False
        level = below
    return True


def _storable(value: dict[str, Any]) -> bool:
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\\u0000" not in text


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

    def text(self, key: str) -> str | None:
        """A text that is not empty."""
        value = self.raw.get(key)
        return value if type(value) is str and value else None

    def integer(self, key: str) -> int | None:
        """A whole number; ``true`` is none."""
        value = self.raw.get(key)
        return value if type(value) is int else None

    def positive(self, key: str) -> int | None:
        """A whole number above 0: VK says 0 for ids that it does not tell."""
        value = self.integer(key)
        return value if value is not None and value > 0 else None

    def number(self, key: str) -> float | None:
        """A number."""
        value = self.raw.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return float(value)

    def flag(self, key: str) -> bool:
        """``true`` or 1, for VK says either."""
        value = self.raw.get(key)
        return value is True or (value == 1 and isinstance(value, int))

    def child(self, key: str) -> "Payload | None":
        """An object."""
        value = self.raw.get(key)
        return Payload(value) if type(value) is dict else None

    def children(self, key: str) -> "list[Payload]":
        """The objects of a list; what is no object is left out."""
        value = self.raw.get(key)
        if not isinstance(value, list):
            return []
        return [Payload(item) for item in value if isinstance(item, dict)]

    def moment(self, key: str) -> datetime | None:
        """Seconds since 1970 as a time; None also for 0 and for what no calendar holds."""
        value = self.integer(key)
        if not value:
            return None
        try:
            return datetime.fromtimestamp(value, UTC)
        except (ValueError, OverflowError, OSError):
            return None
