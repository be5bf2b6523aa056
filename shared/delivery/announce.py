"""Announcing that a message goes on in the next one (pure)."""

from typing import Final

_MARKS: Final = {"ru": "продолжение следует…", "en": "to be continued…"}


def language_of(text: str, language: str | None = None) -> str:
    """``ru`` or ``en``: the conversation's language, or by the script of the text."""
    if language:
        return "ru" if language.lower().startswith("ru") else "en"
    cyrillic = sum("а" <= character.lower() <= "я" or character in "ёЁ" for character in text)
    latin = sum("a" <= character.lower() <= "z" for character in text)
    return "ru" if cyrillic > latin else "en"


def announcement(language: str) -> str:
    """What stands at the end of every part but the last, in its own paragraph."""
    return f"\n\n{_MARKS[language]}"
