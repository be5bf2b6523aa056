"""File names: what a stranger called a file, made safe to show and to save under. Pure."""

import re
import unicodedata
from typing import Final

_LONGEST: Final = 120
_FORBIDDEN: Final = frozenset('\\/:*?"<>|')
_DEVICE: Final = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


def safe_name(name: str) -> str:
    """The last piece of a path without control, direction and reserved characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(
        "_" if char in _FORBIDDEN else char
        for char in unicodedata.normalize("NFC", last)
        if unicodedata.category(char)[0] != "C"
    )
    kept = kept.strip(" .") or "file"
    if _DEVICE.match(kept):
        kept = f"_{kept}"
    if len(kept) <= _LONGEST:
        return kept
    stem, dot, ending = kept.rpartition(".")
    if dot and len(ending) < _LONGEST // 2:
        return f"{stem[: _LONGEST - len(ending) - 1]}.{ending}"
    return kept[:_LONGEST]
