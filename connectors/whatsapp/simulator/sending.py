"""The messages of the business: taken or refused, shown on a phone, and told of by statuses."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from connectors.whatsapp.simulator.checks import check, later
from connectors.whatsapp.simulator.faults import LATER, Faults
from connectors.whatsapp.simulator.refusal import Refusal
from connectors.whatsapp.simulator.shelf import Shelf
from connectors.whatsapp.simulator.templates import Templates
from connectors.whatsapp.simulator.webhooks import Webhooks
from connectors.whatsapp.simulator.world import COUNTRY, Person, Shown, World

_REACTION: Final = timedelta(days=30)
_USER: Final = "."


class Sending:
    """``POST /{number}/messages``."""

    def __init__(
        self,
        world: World,
        shelf: Shelf,
        templates: Templates,
        webhooks: Webhooks,
        faults: Faults,
        changed: Callable[[Person], None],
    ) -> None:
        self._world = world
        self._shelf = shelf
        self._templates = templates
        self._webhooks = webhooks
        self._faults = faults
        self._changed = changed
        self.received: list[dict[str, Any]] = []
        """Every message that was asked for, as it came."""

    def take(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a message or a mark. Raises ``Refusal``."""
        if body.get("status") == "read":
            return self._mark(body)
        self.received.append(dict(body))
        check(body, self._shelf)
        text = None
        if body.get("type") == "template":
            text = self._templates.check(body.get("template") or {})
        number, person = self._recipient(body)
        if person is None:
            return self._into_nothing(body, number)
        id = self._world.message_id(person)
        refusal = self._refusal(body, person)
        if refusal is not None:
            self._tell(person, id, "failed", body, [refusal.told()])
            return self._answer(body, person, id)
        if body.get("type") == "reaction":
            self._react(body, person, id)
        else:
            said = dict(body) if text is None else {**body, "text": {"body": text}}
            shown = self._world.add(person, said, mine=False, id=id)
            shown.tag = body.get("biz_opaque_callback_data")
        person.typed_to = False
        self._climb(person, id, body)
        self._changed(person)
        return self._answer(body, person, id)

    def read_by(self, person: Person) -> None:
        """The customer has looked at the chat: what was delivered is read."""
        if person.blocked:
            return
        for shown in person.messages:
            if not shown.mine and shown.status in {"sent", "delivered"}:
                shown.status = "read"
                self._status(person, shown.id, "read", shown.tag)

    def play(self, person: Person, shown: Shown) -> None:
        """The customer has listened to a voice note."""
        self._status(person, shown.id, "played", shown.tag)

    def _recipient(self, body: Mapping[str, Any]) -> tuple[str, Person | None]:
        given = str(body.get("to") or "")
        if given.startswith("+"):
            number = given[1:]
            return number, self._world.by_number(number)
        if given and _USER in given:
            return given, None  # an id in the wrong field: taken, and dropped
        if given:
            return COUNTRY + given, self._world.by_number(COUNTRY + given)
        user = str(body.get("recipient") or "")
        if not user:
            raise Refusal(100, "The parameter to is required.")
        person = self._world.by_user(user)
        if person is None:
            raise Refusal(131009, "The recipient is not valid")
        return user, person

    def _into_nothing(self, body: Mapping[str, Any], number: str) -> dict[str, Any]:
        id = f"wamid.nobody{self._world.next_id()}"
        answer = {"messaging_product": "whatsapp", "messages": [{"id": id}]}
        if _USER in number:
            return answer
        self._webhooks.status(
            {
                "id": id,
                "status": "failed",
                "timestamp": self._now(),
                "recipient_id": number,
                "errors": [Refusal(131026).told()],
                "biz_opaque_callback_data": body.get("biz_opaque_callback_data"),
            }
        )
        return answer | {"contacts": [{"input": str(body.get("to")), "wa_id": number}]}

    def _refusal(self, body: Mapping[str, Any], person: Person) -> Refusal | None:
        asked = self._faults.first(LATER)
        if asked is not None:
            return Refusal(int(asked.removeprefix("status_")))
        if person.blocked:
            return Refusal(131026, "Message Undeliverable.")
        template = body.get("type") == "template"
        if not template and not person.window_is_open(self._world.clock.now()):
            return Refusal(
                131047,
                "Message failed to send because more than 24 hours have passed since the customer "
                "last replied to this number.",
            )
        return later(body, self._shelf)

    def _react(self, body: Mapping[str, Any], person: Person, id: str) -> None:
        about = body["reaction"]
        shown = person.find(str(about["message_id"]))
        if shown is None or self._world.clock.now() - shown.at > _REACTION:
            refusal = Refusal(131009, "The message that is reacted to is too old or unknown")
            self._tell(person, id, "failed", body, [refusal.told()])
            return
        shown.hub_reactions = [str(about["emoji"])] if about.get("emoji") else []

    def _climb(self, person: Person, id: str, body: Mapping[str, Any]) -> None:
        if self._faults.take("no_status"):
            return
        self._tell(person, id, "sent", body)
        if not self._faults.take("skip_delivered"):
            self._tell(person, id, "delivered", body)

    def _tell(
        self,
        person: Person,
        id: str,
        word: str,
        body: Mapping[str, Any],
        errors: list[dict[str, Any]] | None = None,
    ) -> None:
        shown = person.find(id)
        if shown is not None:
            shown.status = word
        self._status(person, id, word, body.get("biz_opaque_callback_data"), errors)

    def _status(
        self,
        person: Person,
        id: str,
        word: str,
        tag: str | None,
        errors: list[dict[str, Any]] | None = None,
    ) -> None:
        status: dict[str, Any] = {
            "id": id,
            "status": word,
            "timestamp": self._now(),
            "recipient_user_id": person.bsuid,
        }
        if not person.hidden:
            status["recipient_id"] = person.wa_id
        if tag:
            status["biz_opaque_callback_data"] = tag
        if errors:
            status["errors"] = errors
        else:
            status["pricing"] = {
                "billable": False,
                "pricing_model": "PMP",
                "type": "free_customer_service",
                "category": "service",
            }
        self._webhooks.status(status)

    def _mark(self, body: Mapping[str, Any]) -> dict[str, Any]:
        id = str(body.get("message_id") or "")
        for key in self._world.names():
            person = self._world.known(key)
            if person is None or person.find(id) is None:
                continue
            for shown in person.messages:
                if shown.mine:
                    shown.read = True
                if shown.id == id:
                    break
            if "typing_indicator" in body:
                person.typed_to = True
            self._changed(person)
            return {"success": True}
        raise Refusal(100, "Invalid message id")

    def _answer(self, body: Mapping[str, Any], person: Person, id: str) -> dict[str, Any]:
        contact: dict[str, Any] = {"input": str(body.get("to") or body.get("recipient"))}
        contact |= {"user_id": person.bsuid} if person.hidden else {"wa_id": person.wa_id}
        message: dict[str, Any] = {"id": id}
        if body.get("type") == "template":
            message["message_status"] = "accepted"
        return {
            "messaging_product": "whatsapp",
            "contacts": [contact],
            "messages": [message],
        }

    def _now(self) -> str:
        return str(int(self._world.clock.now().timestamp()))
