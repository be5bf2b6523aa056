"""The simulated chats: who writes with the bot, and what their phones show."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

from connectors.telegram.simulator.refusal import Refusal, bad
from shared.clock import Clock

_PEOPLE = 5_000
_MESSAGES = 500
_BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
_IDS_PER_S = 4
_FIRST_USER = 200_000_000


def first_id(clock: Clock) -> int:
    """Where ids begin: later than those of any earlier run, as the platform's never repeat."""
    return int((clock.now() - _BEGAN).total_seconds()) * _IDS_PER_S


@dataclass(slots=True)
class Shown:
    """A message in a chat."""

    message: dict[str, Any]
    """As the Bot API tells it."""
    mine: bool
    """The customer's own."""
    edited: bool = False
    reactions: list[str] = field(default_factory=list)
    """The customer's."""
    hub_reactions: list[str] = field(default_factory=list)

    @property
    def id(self) -> int:
        """Its number in the chat."""
        number: int = self.message["message_id"]
        return number


@dataclass(slots=True)
class Person:
    """A customer and the chat with the bot."""

    key: str
    id: int
    blocked: bool = False
    messages: deque[Shown] = field(default_factory=lambda: deque(maxlen=_MESSAGES))

    def user(self) -> dict[str, Any]:
        """As a ``User``."""
        first, _, last = self.key.strip().partition(" ")
        user = {"id": self.id, "is_bot": False, "first_name": first or "Customer"}
        return user | ({"last_name": last} if last else {}) | {"language_code": "ru"}

    def chat(self) -> dict[str, Any]:
        """As a ``Chat``."""
        names = {key: value for key, value in self.user().items() if key.endswith("_name")}
        return {"id": self.id, **names, "type": "private"}

    def find(self, number: int | None) -> Shown | None:
        """The message with the number."""
        return next((shown for shown in self.messages if shown.id == number), None)


class World:
    """Everybody who has written to the bot."""

    def __init__(self, clock: Clock, bot: dict[str, Any]) -> None:
        self.clock = clock
        self.bot = bot
        self._people: OrderedDict[str, Person] = OrderedDict()
        self._by_id: dict[int, Person] = {}
        self._next = first_id(clock)

    def person(self, key: str) -> Person:
        """The customer of that name; a new one at the first time."""
        known = self._people.get(key)
        if known is not None:
            return known
        number = _FIRST_USER + crc32(key.encode())
        while number in self._by_id:
            number += 1
        person = Person(key, number)
        self._people[key] = person
        self._by_id[number] = person
        while len(self._people) > _PEOPLE:
            _, oldest = self._people.popitem(last=False)
            del self._by_id[oldest.id]
        return person

    def known(self, key: str) -> Person | None:
        """The customer of that name who has written."""
        return self._people.get(key)

    def names(self) -> tuple[str, ...]:
        """The customers who have written."""
        return tuple(self._people)

    def reach(self, chat_id: int) -> Person:
        """The chat that the bot may write to. Refuses strangers and those who blocked it."""
        person = self._by_id.get(chat_id)
        if person is None or not person.messages:
            raise bad("chat not found")
        if person.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        return person

    def now(self) -> int:
        """The time in seconds since 1970."""
        return int(self.clock.now().timestamp())

    def add(self, person: Person, body: dict[str, Any], *, mine: bool) -> Shown:
        """A new message in the chat."""
        self._next += 1
        sender = person.user() if mine else self.bot
        head = {"message_id": self._next, "from": sender, "chat": person.chat(), "date": self.now()}
        shown = Shown(head | body, mine)
        person.messages.append(shown)
        return shown
