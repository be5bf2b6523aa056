"""The mail that brings a customer what they have not read: its subject and its text. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shared.model.message import Message
from shared.model.onward import Onward

_MOST_CHARS: Final = 20_000
_NAME_CHARS: Final = 60


@dataclass(frozen=True, slots=True)
class _Words:
    subject: str
    subject_bare: str
    one: str
    several: str
    file: str
    cut: str
    back: str
    answer: str
    answer_only: str


_WORDS: Final[Mapping[str, _Words]] = {
    "en": _Words(
        subject="An answer from {title}",
        subject_bare="An answer to your message in the chat",
        one="You have left our chat, and here is the answer that came since:",
        several="You have left our chat, and here are the answers that came since:",
        file="[file: {name}]",
        cut="[The rest is in the chat.]",
        back="Go on in the chat: {link}",
        answer="Or simply answer this mail: your answer comes into the same conversation.",
        answer_only="Simply answer this mail: your answer comes into the same conversation.",
    ),
    "ru": _Words(
        subject="Ответ: {title}",
        subject_bare="Ответ на ваше сообщение в чате",
        one="Вы вышли из нашего чата, а ответ пришёл позже. Вот он:",
        several="Вы вышли из нашего чата, а ответы пришли позже. Вот они:",
        file="[файл: {name}]",
        cut="[Остальное в чате.]",
        back="Продолжить в чате: {link}",
        answer="Или просто ответьте на это письмо: ответ попадёт в тот же разговор.",
        answer_only="Просто ответьте на это письмо: ответ попадёт в тот же разговор.",
    ),
}


def letter(unread: Sequence[Message], wanted: Onward) -> tuple[str, str]:
    """(subject, text) of a mail with these messages, oldest first, in the customer's language."""
    words = _WORDS.get(wanted.language.lower().partition("-")[0], _WORDS["en"])
    title = " ".join(wanted.title.split())[:_NAME_CHARS]
    subject = words.subject.format(title=title) if title else words.subject_bare
    opening = words.one if len(unread) == 1 else words.several
    quoted = "\n\n".join(_quoted(message, words) for message in unread)
    if len(quoted) > _MOST_CHARS:
        quoted = f"{quoted[:_MOST_CHARS]}\n\n{words.cut}"
    closing = words.answer_only
    if wanted.link:
        closing = f"{words.back.format(link=wanted.link)}\n{words.answer}"
    return subject, "\n\n".join([opening, quoted, closing])


def _quoted(message: Message, words: _Words) -> str:
    content = message.content
    lines = content.text.splitlines()
    names = (one.name or one.kind.value for one in content.attachments)
    lines += [words.file.format(name=name) for name in names]
    author = f"{message.author.name}:\n" if message.author.name else ""
    return author + "\n".join(f"> {line}".rstrip() for line in lines)
