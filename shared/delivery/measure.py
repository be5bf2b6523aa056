"""Measuring text as platforms do: UTF-16 code units, characters or bytes."""

from itertools import accumulate
from typing import Literal

Unit = Literal["utf16", "characters", "bytes"]

_ASTRAL = 0x10000


def units_of(character: str, unit: Unit) -> int:
    """The size of one character."""
    if unit == "utf16":
        return 2 if ord(character) >= _ASTRAL else 1
    if unit == "bytes":
        return len(character.encode("utf-8", "surrogatepass"))
    return 1


def measure(text: str, unit: Unit) -> int:
    """The size of a text."""
    if unit == "utf16":
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    if unit == "bytes":
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text)


def offsets(text: str, unit: Unit) -> list[int]:
    """The size of the text before each character, and of all of it: one more than characters."""
    return list(accumulate((units_of(character, unit) for character in text), initial=0))
