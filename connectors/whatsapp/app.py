"""Numbers that are used in the WhatsApp Business app too: what was written there, and before.

What the owner wrote in the app comes as an echo; what both sides wrote before the number came to
the hub comes as history, thousands of messages in one webhook and in no order. History is stored
and opens nothing: nobody waits for an answer to it.
"""

from connectors.payload import Payload
from connectors.whatsapp.event import Event, digest
from connectors.whatsapp.messages import OURS, changed, reacted, told
from connectors.whatsapp.people import Person, person
from connectors.whatsapp.problems import problem
from shared.errors import BadPayload
from shared.ids import ExternalId
from shared.model.inbound import Inbound, InboundKind, Origin, ThreadRef


def echo(event: Event) -> tuple[Inbound, ...]:
    """Something that the owner wrote, changed or took back in the app."""
    message = event.single.item
    customer = person(message, event.contact, phone="to", user="to_user_id")
    thread = customer.thread()
    others = (customer.participant(),)
    word = message.text("type")
    if word in {"edit", "revoke"}:
        return (changed(event, message, thread, origin=OURS, participants=others),)
    if word == "reaction":
        return (reacted(event, message, thread, origin=OURS, participants=others),)
    return (told(event, message, thread, origin=OURS, participants=others),)


def history(event: Event) -> tuple[Inbound, ...]:
    """One message from before, or why there is none. Raises ``BadPayload``."""
    chunk = event.single.item
    errors = chunk.children("errors")
    if errors:
        return (_declined(event, chunk),)
    threads = chunk.children("threads")
    messages = threads[0].children("messages") if threads else []
    if not messages:
        raise BadPayload("a piece of history without a message")
    message, about = messages[0], threads[0]
    customer = _customer(about, event.contact)
    business = event.single.value.child("metadata") or Payload({})
    ours = _is_business(message, business, customer)
    fields: dict[str, object] = {"history": True}
    if ours:
        fields |= {"origin": OURS, "participants": (customer.participant(),)}
    else:
        fields["author"] = customer.participant()
    return (told(event, message, customer.thread(), prefix="h", **fields),)


def account_thread() -> ThreadRef:
    """Where stands what concerns nobody in particular."""
    return ThreadRef(external_id=ExternalId("account"), partition_key="account")


def _customer(about: Payload, contact: Payload | None) -> Person:
    context = about.child("context") or Payload({})
    given = Payload(
        {
            "id": about.identifier("id") or context.identifier("wa_id"),
            "user_id": about.identifier("user_id") or context.identifier("user_id"),
        }
    )
    found = person(given, contact, phone="id", user="user_id")
    name = context.text("username")
    return found if name is None else Person(found.wa_id, found.bsuid, None, found.name, name)


def _is_business(message: Payload, business: Payload, customer: Person) -> bool:
    """Whether the business wrote it: by its own number, or to the customer."""
    sender = (message.identifier("from") or "").removeprefix("+")
    context = message.child("history_context")
    if context is not None and context.flag("from_me"):
        return True
    shown = "".join(char for char in business.text("display_phone_number") or "" if char.isdigit())
    if sender and sender == shown:
        return True
    return sender not in {"", customer.wa_id, customer.bsuid} and "to" in message


def _declined(event: Event, chunk: Payload) -> Inbound:
    said = problem(chunk.children("errors")[0])
    return event.make(
        InboundKind.ACCOUNT,
        account_thread(),
        f"a:{digest(event.single.entry_id, 'history', chunk.raw)}",
        origin=Origin.SYSTEM,
        service="history_not_shared",
        reason=said.reason,
    )
