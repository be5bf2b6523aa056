"""What customers do: write, press, edit, block, react ... each becomes an update."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from connectors.telegram.simulator.attachments import KINDS, kind_for, told
from connectors.telegram.simulator.happenings import Events
from connectors.telegram.simulator.queue import UpdateQueue
from connectors.telegram.simulator.rooms import RoomKind
from connectors.telegram.simulator.shelf import Shelf
from connectors.telegram.simulator.texts import with_text
from connectors.telegram.simulator.world import Person, Shown, World
from shared.errors import BadRequest

_DOT: Final = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_ALBUM: Final = 10
_VISUAL: Final = frozenset({"photo", "video"})
_CHARS_MAX: Final = 4096


class Customers:
    """The hands of all customers."""

    def __init__(
        self, world: World, shelf: Shelf, queue: UpdateQueue, changed: Callable[[Person], None]
    ) -> None:
        self._world = world
        self._shelf = shelf
        self._queue = queue
        self._events = Events(world, queue)
        self._changed = changed

    def write(self, key: str, text: str, attachments: Sequence[Mapping[str, Any]]) -> str:
        """Write a message; several files make an album where they may. Returns its number."""
        if not key.strip():
            raise BadRequest("a customer needs a name", field="customer")
        if not text.strip() and not attachments:
            raise BadRequest("a message without text and files", field="text")
        if len(text) > _CHARS_MAX:
            raise BadRequest("Telegram takes at most 4096 characters", field="text")
        person = self._world.person(key)
        if not attachments:
            return self.say(person, with_text({}, text))
        bodies = [self.file(item) for item in attachments]
        bodies[0] = with_text(bodies[0], text, "caption")
        fields = {next(iter(body)) for body in bodies}
        together = fields <= _VISUAL or len(fields) == 1
        if 1 < len(bodies) <= _ALBUM and together:
            group = {"media_group_id": str(13_000_000_000_000_000 + self._world.now())}
            bodies = [body | group for body in bodies]
        numbers = [self.say(person, body) for body in bodies]
        return numbers[0]

    def say(
        self, person: Person, body: dict[str, Any], *, sender: dict[str, Any] | None = None
    ) -> str:
        """Any message of the customer. Writing to a bot that one has blocked unblocks it."""
        if person.blocked:
            if person.room.kind is RoomKind.GROUP:
                raise BadRequest("the bot was sent away from this group", field="customer")
            self.block(person, blocked=False)
        self._events.introduce(person)
        shown = self._world.add(person, body, mine=True, sender=sender)
        self._events.message(person, shown)
        self._changed(person)
        return str(shown.id)

    def file(self, item: Mapping[str, Any], kind: str | None = None) -> dict[str, Any]:
        """A file from ``name``, ``mime`` and ``data_base64``, as a message tells of it."""
        mime = str(item.get("mime") or (KINDS[kind][1] if kind else "application/octet-stream"))
        kind = kind or kind_for(mime)
        name = str(item.get("name") or KINDS[kind][0])
        given = item.get("data_base64")
        try:
            data = base64.b64decode(str(given), validate=True) if given else _DOT
        except (binascii.Error, ValueError):
            raise BadRequest("data_base64 is not base64", field="attachments") from None
        stored = self._shelf.put(kind, name, mime, data)
        return told(stored, emoji=str(item.get("emoji") or "👍"))

    def block(self, person: Person, *, blocked: bool) -> None:
        """Block or unblock the bot; in a group, send it away or let it in again."""
        if person.room.kind is RoomKind.BUSINESS:
            raise BadRequest("a customer of a business cannot block its bot", field="type")
        if not person.messages and person.room.kind is RoomKind.PRIVATE:
            self._world.add(person, with_text({}, "/start"), mine=True)
        person.room.closed = blocked
        was, now = ("member", "kicked") if blocked else ("kicked", "member")
        self._events.membership(person, was, now)
        self._changed(person)

    def edit(self, person: Person, shown: Shown, text: str) -> None:
        """Change the text or caption of one's own message."""
        field = "text" if "text" in shown.message else "caption"
        gone = {field, "entities", "caption_entities"}
        kept = {name: value for name, value in shown.message.items() if name not in gone}
        shown.message = with_text(kept, text, field) | {"edit_date": self._world.now()}
        shown.edited = True
        self._events.message(person, shown, edited=True)
        self._changed(person)

    def react(self, person: Person, shown: Shown, emoji: str) -> None:
        """Set one's reaction; an empty one takes it back."""
        if person.room.kind is RoomKind.BUSINESS:
            raise BadRequest("Telegram does not tell of reactions there", field="type")
        reactions = [emoji] if emoji else []
        update = {
            "chat": person.chat(),
            "message_id": shown.id,
            "user": person.user(),
            "date": self._world.now(),
            "old_reaction": [{"type": "emoji", "emoji": item} for item in shown.reactions],
            "new_reaction": [{"type": "emoji", "emoji": item} for item in reactions],
        }
        shown.reactions = reactions
        self._queue.add("message_reaction", update, f"r{person.room.id}")
        self._changed(person)

    def press(self, person: Person, shown: Shown, data: str, identifier: str) -> None:
        """Press an inline button."""
        update = {
            "id": identifier,
            "from": person.user(),
            "message": shown.message,
            "chat_instance": str(-abs(person.room.id) * 7919),
            "data": data,
        }
        self._queue.add("callback_query", update, f"c{person.id}")
