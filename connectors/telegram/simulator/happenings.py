"""What happens in chats as updates: messages, members, topics, business accounts."""

from typing import Any

from connectors.telegram.simulator.queue import UpdateQueue
from connectors.telegram.simulator.rooms import Connection, Person, RoomKind, Shown
from connectors.telegram.simulator.world import World


class Events:
    """Tells the bot."""

    def __init__(self, world: World, queue: UpdateQueue) -> None:
        self._world = world
        self._queue = queue

    def message(self, person: Person, shown: Shown, *, edited: bool = False) -> None:
        """A message was written, or changed."""
        business = "business_" if person.room.connection is not None else ""
        name = f"{'edited_' if edited else ''}{business}message"
        self._queue.add(name, shown.message, f"m{person.room.id}")

    def introduce(self, person: Person) -> None:
        """What comes before the first message: the bot in the group, the topic, the connection."""
        room = person.room
        if room.connection is not None and not room.connection.told:
            self.connection(room.connection)
        if room.kind is not RoomKind.GROUP:
            return
        if not room.told:
            self.membership(person, "left", "member")
        if person.topic is not None and person.topic not in room.opened:
            room.opened.add(person.topic)
            name = next(name for name, number in room.topics.items() if number == person.topic)
            created = {"name": name, "icon_color": 7322096}
            shown = self._world.add(person, {"forum_topic_created": created}, mine=True)
            shown.message["message_id"] = person.topic
            self.message(person, shown)

    def service(self, person: Person, body: dict[str, Any]) -> Shown:
        """What Telegram tells in the place of a message."""
        self.introduce(person)
        shown = self._world.add(person, body, mine=True)
        self.message(person, shown)
        return shown

    def membership(self, person: Person, was: str, now: str) -> None:
        """The bot's own place in the chat changed, by this person."""
        person.room.told = True
        until = {"until_date": 0} if now == "kicked" else {}
        update = {
            "chat": person.chat(),
            "from": person.user(),
            "date": self._world.now(),
            "old_chat_member": {"user": self._world.bot, "status": was},
            "new_chat_member": {"user": self._world.bot, "status": now, **until},
        }
        self._queue.add("my_chat_member", update, f"b{person.room.id}")

    def connection(self, connection: Connection) -> None:
        """A business account was connected, changed or disconnected."""
        connection.told = True
        update = {
            "id": connection.id,
            "user": connection.owner,
            "user_chat_id": connection.owner["id"],
            "date": self._world.now(),
            "is_enabled": connection.enabled,
            "rights": {"can_reply": True, "can_read_messages": True}
            if connection.can_reply
            else {},
        }
        self._queue.add("business_connection", update, f"bc{connection.id}")

    def deleted(self, person: Person, shown: Shown) -> None:
        """A message of a business account's chat was deleted by one of the two."""
        connection = person.room.connection
        assert connection is not None  # noqa: S101 - only asked for there
        update = {
            "business_connection_id": connection.id,
            "chat": person.chat(),
            "message_ids": [shown.id],
        }
        self._queue.add("deleted_business_messages", update, f"m{person.room.id}")
