"""The acts of a customer by name, as the phone page and the tests ask for them."""

from collections.abc import Callable, Mapping
from typing import Any

from connectors.telegram.simulator.changing import Changing
from connectors.telegram.simulator.chat_acts import ChatActs, point_of
from connectors.telegram.simulator.customer import Customers
from connectors.telegram.simulator.queue import UpdateQueue
from connectors.telegram.simulator.texts import with_text
from connectors.telegram.simulator.world import Person, Shown, World
from shared.errors import BadRequest

_Act = Callable[[Person, Mapping[str, Any]], None]
_FILES = ("voice", "video_note", "sticker", "animation", "photo", "video", "audio", "document")


class Acts:
    """What ``act`` can be asked for, by ``type``."""

    def __init__(
        self, world: World, customers: Customers, changing: Changing, queue: UpdateQueue
    ) -> None:
        self._world = world
        self._customers = customers
        self._changing = changing
        self._presses = 0
        self._acts: Mapping[str, _Act] = {
            "press": self._press,
            "edit": self._edit,
            "react": self._react,
            "reply": self._reply,
            "forward": self._forward,
            "start": self._start,
            "album": self._album,
            "location": self._location,
            "venue": self._venue,
            "contact": self._contact,
            "dice": self._dice,
            "poll": self._poll,
            "block": lambda person, _: customers.block(person, blocked=True),
            "unblock": lambda person, _: customers.block(person, blocked=False),
            **{kind: self._file_act(kind) for kind in _FILES},
            **ChatActs(world, customers, queue).acts,
        }

    def names(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(self._acts)

    def run(self, customer: str, action: Mapping[str, Any]) -> None:
        """Do it. Raises ``BadRequest`` naming what a customer cannot do on Telegram."""
        kind = str(action.get("type") or "")
        if kind == "typing":
            raise BadRequest("Telegram does not tell bots who is typing", field="type")
        act = self._acts.get(kind)
        if act is None:
            known = ", ".join(sorted(self._acts))
            raise BadRequest(f"no such act: {kind}; there are {known}", field="type")
        act(self._world.person(customer), action)

    def _press(self, person: Person, action: Mapping[str, Any]) -> None:
        shown = self._shown(person, action, last_with="reply_markup")
        rows = shown.message.get("reply_markup", {}).get("inline_keyboard", [])
        buttons = [button for row in rows for button in row]
        name, field = ("value", "callback_data") if "value" in action else ("label", "text")
        wanted = action.get(name)
        fitting = [button for button in buttons if wanted is None or button.get(field) == wanted]
        if not fitting or "callback_data" not in fitting[0]:
            raise BadRequest("there is no such button", field="value")
        self._presses += 1
        identifier = str(person.id * 2**32 + self._world.now() * 1000 + self._presses)
        self._changing.pressed(identifier)
        self._customers.press(person, shown, fitting[0]["callback_data"], identifier)

    def _edit(self, person: Person, action: Mapping[str, Any]) -> None:
        shown = self._shown(person, action, mine=True)
        self._customers.edit(person, shown, _text(action, "text"))

    def _react(self, person: Person, action: Mapping[str, Any]) -> None:
        shown = self._shown(person, action, mine=False)
        self._customers.react(person, shown, str(action.get("emoji") or ""))

    def _reply(self, person: Person, action: Mapping[str, Any]) -> None:
        answered = self._shown(person, action, mine=False)
        flat = {name: item for name, item in answered.message.items() if name != "reply_to_message"}
        body: dict[str, Any] = {"reply_to_message": flat}
        quote = action.get("quote")
        if quote:
            position = str(flat.get("text") or flat.get("caption") or "").find(str(quote))
            if position < 0:
                raise BadRequest("the quote is not in the message", field="quote")
            body["quote"] = {"text": str(quote), "position": position, "is_manual": True}
        self._customers.say(person, with_text(body, _text(action, "text")))

    def _forward(self, person: Person, action: Mapping[str, Any]) -> None:
        origin: dict[str, Any] = {"type": "hidden_user", "date": self._world.now()}
        if action.get("name"):
            origin["sender_user_name"] = str(action["name"])
        body = {"forward_origin": origin}
        self._customers.say(person, with_text(body, _text(action, "text")))

    def _start(self, person: Person, action: Mapping[str, Any]) -> None:
        param = str(action.get("param") or "")
        self._customers.say(person, with_text({}, f"/start {param}".strip()))

    def _album(self, person: Person, action: Mapping[str, Any]) -> None:
        items = action.get("attachments") or [
            {"mime": "image/jpeg", "name": "one.jpg"},
            {"mime": "image/jpeg", "name": "two.jpg"},
        ]
        self._customers.write(person.key, str(action.get("text") or ""), items)

    def _file_act(self, kind: str) -> _Act:
        def act(person: Person, action: Mapping[str, Any]) -> None:
            body = self._customers.file(action, kind)
            self._customers.say(person, with_text(body, str(action.get("text") or ""), "caption"))

        return act

    def _location(self, person: Person, action: Mapping[str, Any]) -> None:
        self._customers.say(person, {"location": point_of(action)})

    def _venue(self, person: Person, action: Mapping[str, Any]) -> None:
        point = point_of(action)
        title = str(action.get("title") or "Office")
        venue = {"location": point, "title": title, "address": str(action.get("address") or "")}
        self._customers.say(person, {"venue": venue, "location": point})

    def _contact(self, person: Person, action: Mapping[str, Any]) -> None:
        contact = {
            "phone_number": str(action.get("phone") or "+10000000000"),
            "first_name": str(action.get("name") or person.key),
        }
        self._customers.say(person, {"contact": contact})

    def _dice(self, person: Person, action: Mapping[str, Any]) -> None:
        value = int(action.get("value") or 6)
        self._customers.say(person, {"dice": {"emoji": "🎲", "value": value}})

    def _poll(self, person: Person, action: Mapping[str, Any]) -> None:
        options = [str(option) for option in action.get("options") or ("1", "2")]
        poll = {
            "id": str(self._world.now()),
            "question": str(action.get("question") or "?"),
            "options": [{"text": option, "voter_count": 0} for option in options],
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": True,
            "type": "regular",
            "allows_multiple_answers": False,
        }
        self._customers.say(person, {"poll": poll})

    def _shown(
        self,
        person: Person,
        action: Mapping[str, Any],
        *,
        mine: bool | None = None,
        last_with: str | None = None,
    ) -> Shown:
        """The message that is meant: by ``message_id``, else the last that fits."""
        number = action.get("message_id")
        if number is not None:
            shown = person.find(int(number)) if str(number).isdigit() else None
            if shown is None:
                raise BadRequest("there is no such message", field="message_id")
            return shown
        for shown in reversed(person.messages):
            if mine in {None, shown.mine} and (last_with is None or last_with in shown.message):
                return shown
        raise BadRequest("there is no such message", field="message_id")


def _text(action: Mapping[str, Any], name: str) -> str:
    value = action.get(name)
    if not isinstance(value, str) or not value.strip():
        raise BadRequest("a text is needed", field=name)
    return value
