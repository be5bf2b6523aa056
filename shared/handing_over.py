"""Whether a customer asks for a person (pure)."""

import re
from collections.abc import Sequence
from typing import Final

PERSON_WORDS: Final[tuple[str, ...]] = (
    "оператор", "оператора", "оператору", "оператором", "операторов", "человек", "человека",
    "человеком", "человеку", "живой", "живого", "сотрудник", "сотрудника", "сотрудником",
    "менеджер", "менеджера", "менеджером", "консультант", "консультанта", "специалист",
    "специалиста", "поддержка", "поддержку",
    "operator", "human", "agent", "person", "representative", "support agent", "real person",
    "somebody real", "live agent",
)  # fmt: skip
"""What asks for a person, in Russian and English."""
_BESIDE: Final = 5
"""In a longer message the word is about something else: "my neighbour is an agent and ..."."""
_WORD: Final = re.compile(r"\w+")


def asks_for_person(text: str, words: Sequence[str] | None = None) -> bool:
    """Whether a short text has one of the words, or of the sequences of words.

    A text with a number is about something else: "for 5 persons".
    """
    said = _WORD.findall(text[:500].casefold().replace("ё", "е"))
    if not said or any(word.isdigit() for word in said):
        return False
    for phrase in PERSON_WORDS if words is None else words:
        wanted = _WORD.findall(phrase.casefold().replace("ё", "е"))
        if wanted and len(said) <= len(wanted) + _BESIDE and _contains(said, wanted):
            return True
    return False


def _contains(said: Sequence[str], wanted: Sequence[str]) -> bool:
    length = len(wanted)
    return any(said[n : n + length] == wanted for n in range(len(said) - length + 1))
