"""Snippets: the piece of a found text that shows the words somebody looked for, marked."""

from dataclasses import dataclass
from typing import Final, Literal

from pydantic import BaseModel

from shared.model.conversation import Conversation
from shared.model.message import Message
from shared.search_terms import SearchTerms
from shared.stems import Stemmer

_BEFORE: Final = 50
_LENGTH: Final = 200
_MOST: Final = 3
Where = Literal["text", "subject", "attachment", "title", "contact_name"]


class Mark(BaseModel):
    """A word that was looked for, the beginning of one, or a phrase. Counts UTF-16 code units of
    the snippet's text."""

    start: int
    length: int


class Snippet(BaseModel):
    """A piece of a text in which words were found."""

    where: Where
    text: str
    marks: list[Mark]
    attachment_id: str | None = None
    """Of a file's name."""


@dataclass(frozen=True, slots=True)
class Snippets:
    """Cuts snippets for one search. Pure."""

    stemmer: Stemmer
    asked: SearchTerms

    def of_message(self, message: Message) -> list[Snippet]:
        """From its text, its subject and the names of its files; the first only, if the words
        stand in none of them by themselves."""
        content = message.content
        subject = content.email.subject if content.email is not None else None
        found = [self._cut("text", content.text), self._cut("subject", subject)]
        found += [self._cut("attachment", one.name, one.id) for one in content.attachments]
        return [one for one in found if one is not None][:_MOST]

    def of_conversation(self, conversation: Conversation) -> list[Snippet]:
        """From its names."""
        found = [
            self._cut("title", conversation.title),
            self._cut("contact_name", conversation.contact_name),
        ]
        return [one for one in found if one is not None]

    def _cut(
        self, where: Where, text: str | None, attachment_id: str | None = None
    ) -> Snippet | None:
        plain = " ".join((text or "").split())
        places = self.asked.places(self.stemmer, plain)
        if not places:
            return None
        begin = max(0, places[0][0] - _BEFORE)
        if begin:
            begin = plain.find(" ", begin, places[0][0]) + 1 or begin
        end = min(len(plain), begin + _LENGTH)
        lead = "…" if begin else ""
        shown = f"{lead}{plain[begin:end]}{'…' if end < len(plain) else ''}"
        marks = [
            _mark(shown, first - begin + len(lead), min(last, end) - begin + len(lead))
            for first, last in places
            if first < end
        ]
        return Snippet(where=where, text=shown, marks=marks, attachment_id=attachment_id)


def _mark(text: str, first: int, last: int) -> Mark:
    start = _units(text[:first])
    return Mark(start=start, length=_units(text[first:last]))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
