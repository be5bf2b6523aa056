"""The simulated chats: who writes where, and what their phones show."""

from collections import OrderedDict
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

from connectors.telegram.simulator.refusal import Refusal, bad
from connectors.telegram.simulator.rooms import (
    Connection,
    Person,
    Place,
    Room,
    RoomKind,
    Shown,
    group_id,
    place_of,
    user,
)
from shared.clock import Clock

__all__ = ("Person", "Room", "RoomKind", "Shown", "World", "first_id")

_PEOPLE = 5_000
_BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
_IDS_PER_S = 4
_FIRST_USER = 200_000_000


def first_id(clock: Clock) -> int:
    """Where ids begin: later than those of any earlier run, as the platform's never repeat."""
    return int((clock.now() - _BEGAN).total_seconds()) * _IDS_PER_S


class World:
    """Everybody who has written to the bot."""

    def __init__(self, clock: Clock, bot: dict[str, Any]) -> None:
        self.clock = clock
        self.bot = bot
        self._people: OrderedDict[str, Person] = OrderedDict()
        self._names: dict[int, str] = {}
        self._rooms: dict[tuple[int, str | None], Room] = {}
        self._groups: dict[str, Room] = {}
        self._connections: dict[str, Connection] = {}
        self._next = first_id(clock)

    def person(self, key: str) -> Person:
        """The customer of that name, in the chat that it names; a new one at the first time."""
        known = self._people.get(key)
        if known is not None:
            return known
        place = place_of(key)
        number = self.user_id(place.name)
        room = self._room(place, number)
        person = Person(key, place.name, number, room, self._topic(room, place.topic))
        self._people[key] = person
        room.members[key] = person
        while len(self._people) > _PEOPLE:
            self._forget(*self._people.popitem(last=False))
        return person

    def known(self, key: str) -> Person | None:
        """The customer of that name who has written."""
        return self._people.get(key)

    def names(self) -> tuple[str, ...]:
        """The customers who have written."""
        return tuple(self._people)

    def user_id(self, name: str) -> int:
        """The number of whoever has that name; it is the same in every chat."""
        number = _FIRST_USER + crc32(name.encode())
        while self._names.get(number, name) != name:
            number += 1
        self._names[number] = name
        return number

    def reach(self, chat_id: int, connection_id: str | None = None) -> Person:
        """Somebody in the chat that the bot may write to. Refuses strangers, those who blocked it,
        chats that have another id now, and business accounts that are connected no more."""
        room = self._rooms.get((chat_id, connection_id))
        if connection_id is not None:
            _check_connection(room.connection if room is not None else None)
        if room is None or not room.messages or not room.members:
            raise bad("chat not found")
        if room.upgraded_to is not None:
            words = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refusal(400, words, migrate_to_chat_id=room.upgraded_to)
        if room.closed:
            raise Refusal(403, f"Forbidden: {_away(room)}")
        return next(iter(room.members.values()))

    def now(self) -> int:
        """The time in seconds since 1970."""
        return int(self.clock.now().timestamp())

    def add(
        self,
        person: Person,
        body: dict[str, Any],
        *,
        mine: bool,
        sender: dict[str, Any] | None = None,
    ) -> Shown:
        """A new message in the chat; ``sender`` if it is neither the person nor the bot."""
        self._next += 1
        writer = sender or (person.user() if mine else self.bot)
        head = {"message_id": self._next, "from": writer, "chat": person.chat(), "date": self.now()}
        if mine and person.topic is not None:
            head |= {"message_thread_id": person.topic, "is_topic_message": True}
        if person.room.connection is not None:
            head["business_connection_id"] = person.room.connection.id
        shown = Shown(head | body, mine)
        person.messages.append(shown)
        return shown

    def connection(self, owner: str) -> Connection:
        """The business account of that owner."""
        if owner not in self._connections:
            number = self.user_id(owner)
            self._connections[owner] = Connection(f"bc{number:x}", user(owner, number))
        return self._connections[owner]

    def rooms_of(self, connection_id: str) -> list[Room]:
        """All chats of a business account."""
        rooms = self._rooms.values()
        return [r for r in rooms if r.connection is not None and r.connection.id == connection_id]

    def upgrade(self, room: Room) -> Room:
        """The group becomes a supergroup: another chat, with another id and no history."""
        new = Room(group_id(room.title, supergroup=True), RoomKind.GROUP, room.title)
        room.upgraded_to = new.id
        self._rooms[new.id, None] = self._groups[room.title] = new
        for person in room.members.values():
            person.room = new
        new.members, room.members = room.members, dict(room.members)
        return new

    def _room(self, place: Place, number: int) -> Room:
        if place.kind is RoomKind.GROUP:
            return self._group(place)
        connection = None
        if place.kind is RoomKind.BUSINESS:
            connection = self.connection(place.room)
        key = number, connection.id if connection is not None else None
        if key not in self._rooms:
            self._rooms[key] = Room(number, place.kind, connection=connection)
        return self._rooms[key]

    def _group(self, place: Place) -> Room:
        known = self._groups.get(place.room)
        if known is None:
            forum = place.topic is not None
            number = group_id(place.room, supergroup=forum)
            known = Room(number, RoomKind.GROUP, place.room, forum=forum)
            self._rooms[number, None] = self._groups[place.room] = known
        return known

    def _topic(self, room: Room, name: str | None) -> int | None:
        """The topic of that name; it is numbered like the message that opens it."""
        if name is None or not room.forum:
            return None
        if name not in room.topics:
            self._next += 1
            room.topics[name] = self._next
        return room.topics[name]

    def _forget(self, key: str, person: Person) -> None:
        room = person.room
        room.members.pop(key, None)
        if not room.members and room.kind is not RoomKind.GROUP:
            connection = room.connection.id if room.connection is not None else None
            self._rooms.pop((room.id, connection), None)


def _check_connection(connection: Connection | None) -> None:
    if connection is None or not connection.enabled:
        raise bad("business connection not found")
    if not connection.can_reply:
        raise bad("BUSINESS_CONNECTION_NOT_ALLOWED")


def _away(room: Room) -> str:
    if room.kind is RoomKind.PRIVATE:
        return "bot was blocked by the user"
    return f"bot was kicked from the {'supergroup' if room.supergroup else 'group'} chat"
