"""The acts of a customer by name, as the phone page and the tests ask for them."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from connectors.whatsapp.simulator.customer import Customers
from connectors.whatsapp.simulator.events import Events
from connectors.whatsapp.simulator.world import BUSINESS, Person, Shown, World
from shared.errors import BadRequest

_Act = Callable[[Person, Mapping[str, Any]], None]
_FILES: Final = ("image", "video", "audio", "voice", "document", "sticker")


class Acts:
    """What ``act`` can be asked for, by ``type``."""

    def __init__(self, world: World, customers: Customers, events: Events) -> None:
        self._world = world
        self._customers = customers
        self._events = events
        self._acts: Mapping[str, _Act] = {
            "press": self._press,
            "reply": self._reply,
            "react": self._react,
            "edit": self._edit,
            "delete": self._delete,
            "forward": self._forward,
            "location": self._location,
            "contact": self._contact,
            "order": self._order,
            "product": self._product,
            "flow": self._flow,
            "ad": self._ad,
            "poll": lambda person, _: customers.unsupported(person, "poll"),
            "read": lambda person, _: customers.read(person),
            "play": self._play,
            "block": lambda person, _: customers.block(person, blocked=True),
            "unblock": lambda person, _: customers.block(person, blocked=False),
            "hide_number": lambda person, _: customers.hide(person, hidden=True),
            "show_number": lambda person, _: customers.hide(person, hidden=False),
            "change_number": self._change_number,
            "silence": self._silence,
            "late": self._late,
            "app_message": self._app_message,
            "history": self._history,
            "template_status": self._template_status,
            **{kind: self._file_act(kind) for kind in _FILES},
        }

    def names(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(self._acts)

    def run(self, customer: str, action: Mapping[str, Any]) -> None:
        """Do it. Raises ``BadRequest`` naming what a customer cannot do on WhatsApp."""
        kind = str(action.get("type") or "")
        if kind == "typing":
            raise BadRequest("WhatsApp does not tell businesses who is typing", field="type")
        act = self._acts.get(kind)
        if act is None:
            known = ", ".join(sorted(self._acts))
            raise BadRequest(f"no such act: {kind}; there are {known}", field="type")
        act(self._world.person(customer), action)

    def _press(self, person: Person, action: Mapping[str, Any]) -> None:
        shown, button = self._button(person, action)
        self._customers.press(person, shown, button)

    def _button(self, person: Person, action: Mapping[str, Any]) -> tuple[Shown, dict[str, Any]]:
        """The button that is meant, under the latest message that has it."""
        wanted = {name: str(action[name]) for name in ("value", "label") if name in action}
        for shown in reversed(person.messages):
            if action.get("message_id") not in {None, shown.id} or shown.mine:
                continue
            for button in buttons_of(shown.body):
                told = {"value": button.get("id"), "label": button.get("title")}
                if all(told[name] == value for name, value in wanted.items()):
                    return shown, button
        raise BadRequest("there is no such button", field="value")

    def _reply(self, person: Person, action: Mapping[str, Any]) -> None:
        shown = self._shown(person, action, mine=False)
        self._customers.say(person, _text(action), answers=shown)

    def _react(self, person: Person, action: Mapping[str, Any]) -> None:
        shown = self._shown(person, action, mine=False)
        self._customers.react(person, shown, str(action.get("emoji") or ""))

    def _edit(self, person: Person, action: Mapping[str, Any]) -> None:
        shown = self._shown(person, action, mine=True)
        self._customers.edit(person, shown, _text(action))

    def _delete(self, person: Person, action: Mapping[str, Any]) -> None:
        self._customers.delete(person, self._shown(person, action, mine=True))

    def _forward(self, person: Person, action: Mapping[str, Any]) -> None:
        context = {"forwarded": True}
        self._customers.say(person, _text(action), context=context)

    def _location(self, person: Person, action: Mapping[str, Any]) -> None:
        try:
            place: dict[str, Any] = {
                "latitude": float(action.get("latitude", 55.7558)),
                "longitude": float(action.get("longitude", 37.6173)),
            }
        except (TypeError, ValueError):
            raise BadRequest("latitude and longitude are numbers", field="latitude") from None
        if action.get("title"):
            place |= {"name": str(action["title"]), "address": str(action.get("address") or "")}
        self._customers.send(person, {"type": "location", "location": place})

    def _contact(self, person: Person, action: Mapping[str, Any]) -> None:
        name = str(action.get("name") or person.key)
        phone = str(action.get("phone") or "+10000000000")
        card = {
            "name": {"formatted_name": name, "first_name": name},
            "phones": [{"phone": phone, "wa_id": phone.lstrip("+"), "type": "CELL"}],
        }
        self._customers.send(person, {"type": "contacts", "contacts": [card]})

    def _order(self, person: Person, action: Mapping[str, Any]) -> None:
        item = {
            "product_retailer_id": str(action.get("product") or "sku-1"),
            "quantity": int(action.get("quantity") or 1),
            "item_price": float(action.get("price") or 9.5),
            "currency": "EUR",
        }
        order = {
            "catalog_id": "194836987003835",
            "text": str(action.get("text") or ""),
            "product_items": [item],
        }
        self._customers.send(person, {"type": "order", "order": order})

    def _product(self, person: Person, action: Mapping[str, Any]) -> None:
        """Ask about a product of the catalogue."""
        id = str(action.get("product") or "sku-1")
        referred = {"catalog_id": "194836987003835", "product_retailer_id": id}
        context = {"from": BUSINESS, "referred_product": referred}
        self._customers.say(person, str(action.get("text") or "Is it there?"), context=context)

    def _flow(self, person: Person, action: Mapping[str, Any]) -> None:
        answers = action.get("answers") or {"size": "M"}
        self._customers.flow(person, dict(answers))

    def _ad(self, person: Person, action: Mapping[str, Any]) -> None:
        self._customers.advertised(person, str(action.get("text") or "Hello!"))

    def _play(self, person: Person, action: Mapping[str, Any]) -> None:
        self._customers.play(person, self._shown(person, action, mine=False))

    def _change_number(self, person: Person, action: Mapping[str, Any]) -> None:
        number = str(action.get("number") or "").lstrip("+")
        if not number.isdigit():
            raise BadRequest("a number of digits", field="number")
        self._events.change_number(person, number)

    def _silence(self, person: Person, action: Mapping[str, Any]) -> None:
        """Let the customer have written last so many hours ago: the reply window closes."""
        hours = float(action.get("hours") or 25)
        person.wrote_at = self._world.clock.now() - timedelta(hours=hours)

    def _late(self, person: Person, action: Mapping[str, Any]) -> None:
        """A text of so many hours ago, which Meta can tell only now."""
        past = self._world.clock.now() - timedelta(hours=float(action.get("hours") or 25))
        self._customers.say(person, _text(action), at=past)

    def _app_message(self, person: Person, action: Mapping[str, Any]) -> None:
        self._events.app_message(person, _text(action))

    def _history(self, person: Person, action: Mapping[str, Any]) -> None:
        self._events.history(person, int(action.get("messages") or 4))

    def _template_status(self, _person: Person, action: Mapping[str, Any]) -> None:
        self._events.template_status(
            str(action.get("name") or "order_ready"),
            str(action.get("language") or "en"),
            str(action.get("status") or "PAUSED"),
        )

    def _file_act(self, kind: str) -> _Act:
        def act(person: Person, action: Mapping[str, Any]) -> None:
            self._customers.file(person, kind, action, str(action.get("text") or ""))

        return act

    def _shown(self, person: Person, action: Mapping[str, Any], *, mine: bool) -> Shown:
        """The message that is meant: by ``message_id``, else the last that fits."""
        id = action.get("message_id")
        for shown in reversed(person.messages):
            if shown.id == id or (id is None and shown.mine is mine):
                return shown
        raise BadRequest("there is no such message", field="message_id")


def buttons_of(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The buttons and rows under a message, with what a press brings back."""
    action = (body.get("interactive") or {}).get("action") or {}
    found = [dict(button["reply"]) for button in action.get("buttons") or []]
    found += [dict(row) for section in action.get("sections") or [] for row in section["rows"]]
    for component in (body.get("template") or {}).get("components") or []:
        if component.get("sub_type") == "quick_reply":
            payload = str(component["parameters"][0].get("payload") or "")
            found.append({"id": payload, "title": payload, "template": True})
    return found


def _text(action: Mapping[str, Any]) -> str:
    value = action.get("text")
    if not isinstance(value, str) or not value.strip():
        raise BadRequest("a text is needed", field="text")
    return value
