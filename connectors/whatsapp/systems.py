"""What WhatsApp tells in the place of a message: another number, another phone, a first look."""

from typing import Final

from connectors.payload import Payload
from connectors.whatsapp.event import Event, message_id
from connectors.whatsapp.people import BSUID, WA_ID, Person, person
from shared.errors import BadPayload
from shared.model.inbound import Inbound, InboundKind, Origin, ThreadRef

_CHANGED: Final = frozenset({"user_changed_number", "customer_changed_number"})
_UNKNOWN: Final = "system_message"


def system(event: Event) -> tuple[Inbound, ...]:
    """A system message; it names no contact. Raises ``BadPayload``."""
    message = event.single.item
    told = message.child("system") or Payload({})
    word = told.text("type") or _UNKNOWN
    before = person(message, event.contact)
    if word in _CHANGED or "wa_id" in told or "new_wa_id" in told:
        after = _after(told)
        if after is not None and after.key != before.key:
            return renamed(event, before, after, f"m:{message_id(message)}", message)
    name = "identity_changed" if "identity" in word else word[:64]
    return (_line(event, message, before, name),)


def welcome(event: Event) -> tuple[Inbound, ...]:
    """Somebody opened the chat for the first time and has not written yet."""
    message = event.single.item
    return (_line(event, message, person(message, event.contact), "chat_opened"),)


def user_id_update(event: Event) -> tuple[Inbound, ...]:
    """The id of a person for this business changed. Raises ``BadPayload``."""
    item = event.single.item
    ids = item.child("user_id") or Payload({})
    old, new = ids.identifier("previous"), ids.identifier("current")
    if old is None or new is None:
        raise BadPayload("a change of an id that does not say which")
    before, after = _with_id(item, old), _with_id(item, new)
    return renamed(event, before, after, f"id:{old}:{new}", item)


def renamed(
    event: Event, before: Person, after: Person, key: str, item: Payload
) -> tuple[Inbound, ...]:
    """The thread goes on under another name, and the person with it.

    Both events go to the partition of the old name, where the conversation is.
    """
    occurred_at = item.moment("timestamp")
    thread = after.thread().model_copy(
        update={"renamed_from": before.key, "partition_key": before.key}
    )
    known_as = (before.key, *before.aliases, *after.aliases)
    who = after.participant().model_copy(
        update={"aliases": tuple(dict.fromkeys(id for id in known_as if id != after.key))}
    )
    line = event.make(
        InboundKind.THREAD,
        thread,
        key,
        occurred_at=occurred_at,
        origin=Origin.SYSTEM,
        author=who,
        service="number_changed",
        reason=f"+{after.wa_id}" if after.wa_id else None,
    )
    contact = event.make(
        InboundKind.CONTACT, thread, f"{key}:contact", occurred_at=occurred_at, author=who
    )
    return line, contact


def _with_id(item: Payload, user: str) -> Person:
    given = Payload({WA_ID: item.raw.get("wa_id"), BSUID: user})
    return person(given, None, phone=WA_ID, user=BSUID)


def _after(told: Payload) -> Person | None:
    """The person under the new number."""
    phone = told.identifier("wa_id") or told.identifier("new_wa_id")
    user = told.identifier("user_id")
    if phone is None and user is None:
        return None
    try:
        return person(Payload({"from": phone, "from_user_id": user}), None)
    except BadPayload:
        return None


def _line(event: Event, message: Payload, who: Person, name: str) -> Inbound:
    thread: ThreadRef = who.thread()
    return event.make(
        InboundKind.THREAD,
        thread,
        f"m:{message_id(message)}",
        occurred_at=message.moment("timestamp"),
        origin=Origin.SYSTEM,
        author=who.participant(),
        service=name,
    )
