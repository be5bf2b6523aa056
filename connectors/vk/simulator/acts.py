"""The acts of a customer by name, as the phone page and the tests ask for them."""

from collections.abc import Callable, Mapping
from typing import Any

from connectors.vk.simulator.customer import KINDS, Customers
from connectors.vk.simulator.sending import flat
from connectors.vk.simulator.world import Person, Shown, World
from shared.errors import BadRequest

_Act = Callable[[Person, Mapping[str, Any]], None]
_NAMES: Mapping[str, str] = {
    "photo": "photo",
    "document": "doc",
    "voice": "audio_message",
    "graffiti": "graffiti",
    "sticker": "sticker",
}
_ADMIN = 77


class Acts:
    """What ``act`` can be asked for, by ``type``."""

    def __init__(self, world: World, customers: Customers) -> None:
        self._world = world
        self._customers = customers
        self._acts: Mapping[str, _Act] = {
            "press": self._press,
            "edit": self._edit,
            "react": self._react,
            "reply": self._reply,
            "forward": self._forward,
            "start": self._start,
            "album": self._album,
            "location": self._location,
            "attachment": self._attachment,
            "poll": self._poll,
            "service": self._service,
            "admin": self._admin,
            "event": self._event,
            "typing": lambda person, _: customers.typing(person),
            "read": lambda person, _: customers.read(person),
            "block": lambda person, _: customers.deny(person, denied=True),
            "unblock": lambda person, _: customers.deny(person, denied=False),
            **{name: self._file_act(kind) for name, kind in _NAMES.items()},
        }

    def names(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(self._acts)

    def run(self, customer: str, action: Mapping[str, Any]) -> None:
        """Do it. Raises ``BadRequest`` naming what a customer cannot do on VK."""
        kind = str(action.get("type") or "")
        if kind == "delete":
            raise BadRequest("VK does not tell communities of deleted messages", field="type")
        act = self._acts.get(kind)
        if act is None:
            known = ", ".join(sorted(self._acts))
            raise BadRequest(f"no such act: {kind}; there are {known}", field="type")
        act(self._world.person(customer), action)

    def _press(self, person: Person, action: Mapping[str, Any]) -> None:
        shown = self._shown(person, action, last_with="keyboard")
        rows = shown.message.get("keyboard", {}).get("buttons", [])
        actions = [button["action"] for row in rows for button in row]
        name, field = ("value", "payload") if action.get("value") else ("label", "label")
        wanted = action.get(name)
        fitting = [item for item in actions if wanted is None or item.get(field) == wanted]
        if not fitting or fitting[0]["type"] not in {"text", "callback"}:
            raise BadRequest("there is no such button", field="value")
        self._customers.press(person, shown, fitting[0])

    def _edit(self, person: Person, action: Mapping[str, Any]) -> None:
        self._customers.edit(person, self._shown(person, action, mine=True), _text(action))

    def _react(self, person: Person, action: Mapping[str, Any]) -> None:
        shown = self._shown(person, action, mine=False)
        self._customers.react(person, shown, str(action.get("emoji") or ""))

    def _reply(self, person: Person, action: Mapping[str, Any]) -> None:
        answered = flat(self._shown(person, action, mine=False).message)
        self._customers.say(person, {"text": _text(action), "reply_message": answered})

    def _forward(self, person: Person, action: Mapping[str, Any]) -> None:
        inner = {
            "date": self._world.now(),
            "from_id": int(action.get("from_id") or 1),
            "text": _text(action),
            "attachments": [self._customers.file(person, item) for item in _files(action)],
            "conversation_message_id": 1,
        }
        self._customers.say(person, {"text": "", "fwd_messages": [inner]})

    def _start(self, person: Person, action: Mapping[str, Any]) -> None:
        body = {"text": "Начать", "payload": '{"command":"start"}'}
        for name in ("ref", "ref_source"):
            if action.get(name):
                body[name] = str(action[name])
        self._customers.say(person, body)

    def _album(self, person: Person, action: Mapping[str, Any]) -> None:
        count = int(action.get("count") or 2)
        items = _files(action) or [
            {"mime": "image/jpeg", "name": f"{number}.jpg"} for number in range(count)
        ]
        self._customers.write(person.key, str(action.get("text") or ""), items)

    def _file_act(self, kind: str) -> _Act:
        def act(person: Person, action: Mapping[str, Any]) -> None:
            item = {"name": KINDS[kind][0], **action}
            told = self._customers.file(person, item, kind)
            body = {"text": str(action.get("text") or ""), "attachments": [told]}
            self._customers.say(person, body)

        return act

    def _location(self, person: Person, action: Mapping[str, Any]) -> None:
        try:
            point = {
                "latitude": float(action.get("latitude", 55.7558)),
                "longitude": float(action.get("longitude", 37.6173)),
            }
        except (TypeError, ValueError):
            raise BadRequest("latitude and longitude are numbers", field="latitude") from None
        self._customers.say(person, {"geo": {"type": "point", "coordinates": point}})

    def _attachment(self, person: Person, action: Mapping[str, Any]) -> None:
        """Any attachment of VK's, as its ``attachment`` says."""
        told = action.get("attachment")
        if not isinstance(told, dict) or not isinstance(told.get("type"), str):
            raise BadRequest("an attachment with its type is needed", field="attachment")
        body = {"text": str(action.get("text") or ""), "attachments": [told]}
        self._customers.say(person, body)

    def _poll(self, person: Person, action: Mapping[str, Any]) -> None:
        options = [str(option) for option in action.get("options") or ("1", "2")]
        poll = {
            "id": self._world.now(),
            "owner_id": person.id,
            "question": str(action.get("question") or "?"),
            "answers": [{"id": n, "text": text, "votes": 0} for n, text in enumerate(options)],
            "anonymous": True,
            "multiple": False,
            "closed": False,
        }
        self._customers.say(person, {"attachments": [{"type": "poll", "poll": poll}]})

    def _service(self, person: Person, action: Mapping[str, Any]) -> None:
        told = action.get("action")
        if not isinstance(told, dict):
            raise BadRequest("an action with its type is needed", field="action")
        self._customers.say(person, {"action": told})

    def _admin(self, person: Person, action: Mapping[str, Any]) -> None:
        self._customers.answer_as_admin(person, _text(action), _ADMIN)

    def _event(self, person: Person, action: Mapping[str, Any]) -> None:
        """Any event of the community: ``name`` and ``object``."""
        told = action.get("object")
        named = {"user_id": person.id}
        self._customers.tell(
            str(action.get("name") or "group_join"), told if isinstance(told, dict) else named
        )

    def _shown(
        self,
        person: Person,
        action: Mapping[str, Any],
        *,
        mine: bool | None = None,
        last_with: str | None = None,
    ) -> Shown:
        """The message that is meant: by ``message_id``, else the last that fits."""
        conversation = self._world.conversation_of(person)
        number = action.get("message_id")
        if number is not None:
            shown = conversation.find(int(number)) if str(number).isdigit() else None
            if shown is None:
                raise BadRequest("there is no such message", field="message_id")
            return shown
        for shown in reversed(conversation.messages):
            if mine in {None, shown.mine} and (last_with is None or last_with in shown.message):
                return shown
        raise BadRequest("there is no such message", field="message_id")


def _text(action: Mapping[str, Any]) -> str:
    value = action.get("text")
    if not isinstance(value, str) or not value.strip():
        raise BadRequest("a text is needed", field="text")
    return value


def _files(action: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [item for item in action.get("attachments") or () if isinstance(item, Mapping)]
