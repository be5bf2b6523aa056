"""What people do in groups, in business chats and with live locations."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from connectors.telegram.simulator.customer import Customers
from connectors.telegram.simulator.happenings import Events
from connectors.telegram.simulator.queue import UpdateQueue
from connectors.telegram.simulator.rooms import Person, RoomKind, Shown, user
from connectors.telegram.simulator.texts import with_text
from connectors.telegram.simulator.world import World
from shared.errors import BadRequest

Act = Callable[[Person, Mapping[str, Any]], None]
_LIVE_S: Final = 900
_ANONYMOUS: Final = {
    "id": 1_087_968_824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}


class ChatActs:
    """By ``type``, as ``acts``."""

    def __init__(self, world: World, customers: Customers, queue: UpdateQueue) -> None:
        self._world = world
        self._customers = customers
        self._queue = queue
        self._events = Events(world, queue)
        self.acts: Mapping[str, Act] = {
            "live_location": self._live,
            "move": self._move,
            "stop": self._stop,
            "join": self._join,
            "leave": self._leave,
            "title": self._title,
            "pin": self._pin,
            "anonymous": self._anonymous,
            "upgrade": self._upgrade,
            "vote": self._vote,
            "owner": self._owner,
            "connect": self._connect,
            "disconnect": self._disconnect,
            "delete": self._delete,
            "unknown": self._unknown,
        }

    def _live(self, person: Person, action: Mapping[str, Any]) -> None:
        period = {"live_period": int(action.get("period") or _LIVE_S)}
        self._customers.say(person, {"location": point_of(action) | period})

    def _move(self, person: Person, action: Mapping[str, Any]) -> None:
        shown = self._live_one(person)
        period = {"live_period": shown.message["location"]["live_period"]}
        self._locate(person, shown, point_of(action) | period)

    def _stop(self, person: Person, _action: Mapping[str, Any]) -> None:
        shown = self._live_one(person)
        last = {k: v for k, v in shown.message["location"].items() if k != "live_period"}
        self._locate(person, shown, last)

    def _live_one(self, person: Person) -> Shown:
        for shown in reversed(person.messages):
            own = shown.mine and shown.message["from"]["id"] == person.id
            if own and "live_period" in shown.message.get("location", {}):
                return shown
        raise BadRequest("there is no live location", field="type")

    def _locate(self, person: Person, shown: Shown, point: dict[str, Any]) -> None:
        shown.message = shown.message | {"location": point, "edit_date": self._world.now()}
        self._events.message(person, shown, edited=True)

    def _join(self, person: Person, action: Mapping[str, Any]) -> None:
        _in_group(person)
        name = str(action.get("name") or person.name)
        members = [user(name, self._world.user_id(name))]
        self._events.service(person, {"new_chat_members": members})

    def _leave(self, person: Person, _action: Mapping[str, Any]) -> None:
        _in_group(person)
        self._events.service(person, {"left_chat_member": person.user()})

    def _title(self, person: Person, action: Mapping[str, Any]) -> None:
        _in_group(person)
        title = str(action.get("title") or "").strip()
        if not title:
            raise BadRequest("a title is needed", field="title")
        person.room.title = title
        self._events.service(person, {"new_chat_title": title})

    def _pin(self, person: Person, _action: Mapping[str, Any]) -> None:
        if not person.messages:
            raise BadRequest("there is no message to pin", field="type")
        self._events.service(person, {"pinned_message": person.messages[-1].message})

    def _anonymous(self, person: Person, action: Mapping[str, Any]) -> None:
        _in_group(person)
        body = with_text({"sender_chat": person.chat()}, str(action.get("text") or "hello"))
        self._customers.say(person, body, sender=_ANONYMOUS)

    def _upgrade(self, person: Person, _action: Mapping[str, Any]) -> None:
        _in_group(person)
        old = person.room
        if old.supergroup:
            raise BadRequest("it is a supergroup already", field="type")
        self._events.introduce(person)
        shown = self._world.add(person, {}, mine=True)
        new = self._world.upgrade(old)
        new.told = True
        shown.message["migrate_to_chat_id"] = new.id
        self._queue.add("message", shown.message, f"m{old.id}")
        self._events.service(person, {"migrate_from_chat_id": old.id})

    def _vote(self, person: Person, action: Mapping[str, Any]) -> None:
        polls = (s.message["poll"] for s in reversed(person.messages) if "poll" in s.message)
        poll = next(polls, None)
        if poll is None:
            raise BadRequest("there is no poll", field="type")
        number = int(action.get("option") or 0)
        if not 0 <= number < len(poll["options"]):
            raise BadRequest("the poll has no such option", field="option")
        poll["options"][number]["voter_count"] += 1
        poll["total_voter_count"] += 1
        if not poll["is_anonymous"]:
            answer = {"poll_id": poll["id"], "user": person.user(), "option_ids": [number]}
            self._queue.add("poll_answer", answer, f"p{person.id}")

    def _owner(self, person: Person, action: Mapping[str, Any]) -> None:
        connection = person.room.connection
        if connection is None:
            raise BadRequest("only a business has an owner who writes", field="type")
        self._events.introduce(person)
        body = with_text({}, str(action.get("text") or "hello"))
        shown = self._world.add(person, body, mine=False, sender=connection.owner)
        self._events.message(person, shown)

    def _connect(self, person: Person, action: Mapping[str, Any]) -> None:
        connection = self._connection_of(person)
        connection.enabled, connection.can_reply = True, action.get("can_reply") is not False
        self._events.connection(connection)

    def _disconnect(self, person: Person, _action: Mapping[str, Any]) -> None:
        connection = self._connection_of(person)
        connection.enabled = False
        self._events.connection(connection)

    def _unknown(self, person: Person, _action: Mapping[str, Any]) -> None:
        """A kind of message that no bot has heard of yet."""
        self._customers.say(person, {"hologram": {"depth": 3}})

    def _connection_of(self, person: Person) -> Any:
        """By the owner in person, or by naming one of the account's chats."""
        return person.room.connection or self._world.connection(person.name)

    def _delete(self, person: Person, action: Mapping[str, Any]) -> None:
        if person.room.connection is None:
            raise BadRequest("Telegram does not tell bots of deleted messages", field="type")
        number = str(action.get("message_id"))
        own = [shown for shown in person.messages if shown.mine]
        shown = person.find(int(number)) if number.isdigit() else next(reversed(own), None)
        if shown is None:
            raise BadRequest("there is no such message", field="message_id")
        person.messages.remove(shown)
        self._events.deleted(person, shown)


def _in_group(person: Person) -> None:
    if person.room.kind is not RoomKind.GROUP:
        raise BadRequest("only in a group: write as Name @ Group", field="customer")


def point_of(action: Mapping[str, Any]) -> dict[str, float]:
    try:
        return {
            "latitude": float(action.get("latitude", 55.7558)),
            "longitude": float(action.get("longitude", 37.6173)),
        }
    except (TypeError, ValueError):
        raise BadRequest("latitude and longitude are numbers", field="latitude") from None
