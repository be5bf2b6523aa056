"""The ledger: what both ends of the hub say, as plain records. Pure.

One end is what customers wrote and what agents and bots asked for; the other is what store, API,
live feed and phones show. ``tests.chaos.compare`` says where they differ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

ANSWER: Final = "re: "
"""What the bot's answers begin with; the text that they answer follows."""


def own_words(text: str) -> str:
    """A message without the earlier mails that stand below an answer by mail."""
    return text.partition("\n\n")[0]


@dataclass(slots=True)
class Written:
    """A customer's message, from the first try to send it until it was taken."""

    channel: str
    customer: str
    text: str
    at_s: float
    accepted: bool = False


@dataclass(slots=True)
class Asked:
    """A reply or note of an agent, under an id of its own."""

    id: str
    author: str
    conversation_id: str
    kind: str
    text: str
    state: str = "unanswered"
    """``done``, ``refused``, or ``unanswered`` until its outcome is known."""
    message_id: str | None = None
    said: str = ""
    """What else it was told, such as the reason of a refusal or another outcome on a repeat."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A message as one place shows it."""

    id: str
    conversation_id: str
    direction: str
    text: str
    author: str = ""
    delivery: str | None = None
    seq: int = 0
    sort: str = ""
    system: str | None = None
    """Of a system line: its name."""

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> Self:
        """From the API, the live feed or a document of the store."""
        return cls(
            id=message["id"],
            conversation_id=message["conversation_id"],
            direction=message["direction"],
            text=own_words(message["content"]["text"]),
            author=message["author"].get("name") or "",
            delivery=message["delivery"],
            seq=message["seq"],
            sort=message["sort"],
            system=(message["system"] or {}).get("name"),
        )


@dataclass(frozen=True, slots=True)
class Letter:
    """An open dead letter."""

    source: str
    reason: str
    raw: str = ""
    """The bytes as text, as far as they were kept."""


@dataclass(slots=True)
class Ledger:
    """What was put in."""

    written: list[Written] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def of(self, customer: str) -> list[str]:
        """What the customer wrote, in order."""
        return [line.text for line in self.written if line.customer == customer]


@dataclass(slots=True)
class Found:
    """What is there now."""

    conversations: Mapping[str, str] = field(default_factory=dict)
    """The customer of each conversation."""
    api: Sequence[Entry] = ()
    """Every message of every conversation, each conversation in the order of the screen."""
    live: Mapping[str, Entry] = field(default_factory=dict)
    """What an agent's screen holds by what the live feed told alone, by id of the message."""
    live_wrong: Sequence[str] = ()
    """What the feed told that it may not."""
    phones: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The hub's messages on each customer's phone, in order."""
    own: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The customer's own messages on phones that are the hub's own pages."""
    histories: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """All messages on such phones, in order."""
    widgets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What the window of a visitor shows who left it open, by customer."""
    letters: Sequence[Letter] = ()
    undelivered: Mapping[str, int] = field(default_factory=dict)
    """Updates that the hub has not taken, by channel."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the store holds when every process has ended in order."""

    messages: Sequence[Entry] = ()
    logged: Sequence[tuple[int, int, str, str]] = ()
    """Of the event log: partition, seq, kind, and the id of the message if it is of one."""
    open_parts: Sequence[str] = ()
    """Parts that are in no final state, or whose last change the router was not told."""
    unpublished: Sequence[int] = ()
    """Partitions with events that are not known to be published."""
    counted: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Counters of the lists: what is kept and what there is."""
