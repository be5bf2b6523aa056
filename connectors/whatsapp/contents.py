"""What a message says, by its type."""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from connectors.payload import Payload
from connectors.whatsapp.media import MEDIA, attachment
from connectors.whatsapp.problems import words
from shared.ids import ExternalId
from shared.model.content import (
    Action,
    Block,
    ContactCard,
    Content,
    FormResponse,
    Link,
    Location,
    Order,
    OrderItem,
    Unsupported,
)

_NAME: Final = 64
_MOST: Final = 100
_ANSWER: Final = 1000


def content(message: Payload) -> Content:
    """The content; what is not understood is a block that says so."""
    word = message.text("type") or "unknown"
    if word in MEDIA:
        return _file(message, word)
    if word == "text":
        body = (message.child("text") or Payload({})).text("body")
        if body is not None:
            return Content(text=body)
    reader = _READERS.get(word)
    said = reader(message) if reader is not None else None
    if said is not None:
        return said
    return Content(blocks=(Unsupported(name=_unknown(message, word)[:_NAME]),))


def press(message: Payload) -> Action | None:
    """The pressed button or chosen row, None when the message is no press."""
    templates = message.text("type") == "button"
    if not templates and "interactive" not in message:
        return None
    context = message.child("context") or Payload({})
    target = context.identifier("id")
    value = label = None
    if templates:
        button = message.child("button") or Payload({})
        value, label = button.text("payload"), button.text("text")
    else:
        interactive = message.child("interactive") or Payload({})
        word = interactive.text("type")
        if word in {"button_reply", "list_reply"}:
            reply = interactive.child(word) or Payload({})
            value, label = reply.text("id"), reply.text("title")
    if value is None and label is None:
        return None
    return Action(
        value=value or label,
        label=label,
        target_external_id=ExternalId(target) if target is not None else None,
    )


def _file(message: Payload, word: str) -> Content:
    file = message.child(word) or Payload({})
    problem = words(message.children("errors"))
    return Content(text=file.text("caption") or "", attachments=(attachment(word, file, problem),))


def _location(message: Payload) -> Content | None:
    place = message.child("location") or Payload({})
    latitude, longitude = place.number("latitude"), place.number("longitude")
    if latitude is None or longitude is None:
        return None
    blocks: list[Block] = [
        Location(
            latitude=latitude,
            longitude=longitude,
            title=place.text("name"),
            address=place.text("address"),
        )
    ]
    if place.text("url") is not None:
        blocks.append(Link(subtype="location", url=place.text("url"), title=place.text("name")))
    return Content(blocks=tuple(blocks))


def _contacts(message: Payload) -> Content | None:
    cards = tuple(_card(contact) for contact in message.children("contacts")[:_MOST])
    return Content(blocks=cards) if cards else None


def _card(contact: Payload) -> ContactCard:
    name = contact.child("name") or Payload({})
    phones = contact.children("phones")
    known = next((phone.identifier("wa_id") for phone in phones if "wa_id" in phone), None)
    full = name.text("formatted_name") or " ".join(
        part for part in (name.text("first_name"), name.text("last_name")) if part
    )
    return ContactCard(
        name=full,
        phones=_texts(phones, "phone"),
        emails=_texts(contact.children("emails"), "email"),
        user_external_id=ExternalId(known) if known is not None else None,
        vcard=contact.text("vcard"),
    )


def _texts(items: list[Payload], key: str) -> tuple[str, ...]:
    return tuple(text for item in items if (text := item.text(key)) is not None)


def _interactive(message: Payload) -> Content | None:
    interactive = message.child("interactive") or Payload({})
    reply = interactive.child("nfm_reply")
    if reply is None:
        return None
    return Content(
        text=reply.text("body") or "",
        blocks=(FormResponse(name=reply.text("name"), answers=_answers(reply)),),
    )


def _answers(reply: Payload) -> dict[str, str]:
    """The answers of a flow, which come as JSON within JSON."""
    given: Any = reply.raw.get("response_json")
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            return {"response": given[:_ANSWER]}
    if not isinstance(given, dict):
        return {}
    return {
        key[:_ANSWER]: _plain(value)[:_ANSWER]
        for key, value in list(given.items())[:_MOST]
        if key != "flow_token"
    }


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(_plain(item) for item in value[:_MOST])
    try:
        return json.dumps(value, ensure_ascii=False)
    except (ValueError, RecursionError):
        return ""


def _order(message: Payload) -> Content | None:
    order = message.child("order") or Payload({})
    items = tuple(
        OrderItem(
            product_external_id=ExternalId(item.identifier("product_retailer_id") or "?"),
            quantity=item.number("quantity") or _digits(item.text("quantity")) or 1,
            price=_price(item.raw.get("item_price")),
            currency=item.text("currency"),
        )
        for item in order.children("product_items")[:_MOST]
    )
    if not items:
        return None
    return Content(blocks=(Order(items=items, note=order.text("text")),))


def _digits(value: str | None) -> float | None:
    if value is not None and len(value) <= _NAME and value.isascii() and value.isdigit():
        return float(value)
    return None


def _price(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    return str(value)[:_NAME]


def _unknown(message: Payload, word: str) -> str:
    """Meta's own word for what the message is."""
    if word in {"unsupported", "unknown"}:
        inner = message.child("unsupported") or Payload({})
        return inner.text("type") or words(message.children("errors")) or word
    interactive = message.child("interactive")
    if word == "interactive" and interactive is not None:
        return f"interactive {interactive.text('type') or ''}".strip()
    return word


_READERS: Final[Mapping[str, Callable[[Payload], Content | None]]] = MappingProxyType(
    {
        "location": _location,
        "contacts": _contacts,
        "interactive": _interactive,
        "order": _order,
    }
)
