"""What happens beside the customer's messages: other numbers, the owner's app, the account."""

from collections.abc import Callable
from typing import Any

from connectors.whatsapp.simulator.templates import Templates
from connectors.whatsapp.simulator.webhooks import Webhooks
from connectors.whatsapp.simulator.world import BUSINESS, Person, World


class Events:
    """Tells of them."""

    def __init__(
        self,
        world: World,
        webhooks: Webhooks,
        templates: Templates,
        changed: Callable[[Person], None],
    ) -> None:
        self._world = world
        self._webhooks = webhooks
        self._templates = templates
        self._changed = changed

    def change_number(self, person: Person, number: str) -> None:
        """The customer has another number, and with it another id for this business."""
        old = person.wa_id
        message = {
            **person.sender(),
            "id": self._world.message_id(person),
            "timestamp": self._now(),
            "type": "system",
        }
        person.wa_id, person.bsuid = number, f"{person.bsuid}9"
        message["system"] = {
            "type": "user_changed_number",
            "body": f"User {person.key} changed from {old} to {number}",
            "wa_id": number,
            "user_id": person.bsuid,
        }
        self._webhooks.message(message, None)

    def app_message(self, person: Person, text: str) -> None:
        """The owner writes in the WhatsApp Business app."""
        body = {"type": "text", "text": {"body": text}}
        shown = self._world.add(person, body, mine=False)
        to = {"to_user_id": person.bsuid} | ({} if person.hidden else {"to": person.wa_id})
        echo = {"from": BUSINESS, **to, "id": shown.id, "timestamp": self._now(), **body}
        self._webhooks.other("smb_message_echoes", {"message_echoes": [echo]}, person.contact())
        self._changed(person)

    def history(self, person: Person, count: int) -> None:
        """What both sides wrote before, alternating, the customer first."""
        began = int(self._world.clock.now().timestamp()) - 86_400 * 30
        messages = [self._old(person, number, began) for number in range(count)]
        chunk = {
            "metadata": {"phase": 0, "chunk_order": 1, "progress": 100},
            "threads": [{"id": person.wa_id, "messages": messages}],
        }
        self._webhooks.other("history", {"history": [chunk]})

    def template_status(self, name: str, language: str, status: str) -> None:
        """Meta has decided about a template."""
        for template in self._templates.items:
            if (template["name"], template["language"]) == (name, language):
                template["status"] = status
        self._webhooks.account(
            "message_template_status_update",
            {
                "event": status,
                "message_template_id": 9002,
                "message_template_name": name,
                "message_template_language": language,
                "reason": "NONE",
            },
        )

    def _old(self, person: Person, number: int, began: int) -> dict[str, Any]:
        theirs = number % 2 == 0
        return {
            "from": person.wa_id if theirs else BUSINESS,
            **({} if theirs else {"to": person.wa_id}),
            "id": self._world.message_id(person),
            "timestamp": str(began + number * 60),
            "type": "text",
            "text": {"body": f"earlier message {number + 1}"},
            "history_context": {"status": "READ"},
        }

    def _now(self) -> str:
        return str(int(self._world.clock.now().timestamp()))
