"""What full-text search looks for: words by their stems and beginnings, phrases as they stand.

A document is found by its ``terms``: the stem of each of its words, and the word itself. So a word
that was typed in part leads to it as well as another form of the word, and no store has to know
a language.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

from shared.stems import Stemmer, words_of

EDITION: Final = 2
"""Of the terms: raised when the same text gives others, so that stores index what they hold
anew."""
FIELD_BREAK: Final = "\f"
"""Stands between the fields of a document's text: no phrase reaches over it."""

_PHRASE: Final = re.compile(r'"([^"]*)"|«([^»]*)»|[“„]([^”“]*)[”“]')

Place = tuple[int, int]
"""Where something stands in a text: beginning and end."""


def terms(stemmer: Stemmer, text: str) -> list[str]:
    """What a document with this text is found by, each once."""
    words = dict.fromkeys(word for word, _ in words_of(text))
    return list(dict.fromkeys([*(stemmer.stem(word) for word in words), *words]))


@dataclass(frozen=True, slots=True)
class Word:
    """A word that is looked for: a document holds it in some form, or one that begins so."""

    stem: str
    beginning: str | None
    """None for a letter that is no word's beginning: other words were typed after it."""

    @property
    def other_form(self) -> str | None:
        """The stem, where what begins so does not hold it anyway."""
        known = self.beginning is not None and self.stem.startswith(self.beginning)
        return None if known else self.stem


@dataclass(frozen=True, slots=True)
class SearchTerms:
    """What somebody typed into a search. Pure."""

    words: tuple[Word, ...]
    phrases: tuple[tuple[str, ...], ...]
    """What stood in quotes, each as its words in their order: to be found as it stands."""

    @classmethod
    def of(cls, stemmer: Stemmer, text: str) -> Self:
        """Read what was typed. A quote without its other half is none."""
        phrases = [
            tuple(word for word, _ in words_of("".join(filter(None, quoted.groups()))))
            for quoted in _PHRASE.finditer(text)
        ]
        typed = [word for word, _ in words_of(_PHRASE.sub(" ", text))]
        begun = [word for word in typed[:-1] if len(word) > 1] + typed[-1:]
        words = [
            Word(stemmer.stem(word), word if word in begun else None)
            for word in dict.fromkeys(typed)
        ]
        return cls(tuple(words), tuple(dict.fromkeys(filter(None, phrases))))

    def __bool__(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self.words or self.phrases)

    @property
    def exact(self) -> tuple[str, ...]:
        """The words of the phrases, each once: who lacks one holds no such phrase."""
        return tuple(dict.fromkeys(word for phrase in self.phrases for word in phrase))

    def has_phrases(self, text: str) -> bool:
        """Whether every phrase stands in a text that holds all its words."""
        if not self.phrases:
            return True
        fields = [list(words_of(field)) for field in text.split(FIELD_BREAK)]
        return all(
            any(next(_phrase_places(phrase, words), None) for words in fields)
            for phrase in self.phrases
        )

    def places(self, stemmer: Stemmer, text: str) -> list[Place]:
        """Where in one field's text that stands, in its order: phrases and words in another form as
        a whole, of longer words the beginning."""
        words = list(words_of(text))
        found = [place for phrase in self.phrases for place in _phrase_places(phrase, words)]
        for word, place in words:
            if any(first <= place[0] < last for first, last in found):
                continue
            if (length := self._marked(stemmer, word)) is not None:
                # Of a word the lower case may be longer than what was written.
                found.append((place[0], min(place[0] + length, place[1])))
        return sorted(found)

    def _marked(self, stemmer: Stemmer, word: str) -> int | None:
        """How much of a word was looked for; None for nothing of it."""
        stem = stemmer.stem(word)
        if any(one.stem == stem for one in self.words):
            return len(word)
        beginnings = [one.beginning for one in self.words if one.beginning is not None]
        return max((len(one) for one in beginnings if word.startswith(one)), default=None)


def _phrase_places(phrase: tuple[str, ...], words: list[tuple[str, Place]]) -> Iterator[Place]:
    length = len(phrase)
    for start in range(len(words) - length + 1):
        some = words[start : start + length]
        if all(word == wanted for (word, _), wanted in zip(some, phrase, strict=True)):
            yield some[0][1][0], some[-1][1][1]
