"""The simulated conversations: who writes with the community, and what their phones show."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

from connectors.vk.simulator.refusal import Refusal
from shared.clock import Clock

_PEOPLE = 5_000
_MESSAGES = 500
_BEGAN = datetime(2025, 1, 1, tzinfo=UTC)
_FIRST_USER = 100_000_000
_USERS = 900_000_000
_CHATS = 2_000_000_000


def first_id(clock: Clock) -> int:
    """Where ids begin: later than those of any earlier run, as the platform's never repeat."""
    return int((clock.now() - _BEGAN).total_seconds())


@dataclass(slots=True)
class Shown:
    """A message in a conversation."""

    message: dict[str, Any]
    """As VK tells it."""
    mine: bool
    """A person's, not the community's."""
    edited: bool = False
    reactions: dict[int, int] = field(default_factory=dict)
    """Number of the reaction by who set it."""

    @property
    def cmid(self) -> int:
        """Its number in the conversation."""
        number: int = self.message["conversation_message_id"]
        return number


@dataclass(slots=True)
class Person:
    """Somebody with a phone."""

    key: str
    id: int

    def user(self) -> dict[str, Any]:
        """As ``users.get`` tells."""
        first, _, last = self.key.rpartition("/")[2].strip().partition(" ")
        return {
            "id": self.id,
            "first_name": first or "Customer",
            "last_name": last,
            "screen_name": f"id{self.id}",
        }


@dataclass(slots=True)
class Conversation:
    """A private conversation with the community, or a chat of several people."""

    peer_id: int
    title: str | None
    next_cmid: int
    denied: bool = False
    """The person has forbidden messages."""
    typing: bool = False
    read_by_us: int = 0
    """The last message that the community has read."""
    read_by_them: int = 0
    messages: deque[Shown] = field(default_factory=lambda: deque(maxlen=_MESSAGES))

    def find(self, cmid: int | None) -> Shown | None:
        """The message with the number."""
        return next((shown for shown in self.messages if shown.cmid == cmid), None)


class World:
    """Everybody who has written to the community. ``Team/Anna`` is Anna in the chat ``Team``."""

    def __init__(self, clock: Clock, group_id: int) -> None:
        self.clock = clock
        self.group_id = group_id
        self._people: OrderedDict[str, Person] = OrderedDict()
        self._users: dict[int, Person] = {}
        self._conversations: dict[int, Conversation] = {}
        self._chats: dict[str, int] = {}
        self._first = first_id(clock)
        self._next = self._first

    def person(self, key: str) -> Person:
        """The customer of that name; a new one at the first time."""
        known = self._people.get(key)
        if known is not None:
            return known
        name = key.rpartition("/")[2]
        same = next((p for p in self._users.values() if p.key.rpartition("/")[2] == name), None)
        number = same.id if same is not None else _FIRST_USER + crc32(name.encode()) % _USERS
        while same is None and number in self._users:
            number += 1
        person = Person(key, number)
        self._people[key] = person
        self._users.setdefault(number, person)
        while len(self._people) > _PEOPLE:
            self._people.popitem(last=False)
        return person

    def user(self, number: int) -> Person | None:
        """The person with the number."""
        return self._users.get(number)

    def conversation_of(self, person: Person) -> Conversation:
        """Where this phone writes."""
        chat, slash, _ = person.key.rpartition("/")
        if not slash:
            return self._at(person.id, None)
        number = self._chats.setdefault(chat, len(self._chats) + 1)
        return self._at(_CHATS + number, chat)

    def _at(self, peer_id: int, title: str | None) -> Conversation:
        found = self._conversations.get(peer_id)
        if found is None:
            found = Conversation(peer_id, title, self._first)
            self._conversations[peer_id] = found
        return found

    def known(self, peer_id: int) -> Conversation | None:
        """The conversation with a peer, if something was written there."""
        return self._conversations.get(peer_id)

    def conversations(self) -> list[Conversation]:
        """All of them, the one written in last at first."""
        written = [item for item in self._conversations.values() if item.messages]
        return sorted(written, key=lambda item: -int(item.messages[-1].message["id"]))

    def names(self) -> tuple[str, ...]:
        """The customers who have written."""
        return tuple(self._people)

    def keys_in(self, conversation: Conversation) -> list[str]:
        """Whose phones show the conversation."""
        return [
            person.key
            for person in self._people.values()
            if self.conversation_of(person) is conversation
        ]

    def reach(self, peer_id: int) -> Conversation:
        """Where the community may write. Refuses strangers and those who have forbidden it."""
        found = self._conversations.get(peer_id)
        if peer_id > _CHATS:
            if found is None:
                raise Refusal(917)
            return found
        if found is None or not found.messages or found.denied:
            raise Refusal(901)
        return found

    def now(self) -> int:
        """The time in seconds since 1970."""
        return int(self.clock.now().timestamp())

    def add(
        self, conversation: Conversation, author: int, body: dict[str, Any], *, mine: bool
    ) -> Shown:
        """A new message in the conversation."""
        self._next += 1
        cmid = conversation.next_cmid
        conversation.next_cmid += 1
        head: dict[str, Any] = {
            "date": self.now(),
            "from_id": author,
            # VK numbers the messages of a chat for the people in it alone.
            "id": self._next if conversation.title is None else 0,
            "version": self._next,
            "out": 0 if mine else 1,
            "attachments": [],
            "conversation_message_id": cmid,
            "fwd_messages": [],
            "important": False,
            "is_hidden": False,
            "peer_id": conversation.peer_id,
            "random_id": 0,
            "text": "",
        }
        shown = Shown(head | body, mine)
        conversation.messages.append(shown)
        return shown
