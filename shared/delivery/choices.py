"""Numbered lists in the place of buttons, and the answers that are their presses (pure)."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from shared.model.content import Button, Choice, Content

LONGEST_ANSWER: Final = 200
"""Characters; a longer text is nobody's press."""
_SIGN: Final = r"(?:[#(\[]|no\.?)?\s*"
"""``№`` is ``no`` once it is plain."""
_NUMBER: Final = re.compile(_SIGN + r"(\d{1,3})\s*[.)\]!:]*")
_NUMBERED: Final = re.compile(_SIGN + r"(\d{1,3})\s*[.)\]:–—-]*\s+(.+)")
_AROUND: Final = " .!,;:…\"'«»“”„()[]"
_HIDDEN: Final = re.compile("[\ufe0e\ufe0f\u20e3\u200b-\u200f\u2060\u00ad]")
"""Variation selectors, the frame of a keycap, and what has no width."""


def numbered(buttons: Iterable[Button], options: Iterable[str] = ()) -> tuple[Choice, ...]:
    """The lines of the list: buttons in their order, then the options of polls."""
    said = [(button.label, button.value) for button in buttons]
    said += [(option, None) for option in options]
    return tuple(
        Choice(number=number, label=label, value=value)
        for number, (label, value) in enumerate(said, start=1)
    )


def as_lines(choices: Sequence[Choice]) -> str:
    """The list as it is written."""
    return "\n".join(f"{one.number}. {' '.join(one.label.split())}" for one in choices)


def answered(content: Content, choices: Sequence[Choice]) -> Choice | None:
    """The choice that the content is an answer of: its number, its label, or both; else None.

    Only a bare text answers: whoever sends a file, forwards, or shares a place says more.
    """
    if content.attachments or content.blocks or content.forward or content.action:
        return None
    text = content.own_text().strip()
    if not text or len(text) > LONGEST_ANSWER:
        return None
    said = _plain(text)
    meant = {one.number: one for one in choices if _names(said, one)}
    # Two of one label, or a label that is another's number: nobody can tell which is meant.
    return next(iter(meant.values())) if len(meant) == 1 else None


def _names(said: str, choice: Choice) -> bool:
    label = _bare(_plain(choice.label))
    if _bare(said) == label:
        return True
    number = _NUMBER.fullmatch(said)
    if number is not None:
        return int(number.group(1)) == choice.number
    both = _NUMBERED.fullmatch(said)
    if both is None or int(both.group(1)) != choice.number:
        return False
    return _bare(both.group(2)) == label


def _plain(text: str) -> str:
    """As people mean it: without width, case, or the frame of a keycap; ё is е."""
    folded = unicodedata.normalize("NFKC", _HIDDEN.sub("", text)).casefold()
    return " ".join(folded.replace("ё", "е").split())


def _bare(text: str) -> str:
    return text.strip(_AROUND) or text
