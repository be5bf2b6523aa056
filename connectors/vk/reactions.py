"""Reactions: VK numbers them, people see an emoji."""

from collections.abc import Mapping
from types import MappingProxyType

from shared.errors import Rejected

_EMOJI: Mapping[int, str] = MappingProxyType(
    {
        1: "❤",
        2: "🔥",
        3: "😂",
        4: "👍",
        5: "💩",
        6: "❓",
        7: "😭",
        8: "😡",
        9: "👎",
        10: "👌",
        11: "😃",
        12: "🤔",
        13: "🙏",
        14: "😘",
        15: "😍",
        16: "🎉",
    }
)
_VARIANT = "\ufe0f"
_NUMBERS: Mapping[str, int] = MappingProxyType(
    {emoji: number for number, emoji in _EMOJI.items()} | {"😁": 11, "😢": 7, "🥰": 15, "😊": 11}
)
_UNKNOWN = "#"


def emoji_of(number: int) -> str:
    """The emoji of a reaction; of one that came after this was written, its number."""
    return _EMOJI.get(number, f"{_UNKNOWN}{number}")


def number_of(emoji: str) -> int:
    """The reaction of an emoji. Raises ``Rejected`` naming those that VK has."""
    plain = emoji.strip().replace(_VARIANT, "")
    number = _NUMBERS.get(plain)
    if number is None and plain.startswith(_UNKNOWN) and plain[1:].isdecimal():
        number = int(plain[1:])
    if number is None:
        raise Rejected(f"VK has no such reaction; it has {' '.join(_EMOJI.values())}")
    return number
