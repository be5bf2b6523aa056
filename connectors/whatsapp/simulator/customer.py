"""What customers do, and the webhooks that tell of it."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from connectors.whatsapp.simulator.sending import Sending
from connectors.whatsapp.simulator.shelf import Shelf
from connectors.whatsapp.simulator.webhooks import Webhooks
from connectors.whatsapp.simulator.world import BUSINESS, Person, Shown, World
from shared.errors import BadRequest

_TEXT: Final = 4096
_KINDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "image": ("photo.jpg", "image/jpeg"),
        "video": ("video.mp4", "video/mp4"),
        "audio": ("song.mp3", "audio/mpeg"),
        "voice": ("voice.ogg", "audio/ogg; codecs=opus"),
        "document": ("file.pdf", "application/pdf"),
        "sticker": ("sticker.webp", "image/webp"),
    }
)


class Customers:
    """Acts for customers."""

    def __init__(
        self,
        world: World,
        shelf: Shelf,
        webhooks: Webhooks,
        sending: Sending,
        changed: Callable[[Person], None],
    ) -> None:
        self._world = world
        self._shelf = shelf
        self._webhooks = webhooks
        self._sending = sending
        self._changed = changed

    def write(self, customer: str, text: str, files: Sequence[Mapping[str, Any]]) -> str:
        """A text, or files of which the first carries it; the id of the last message."""
        person = self._world.person(customer)
        if not text.strip() and not files:
            raise BadRequest("write something", field="text")
        if len(text) > _TEXT:
            raise BadRequest(f"WhatsApp takes {_TEXT} characters", field="text")
        shown = None
        for number, file in enumerate(files):
            kind = _kind_for(str(file.get("mime") or ""))
            shown = self.file(person, kind, file, text if number == 0 else "")
        return (shown or self.say(person, text)).id

    def say(
        self,
        person: Person,
        text: str,
        *,
        answers: Shown | None = None,
        context: Mapping[str, Any] | None = None,
        at: datetime | None = None,
    ) -> Shown:
        """A text, perhaps an answer, perhaps of some time ago."""
        body: dict[str, Any] = {"type": "text", "text": {"body": text}}
        told = dict(context or {})
        if answers is not None:
            told |= {"from": person.wa_id if answers.mine else BUSINESS, "id": answers.id}
        return self.send(person, body | ({"context": told} if told else {}), at=at)

    def file(self, person: Person, kind: str, given: Mapping[str, Any], caption: str) -> Shown:
        """A file. Raises ``BadRequest`` for what is no base64."""
        name, mime = _KINDS[kind]
        try:
            data = base64.b64decode(str(given.get("data_base64") or ""), validate=True)
        except (binascii.Error, ValueError):
            raise BadRequest("the file must be base64", field="data_base64") from None
        name, mime = str(given.get("name") or name), str(given.get("mime") or mime)
        file = self._shelf.put(
            str(self._world.next_id()), name, mime, data or b"file of " + name.encode()
        )
        told = file.told()
        word = "audio" if kind == "voice" else kind
        if kind in {"audio", "voice"}:
            told["voice"] = kind == "voice"
        if kind == "sticker":
            told["animated"] = False
        if kind == "document":
            told["filename"] = name
        if caption and word in {"image", "video", "document"}:
            told["caption"] = caption
        shown = self.send(person, {"type": word, word: told})
        if caption and "caption" not in told:
            return self.say(person, caption)
        return shown

    def send(self, person: Person, body: Mapping[str, Any], at: datetime | None = None) -> Shown:
        """Any message; whoever writes has read what came before."""
        self._sending.read_by(person)
        shown = self._world.add(person, dict(body), mine=True)
        if at is not None:
            shown.at = person.wrote_at = at
        self._tell(person, shown.id, body, at)
        return shown

    def press(self, person: Person, shown: Shown, button: Mapping[str, Any]) -> None:
        """A pressed button or chosen row."""
        context = {"from": BUSINESS, "id": shown.id}
        reply = {"id": button["id"], "title": button["title"]}
        if button.get("template"):
            body = {"type": "button", "button": {"payload": button["id"], "text": button["title"]}}
        else:
            rows = (shown.body.get("interactive") or {}).get("type") == "list"
            word = "list_reply" if rows else "button_reply"
            body = {"type": "interactive", "interactive": {"type": word, word: reply}}
        self.send(person, body | {"context": context})

    def flow(self, person: Person, answers: Mapping[str, Any]) -> None:
        """A filled-in form."""
        told = {"flow_token": "unused", **answers}
        reply = {"name": "flow", "body": "Sent", "response_json": json.dumps(told)}
        interactive = {"type": "nfm_reply", "nfm_reply": reply}
        self.send(person, {"type": "interactive", "interactive": interactive})

    def advertised(self, person: Person, text: str) -> None:
        """A first message after a click on an advertisement."""
        referral = {
            "source_url": "https://fb.me/simulated",
            "source_id": "120216452",
            "source_type": "ad",
            "headline": "Chat with us",
            "body": "Our best offer",
            "ctwa_clid": "ARAkLkA8rmlFeiCktEJQ",
        }
        self.send(person, {"type": "text", "text": {"body": text}, "referral": referral})

    def unsupported(self, person: Person, word: str) -> None:
        """Something that the Cloud API does not carry."""
        error = {
            "code": 131051,
            "title": "Message type unknown",
            "message": "Message type unknown",
            "error_data": {"details": "Message type is currently not supported."},
        }
        body = {"type": "unsupported", "errors": [error], "unsupported": {"type": word}}
        self.send(person, body)

    def react(self, person: Person, shown: Shown, emoji: str) -> None:
        """A reaction; an empty one takes it away."""
        shown.reactions = [emoji] if emoji else []
        about = {"message_id": shown.id} | ({"emoji": emoji} if emoji else {})
        id = self._world.message_id(person)
        self._tell(person, id, {"type": "reaction", "reaction": about})

    def edit(self, person: Person, shown: Shown, text: str) -> None:
        """Another text for a text that was sent."""
        if shown.body.get("type") != "text":
            raise BadRequest("only a text can be changed", field="message_id")
        shown.body = {**shown.body, "text": {"body": text}}
        shown.edited = True
        inner = {"type": "text", "text": {"body": text}}
        about = {"original_message_id": shown.id, "message": inner}
        self._tell(person, self._world.message_id(person), {"type": "edit", "edit": about})

    def delete(self, person: Person, shown: Shown) -> None:
        """Take back a message."""
        shown.deleted = True
        about = {"original_message_id": shown.id}
        self._tell(person, self._world.message_id(person), {"type": "revoke", "revoke": about})

    def read(self, person: Person) -> None:
        """Look at the chat."""
        self._sending.read_by(person)
        self._changed(person)

    def play(self, person: Person, shown: Shown) -> None:
        """Listen to a voice note."""
        self._sending.play(person, shown)

    def block(self, person: Person, *, blocked: bool) -> None:
        """Block the business, of which nobody is told, or let it in again."""
        person.blocked = blocked
        self._changed(person)

    def hide(self, person: Person, *, hidden: bool) -> None:
        """Hide the number behind a username, or show it again."""
        person.hidden = hidden

    def _tell(
        self, person: Person, id: str, body: Mapping[str, Any], at: datetime | None = None
    ) -> None:
        moment = at or self._world.clock.now()
        head = {**person.sender(), "id": id, "timestamp": str(int(moment.timestamp()))}
        self._webhooks.message(head | dict(body), person.contact())
        self._changed(person)


def _kind_for(mime: str) -> str:
    plain = mime.partition(";")[0].strip().lower()
    if plain in {"image/jpeg", "image/png"}:
        return "image"
    if plain in {"video/mp4", "video/3gpp"}:
        return "video"
    if plain in {"audio/ogg", "audio/opus"}:
        return "voice"
    return "audio" if plain.startswith("audio/") else "document"
