"""What customers do: write, press, edit, react, read ... each becomes an event."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from connectors.vk.reactions import number_of
from connectors.vk.simulator.shelf import Shelf
from connectors.vk.simulator.stream import Stream
from connectors.vk.simulator.world import Conversation, Person, Shown, World
from shared.errors import BadRequest, Rejected

_DOT: Final = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_CHARS_MAX: Final = 4096
_CLIENT: Final = {
    "button_actions": ["text", "vkpay", "open_app", "location", "open_link", "callback"],
    "keyboard": True,
    "inline_keyboard": True,
    "carousel": True,
    "lang_id": 0,
}
KINDS: Final = {
    "photo": ("photo.jpg", "image/jpeg"),
    "doc": ("file.bin", "application/octet-stream"),
    "audio_message": ("voice.ogg", "audio/ogg"),
    "graffiti": ("graffiti.png", "image/png"),
    "sticker": ("sticker.png", "image/png"),
}


def kind_for(mime: str) -> str:
    """How a phone sends a file of that type."""
    plain = mime.partition(";")[0].strip().lower()
    if plain in {"image/jpeg", "image/png", "image/webp"}:
        return "photo"
    return "audio_message" if plain in {"audio/ogg", "audio/opus"} else "doc"


class Customers:
    """The hands of all customers."""

    def __init__(
        self,
        world: World,
        shelf: Shelf,
        stream: Stream,
        presses: dict[str, int],
        changed: Callable[[Conversation], None],
    ) -> None:
        self._world = world
        self._shelf = shelf
        self._stream = stream
        self._presses = presses
        self._changed = changed

    def write(self, key: str, text: str, attachments: Sequence[Mapping[str, Any]]) -> str:
        """Write a message; all files go with it. Returns its number."""
        if not key.strip():
            raise BadRequest("a customer needs a name", field="customer")
        if not text.strip() and not attachments:
            raise BadRequest("a message without text and files", field="text")
        if len(text) > _CHARS_MAX:
            raise BadRequest("VK takes at most 4096 characters", field="text")
        person = self._world.person(key)
        files = [self.file(person, item) for item in attachments]
        return self.say(person, {"text": text, "attachments": files})

    def say(self, person: Person, body: dict[str, Any]) -> str:
        """Any message of the customer. Whoever writes allows messages."""
        conversation = self._world.conversation_of(person)
        conversation.denied = False
        shown = self._world.add(conversation, person.id, body, mine=True)
        self._stream.add("message_new", {"message": shown.message, "client_info": _CLIENT})
        self._changed(conversation)
        return str(shown.cmid)

    def file(
        self, person: Person, item: Mapping[str, Any], kind: str | None = None
    ) -> dict[str, Any]:
        """A file from ``name``, ``mime`` and ``data_base64``, as a message tells of it."""
        mime = str(item.get("mime") or (KINDS[kind][1] if kind else "application/octet-stream"))
        kind = kind or kind_for(mime)
        name = str(item.get("name") or KINDS[kind][0])
        given = item.get("data_base64")
        try:
            data = base64.b64decode(str(given), validate=True) if given else _DOT
        except (binascii.Error, ValueError):
            raise BadRequest("data_base64 is not base64", field="attachments") from None
        return self._shelf.put(kind, person.id, name, mime, data).told()

    def edit(self, person: Person, shown: Shown, text: str) -> None:
        """Change one's own message. Of chats VK tells nothing."""
        conversation = self._world.conversation_of(person)
        shown.message = shown.message | {"text": text, "update_time": self._world.now()}
        shown.edited = True
        if conversation.title is None:
            self._stream.add("message_edit", shown.message)
        self._changed(conversation)

    def react(self, person: Person, shown: Shown, emoji: str) -> None:
        """Set one's reaction; an empty one takes it back."""
        conversation = self._world.conversation_of(person)
        told = {"reacted_id": person.id, "peer_id": conversation.peer_id, "cmid": shown.cmid}
        shown.reactions.pop(person.id, None)
        if emoji:
            try:
                shown.reactions[person.id] = number_of(emoji)
            except Rejected as error:
                raise BadRequest(str(error), field="emoji") from None
            told["reaction_id"] = shown.reactions[person.id]
        self._stream.add("message_reaction_event", told)
        self._changed(conversation)

    def press(self, person: Person, shown: Shown, action: Mapping[str, Any]) -> None:
        """Press a button: a text button writes, a callback button waits for an answer."""
        payload = action.get("payload")
        if action["type"] == "text":
            body = {"text": action["label"]} | ({"payload": payload} if payload else {})
            self.say(person, body)
            return
        conversation = self._world.conversation_of(person)
        identifier = f"{person.id:x}{self._world.now():x}{len(self._presses):x}"
        self._presses[identifier] = person.id
        told = {
            "user_id": person.id,
            "peer_id": conversation.peer_id,
            "event_id": identifier,
            "payload": json.loads(payload) if payload else None,
            "conversation_message_id": shown.cmid,
        }
        self._stream.add("message_event", told)

    def deny(self, person: Person, *, denied: bool) -> None:
        """Forbid or allow messages of the community."""
        conversation = self._world.conversation_of(person)
        conversation.denied = denied
        told = {"user_id": person.id}
        if denied:
            self._stream.add("message_deny", told)
        else:
            self._stream.add("message_allow", told | {"key": ""})
        self._changed(conversation)

    def typing(self, person: Person) -> None:
        """Begin to type."""
        told = {"state": "typing", "from_id": person.id, "to_id": -self._world.group_id}
        self._stream.add("message_typing_state", told)

    def read(self, person: Person) -> None:
        """Read everything."""
        conversation = self._world.conversation_of(person)
        if not conversation.messages:
            raise BadRequest("there is nothing to read", field="type")
        last = conversation.messages[-1]
        conversation.read_by_them = last.cmid
        told = {
            "from_id": person.id,
            "peer_id": conversation.peer_id,
            "read_message_id": last.message["id"],
            "conversation_message_id": last.cmid,
        }
        self._stream.add("message_read", told)

    def answer_as_admin(self, person: Person, text: str, admin: int) -> None:
        """An administrator answers in VK itself."""
        conversation = self._world.conversation_of(person)
        body = {"text": text, "admin_author_id": admin}
        shown = self._world.add(conversation, -self._world.group_id, body, mine=False)
        self._stream.add("message_reply", shown.message)
        self._changed(conversation)

    def tell(self, name: str, told: Mapping[str, Any]) -> None:
        """Any other event of the community."""
        self._stream.add(name, told)
