"""Words as full-text search compares them: Russian and English, by their stems."""

import re
import threading
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import snowballstemmer

_WORD: Final = re.compile(r"[^\W_]+")
_CYRILLIC: Final = re.compile(r"[а-я]")
_MAX_CHARS: Final = 20_000
"""Longer texts are found by their beginning."""
_CACHED_WORDS: Final = 20_000
_MAX_WORD: Final = 64


def words_of(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """The words of a text as they are compared, and where each begins and ends in it."""
    for word in _WORD.finditer(text[:_MAX_CHARS]):
        yield word.group().lower().replace("ё", "е")[:_MAX_WORD], word.span()


class Stemmer:
    """Turns words into their stems. Pure but for its cache; threads may share it.

    Russian for words with Cyrillic letters, English for the rest; numbers stay as they are.
    """

    def __init__(self) -> None:
        russian = snowballstemmer.stemmer("russian")
        english = snowballstemmer.stemmer("english")
        # A stemmer keeps the word it works on.
        one_at_a_time = threading.Lock()

        @lru_cache(maxsize=_CACHED_WORDS)
        def stem(word: str) -> str:
            if word.isdigit():
                return word
            stemmer = russian if _CYRILLIC.search(word) else english
            with one_at_a_time:
                return str(stemmer.stemWord(word))

        self._stem = stem

    def stem(self, word: str) -> str:
        """The stem of one of ``words_of``."""
        return self._stem(word)

    def stems(self, text: str) -> list[str]:
        """The stems of the text's words, each once, in the order of their first appearance."""
        words = dict.fromkeys(word for word, _ in words_of(text))
        return list(dict.fromkeys(self._stem(word) for word in words))
