"""What rules know of a conversation when they are asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final

from shared.collections import CALENDARS, PEAK_STATE
from shared.model.conversation import Conversation
from shared.model.message import Message
from shared.policies.book import Book
from shared.policies.hours import NeverOpen, hours_of, is_open
from shared.stems import Stemmer

_NOTHING: Final[frozenset[str]] = frozenset()
WithinHours = Callable[[str, datetime], bool]
"""Whether a calendar, by its id, says that it is working time."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One conversation at one moment, and the customer's message that has just come, if one has."""

    conversation: Conversation
    now: datetime
    stems: frozenset[str] = _NOTHING
    """Of the message's words: they are stemmed once, however many rules ask."""
    message: Message | None = None
    peak: bool = False
    within: WithinHours | None = None

    def after(self, conversation: Conversation) -> "Facts":
        """The same with the conversation as it stands later."""
        return replace(self, conversation=conversation)


def facts_of(
    book: Book,
    conversation: Conversation,
    message: Message | None,
    now: datetime,
    stemmer: Stemmer | None,
) -> Facts:
    """What is known; without a ``stemmer`` nobody asks for words."""
    stems = _NOTHING
    if message is not None and stemmer is not None:
        mail = message.content.email
        subject = mail.subject if mail is not None and mail.subject else ""
        stems = frozenset(stemmer.stems(f"{subject} {message.content.text}"))
    state = book.get(PEAK_STATE, "now")
    return Facts(
        conversation,
        now,
        stems,
        message,
        peak=state is not None and state.on,
        within=partial(_is_within, book),
    )


def _is_within(book: Book, calendar_id: str, at: datetime) -> bool:
    """Whether the calendar is open then. One that is gone, or never opens, is not."""
    calendar = book.get(CALENDARS, calendar_id)
    try:
        return calendar is not None and is_open(hours_of(calendar), at)
    except NeverOpen:
        return False


def parents_of(topics: Mapping[str, str | None], topic: str | None) -> frozenset[str]:
    """A topic and all above it, by the parents of all topics."""
    seen: set[str] = set()
    while topic is not None and topic not in seen:
        seen.add(topic)
        topic = topics.get(topic)
    return frozenset(seen)
