"""The methods that send: what they check, and what then stands in the chat."""

import json
from collections.abc import Callable
from typing import Any

from connectors.telegram.simulator.attachments import KINDS, told
from connectors.telegram.simulator.happenings import Events
from connectors.telegram.simulator.parameters import Parameters, UploadedFile
from connectors.telegram.simulator.reaching import place_in, reached
from connectors.telegram.simulator.refusal import Refusal, bad
from connectors.telegram.simulator.shelf import Shelf
from connectors.telegram.simulator.texts import checked_caption, checked_markup, checked_text
from connectors.telegram.simulator.world import Person, World

_MIB = 1024 * 1024
_PHOTO_BYTES = 10 * _MIB
_FILE_BYTES = 50 * _MIB
_ALBUM = range(2, 11)
_VISUAL = frozenset({"photo", "video"})
_NO_CAPTION = frozenset({"sticker", "video_note"})


class Sending:
    """``sendMessage``, ``sendPhoto`` and so on, ``sendMediaGroup``."""

    def __init__(
        self, world: World, shelf: Shelf, events: Events, changed: Callable[[Person], None]
    ) -> None:
        self._world = world
        self._events = events
        self._shelf = shelf
        self._changed = changed

    def message(self, given: Parameters) -> dict[str, Any]:
        """``sendMessage``."""
        person = reached(self._world, given)
        return self._add(person, given, checked_text(given))

    def file(self, kind: str, given: Parameters) -> dict[str, Any]:
        """``sendPhoto``, ``sendVideo`` ..."""
        person = reached(self._world, given)
        body = self._stored(kind, given.file(kind), given.text(kind), given.text("emoji"))
        if kind not in _NO_CAPTION:
            body |= checked_caption(given.text("caption"), given.json("caption_entities"))
        return self._add(person, given, body)

    def album(self, given: Parameters) -> list[dict[str, Any]]:
        """``sendMediaGroup``: all or none."""
        person = reached(self._world, given)
        media = given.json("media")
        if not isinstance(media, list) or len(media) not in _ALBUM:
            raise bad("there must be 2 to 10 media in an album")
        kinds = {item.get("type") for item in media}
        if not kinds <= _VISUAL and len(kinds) > 1:
            raise bad("this kind of media can't be mixed with other media types in an album")
        if not kinds <= {"photo", "video", "audio", "document"}:
            raise bad("unknown media type in an album")
        bodies = [
            self._stored(item["type"], given.attached(item.get("media")), item.get("media"))
            | checked_caption(item.get("caption"), item.get("caption_entities"))
            for item in media
        ]
        group = {"media_group_id": str(14_000_000_000_000_000 + self._world.now())}
        return [self._add(person, given, body | group, markup=False) for body in bodies]

    def place(self, given: Parameters) -> dict[str, Any]:
        """``sendLocation`` and ``sendVenue``."""
        person = reached(self._world, given)
        point = {"latitude": given.number("latitude"), "longitude": given.number("longitude")}
        title = given.text("title")
        if title is None:
            return self._add(person, given, {"location": point})
        venue = {"location": point, "title": title, "address": given.text("address") or ""}
        return self._add(person, given, {"venue": venue, "location": point})

    def contact(self, given: Parameters) -> dict[str, Any]:
        """``sendContact``."""
        person = reached(self._world, given)
        fields = ("phone_number", "first_name", "last_name", "vcard")
        contact = {name: given.text(name) for name in fields if given.text(name)}
        return self._add(person, given, {"contact": contact})

    def dice(self, given: Parameters) -> dict[str, Any]:
        """``sendDice``."""
        person = reached(self._world, given)
        return self._add(
            person, given, {"dice": {"emoji": given.text("emoji") or "🎲", "value": 4}}
        )

    def poll(self, given: Parameters) -> dict[str, Any]:
        """``sendPoll``."""
        person = reached(self._world, given)
        options = given.json("options") or []
        if len(options) < _ALBUM.start:
            raise bad("poll must have at least 2 option")
        poll = {
            "id": str(self._world.now()),
            "question": given.text("question") or "",
            "options": [{"text": option["text"], "voter_count": 0} for option in options],
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": given.text("is_anonymous") not in {"false", "False", "0"},
            "type": "regular",
            "allows_multiple_answers": given.flag("allows_multiple_answers"),
        }
        return self._add(person, given, {"poll": poll})

    def _stored(
        self, kind: str, file: UploadedFile | None, reference: object, emoji: str | None = None
    ) -> dict[str, Any]:
        """The file of a message: uploaded with it, or known from before."""
        if file is None:
            known = self._shelf.find(reference if isinstance(reference, str) else None)
            if known is None:
                raise bad("there is no " + kind + " in the request")
            return told(known, emoji=emoji)
        if not file.data:
            raise bad("file must be non-empty")
        if len(file.data) > _FILE_BYTES:
            raise Refusal(413, "Request Entity Too Large")
        if kind == "photo" and len(file.data) > _PHOTO_BYTES:
            raise bad(f"file of size {len(file.data)} bytes is too big for a photo")
        mime = file.mime if file.mime != "application/octet-stream" else KINDS[kind][1]
        name = file.name or KINDS[kind][0]
        return told(self._shelf.put(kind, name, mime, file.data), emoji=emoji)

    def _add(
        self, person: Person, given: Parameters, body: dict[str, Any], *, markup: bool = True
    ) -> dict[str, Any]:
        if markup:
            body = body | checked_markup(given.json("reply_markup"))
        body |= self._reply(person, given) | place_in(person, given)
        connection = person.room.connection
        if connection is None:
            shown = self._world.add(person, body, mine=False)
        else:  # in the owner's name, and told to everybody who reads the account, us too
            body |= {"sender_business_bot": self._world.bot}
            shown = self._world.add(person, body, mine=False, sender=connection.owner)
            self._events.message(person, shown)
        self._changed(person)
        return shown.message

    def _reply(self, person: Person, given: Parameters) -> dict[str, Any]:
        wanted = given.json("reply_parameters")
        if not isinstance(wanted, dict):
            return {}
        answered = person.find(wanted.get("message_id"))
        if answered is None:
            if wanted.get("allow_sending_without_reply"):
                return {}
            raise bad("message to be replied not found")
        flat = {key: value for key, value in answered.message.items() if key != "reply_to_message"}
        quote = wanted.get("quote")
        if not quote:
            return {"reply_to_message": flat}
        if quote not in json.dumps(flat, ensure_ascii=False):
            raise bad("QUOTE_TEXT_INVALID")
        start = wanted.get("quote_position") or 0
        return {
            "reply_to_message": flat,
            "quote": {"text": quote, "position": start, "is_manual": True},
        }
