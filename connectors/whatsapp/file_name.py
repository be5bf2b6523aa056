"""File names: what a stranger called a file, made safe to show, to save and to put in a header."""

import unicodedata

_LONGEST = 120
_FORBIDDEN = frozenset('\\/:*?"<>|')


def safe_name(name: str) -> str:
    """The last piece of a path without control, direction and reserved characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(
        "_" if char in _FORBIDDEN else char
        for char in unicodedata.normalize("NFC", last)
        if unicodedata.category(char)[0] != "C"
    )
    kept = kept.strip(" .") or "file"
    if len(kept) <= _LONGEST:
        return kept
    stem, dot, ending = kept.rpartition(".")
    if dot and len(ending) < _LONGEST // 2:
        return f"{stem[: _LONGEST - len(ending) - 1]}.{ending}"
    return kept[:_LONGEST]
