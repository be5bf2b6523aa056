"""The chats of the simulated Telegram: private ones, groups with topics, and those of a business.

Who writes where is said by the customer's name, so that every screen and test can say it:
``Ann`` writes to the bot, ``Ann @ Builders`` in a group, ``Ann @ Builders / Paint`` in a topic of a
forum, and ``Ann @ business Olga`` to Olga, whose business account the bot is connected to.
"""

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from zlib import crc32

_MESSAGES = 500
_SUPERGROUP = -1_000_000_000_000
_AT = " @ "
_TOPIC = " / "
_BUSINESS = "business "


class RoomKind(StrEnum):
    """What kind of chat it is."""

    PRIVATE = "private"
    GROUP = "group"
    BUSINESS = "business"


@dataclass(frozen=True, slots=True)
class Place:
    """A customer's name, taken apart."""

    name: str
    kind: RoomKind = RoomKind.PRIVATE
    room: str = ""
    topic: str | None = None


def place_of(key: str) -> Place:
    """Who writes, and where."""
    name, at, room = key.partition(_AT)
    if not at or not room.strip():
        return Place(key.strip())
    if room.startswith(_BUSINESS):
        return Place(name.strip(), RoomKind.BUSINESS, room.removeprefix(_BUSINESS).strip())
    group, slash, topic = room.partition(_TOPIC)
    named = topic.strip() if slash and topic.strip() else None
    return Place(name.strip(), RoomKind.GROUP, group.strip(), named)


@dataclass(slots=True)
class Shown:
    """A message in a chat."""

    message: dict[str, Any]
    """As the Bot API tells it."""
    mine: bool
    """A customer's own."""
    edited: bool = False
    reactions: list[str] = field(default_factory=list)
    """The customers'."""
    hub_reactions: list[str] = field(default_factory=list)
    read: bool = False
    """Marked as read by the hub, in a business chat."""

    @property
    def id(self) -> int:
        """Its number in the chat."""
        number: int = self.message["message_id"]
        return number


@dataclass(slots=True)
class Connection:
    """A business account that the bot is connected to."""

    id: str
    owner: dict[str, Any]
    enabled: bool = True
    can_reply: bool = True
    told: bool = False
    """Whether the bot knows of it."""


@dataclass(slots=True)
class Room:
    """A chat: what was written in it, and who is there."""

    id: int
    kind: RoomKind = RoomKind.PRIVATE
    title: str = ""
    forum: bool = False
    upgraded_to: int | None = None
    closed: bool = False
    """The bot was blocked or sent away."""
    told: bool = False
    """Whether the bot knows that it was added."""
    connection: Connection | None = None
    topics: dict[str, int] = field(default_factory=dict)
    opened: set[int] = field(default_factory=set)
    """Topics of which the bot knows."""
    members: "dict[str, Person]" = field(default_factory=dict)
    messages: deque[Shown] = field(default_factory=lambda: deque(maxlen=_MESSAGES))

    @property
    def supergroup(self) -> bool:
        """Whether it is no small group (any more)."""
        return self.id < _SUPERGROUP

    def find(self, number: int | None) -> Shown | None:
        """The message with the number."""
        return next((shown for shown in self.messages if shown.id == number), None)


@dataclass(slots=True)
class Person:
    """Somebody in a chat."""

    key: str
    """The whole name, with the place."""
    name: str
    id: int
    room: Room
    topic: int | None = None

    @property
    def blocked(self) -> bool:
        """Whether the bot cannot write there."""
        return self.room.closed

    @property
    def messages(self) -> deque[Shown]:
        """What stands in the chat."""
        return self.room.messages

    def find(self, number: int | None) -> Shown | None:
        """The message with the number."""
        return self.room.find(number)

    def user(self) -> dict[str, Any]:
        """As a ``User``."""
        return user(self.name, self.id)

    def chat(self) -> dict[str, Any]:
        """As a ``Chat``."""
        room = self.room
        if room.kind is RoomKind.GROUP:
            kind = "supergroup" if room.supergroup else "group"
            forum = {"is_forum": True} if room.forum else {}
            return {"id": room.id, "title": room.title, "type": kind, **forum}
        names = {key: value for key, value in self.user().items() if key.endswith("_name")}
        return {"id": self.id, **names, "type": "private"}

    def sees(self, shown: Shown) -> bool:
        """Whether it stands in the topic that the person looks at."""
        return self.topic is None or shown.message.get("message_thread_id") == self.topic


def user(name: str, number: int) -> dict[str, Any]:
    """A ``User`` of that name."""
    first, _, last = name.strip().partition(" ")
    told = {"id": number, "is_bot": False, "first_name": first or "Customer"}
    return told | ({"last_name": last} if last else {}) | {"language_code": "ru"}


def group_id(title: str, *, supergroup: bool) -> int:
    """The id of a group of that name."""
    number = 1_000_000 + crc32(title.encode()) % 1_000_000_000
    return _SUPERGROUP - number if supergroup else -number
