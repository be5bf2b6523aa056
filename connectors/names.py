"""File names from outside, made safe to show and to save under (pure)."""

import re
import unicodedata
from typing import Final

_LONGEST: Final = 120
_RESERVED: Final = re.compile(r'[<>:"|?*]')
_DEVICE: Final = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


def safe_name(name: str | None) -> str | None:
    """The last part of a path without control, direction and reserved characters; None for none."""
    if not name:
        return None
    last = re.split(r"[/\\]", name)[-1]
    # Cf holds the marks that turn the reading direction: "gpj.exe" must not look like "exe.jpg".
    kept = "".join(c for c in last if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"})
    kept = _RESERVED.sub("_", kept).strip(" .")
    if _DEVICE.match(kept):
        kept = f"_{kept}"
    if len(kept) > _LONGEST:
        stem, dot, suffix = kept.rpartition(".")
        ending = f"{dot}{suffix}" if stem and len(suffix) <= 10 else ""  # noqa: PLR2004 - no suffix is longer
        kept = kept[: _LONGEST - len(ending)].rstrip(" .") + ending
    return kept or None
