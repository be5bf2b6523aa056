"""What a customer of the made-up system can do, as the phone page and the tests ask for it."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from connectors.webhook.language import INLINE_BYTES
from connectors.webhook.simulator.outbox import Outbox
from connectors.webhook.simulator.receiver import Receiver, inline
from connectors.webhook.simulator.world import Line, Person, World
from shared.errors import BadRequest

_Act = Callable[[Person, Mapping[str, Any]], None]
_BLOCKS: Final = {"location": "location", "contact": "contact"}


class Acts:
    """Writing, and everything else."""

    def __init__(
        self, world: World, outbox: Outbox, receiver: Receiver, changed: Callable[[str], None]
    ) -> None:
        self._world = world
        self._outbox = outbox
        self._receiver = receiver
        self._changed = changed
        self._acts: Mapping[str, _Act] = {
            "edit": self._edit,
            "delete": self._delete,
            "react": self._react,
            "reply": self._reply,
            "press": self._press,
            "read": self._read,
            "typing": lambda person, _: self._tell(person, {"type": "typing"}),
            "location": self._location,
            "contact": self._card,
            "rename": self._rename,
            "block": lambda person, _: self._block(person, blocked=True),
            "unblock": lambda person, _: self._block(person, blocked=False),
            "call": self._call,
            "recording": self._recording,
        }

    def names(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(self._acts)

    def run(self, customer: str, action: Mapping[str, Any]) -> None:
        """Do it. Raises ``BadRequest``."""
        act = self._acts.get(str(action.get("type") or ""))
        if act is None:
            known = ", ".join(sorted(self._acts))
            raise BadRequest(f"no such act; there are {known}", field="type")
        person = self._world.person(customer)
        act(person, action)
        self._changed(customer)

    def write(self, customer: str, text: str, attachments: Sequence[Mapping[str, Any]] = ()) -> str:
        """Write as a customer; returns the message's id. Raises ``BadRequest``."""
        person = self._world.person(customer)
        files = [self._file(item) for item in attachments]
        seen = [{"name": i.get("name"), "mime": i.get("mime"),
                 "data_base64": i.get("data_base64")} for i in attachments]  # fmt: skip
        said = {"text": text, "attachments": files} if files else {"text": text}
        return self._say(person, said, {"attachments": seen})

    def _say(self, person: Person, said: dict[str, Any], about: dict[str, Any]) -> str:
        id = self._world.next_id("m")
        text = said.get("text", "")
        person.lines.append(Line(id, True, text, self._world.clock.now(), about))
        self._tell(person, {"type": "message", "message": {"id": id, **said}})
        self._changed(person.name)
        return id

    def _tell(self, person: Person, event: dict[str, Any]) -> None:
        self._outbox.tell({"from": person.described(), **event})

    def _file(self, item: Mapping[str, Any]) -> dict[str, Any]:
        try:
            data = base64.b64decode(str(item.get("data_base64") or ""), validate=True)
        except (binascii.Error, ValueError):
            raise BadRequest("data_base64 is not base64", field="attachments") from None
        small = len(data) <= INLINE_BYTES
        where = {"data_base64": inline(data)} if small else {"url": self._receiver.put_file(data)}
        told = {"name": item.get("name"), "mime": item.get("mime"), "size_bytes": len(data)}
        return {name: value for name, value in told.items() if value is not None} | where

    def _edit(self, person: Person, action: Mapping[str, Any]) -> None:
        line = person.meant(action, mine=True)
        line.text, line.edited = _text(action), True
        self._tell(person, {"type": "edit", "message": {"id": line.id, "text": line.text}})

    def _delete(self, person: Person, action: Mapping[str, Any]) -> None:
        line = person.meant(action, mine=True)
        person.lines.remove(line)
        self._tell(person, {"type": "delete", "message_id": line.id})

    def _react(self, person: Person, action: Mapping[str, Any]) -> None:
        line = person.meant(action, mine=False)
        emoji = action.get("emoji")
        line.reactions = [str(emoji)] if emoji else []
        event = {"type": "reaction", "message_id": line.id, "emoji": line.reactions}
        self._tell(person, event)

    def _reply(self, person: Person, action: Mapping[str, Any]) -> None:
        line = person.meant(action, mine=False)
        said = {"text": _text(action), "reply_to": {"id": line.id}}
        self._say(person, said, {"reply_to": {"id": line.id, "text": line.text}})

    def _press(self, person: Person, action: Mapping[str, Any]) -> None:
        line = person.meant(action, mine=False)
        buttons = [button for row in line.about.get("buttons") or () for button in row]
        wanted = action.get("value")
        fitting = [b for b in buttons if wanted is None or b.get("value") == wanted]
        if not fitting or fitting[0].get("value") is None:
            raise BadRequest("there is no such button", field="value")
        pressed = fitting[0]
        event = {"type": "action", "message_id": line.id, "value": pressed["value"]}
        self._tell(person, event | {"label": pressed["label"]})

    def _read(self, person: Person, action: Mapping[str, Any]) -> None:
        line = person.meant(action, mine=False)
        self._tell(person, {"type": "read", "message_id": line.id})

    def _location(self, person: Person, action: Mapping[str, Any]) -> None:
        try:
            point = {
                "latitude": float(action.get("latitude", 55.7558)),
                "longitude": float(action.get("longitude", 37.6173)),
            }
        except (TypeError, ValueError):
            raise BadRequest("latitude and longitude are numbers", field="latitude") from None
        self._say(person, {"location": point}, {"blocks": {"location": point}})

    def _card(self, person: Person, action: Mapping[str, Any]) -> None:
        card = {
            "name": str(action.get("name") or person.name),
            "phones": [str(action.get("phone") or "+10000000000")],
        }
        self._say(person, {"contact": card}, {"blocks": {"contact": card}})

    def _rename(self, person: Person, action: Mapping[str, Any]) -> None:
        named = {"id": person.id, "name": _text(action)}
        self._outbox.tell({"type": "contact", "from": named})

    def _block(self, person: Person, *, blocked: bool) -> None:
        person.blocked = blocked
        self._tell(person, {"type": "contact", "reachable": not blocked})

    def _call(self, person: Person, action: Mapping[str, Any]) -> None:
        """Call the shop; nobody answers unless ``answered``."""
        now = self._world.clock.now()
        begun = now - timedelta(seconds=60)
        answered = begun + timedelta(seconds=5) if action.get("answered") else None
        id = str(action.get("call_id") or self._world.next_id("c"))
        at = begun.isoformat()
        event = {"type": "call", "call_id": id, "direction": "in", "to": {"id": "shop"}}
        times = {"started_at": at, "ended_at": now.isoformat()}
        if answered is not None:
            times["answered_at"] = answered.isoformat()
        about = {"blocks": {"call": "answered" if answered else "missed"}, "event": event | times}
        person.lines.append(Line(id, True, "", now, about))
        self._tell(person, event | times)

    def _recording(self, person: Person, action: Mapping[str, Any]) -> None:
        """The recording of the last call is ready."""
        calls = [line.about["event"] for line in person.lines if "event" in line.about]
        if not calls:
            raise BadRequest("there was no call", field="type")
        data = base64.b64decode(str(action.get("data_base64") or "SUQzBAAAAAAAAA=="))
        self._tell(person, {**calls[-1], "recording_url": self._receiver.put_file(data)})


def _text(action: Mapping[str, Any]) -> str:
    value = action.get("text")
    if not isinstance(value, str) or not value.strip():
        raise BadRequest("a text is needed", field="text")
    return value
