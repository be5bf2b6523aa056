"""Taking a webhook apart: one event for each message, status, error or account change in it.

A piece keeps the shape of a webhook with one event in it, so that its bytes say everything by
themselves when they are put aside and read again.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from connectors.base import RawEvent
from connectors.payload import Payload, decode
from shared.errors import BadPayload

_OBJECT: Final = "whatsapp_business_account"
_LISTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "messages": ("messages", "statuses", "errors"),
        "smb_message_echoes": ("message_echoes", "errors"),
        "message_echoes": ("message_echoes", "errors"),
        "history": ("history", "messages", "errors"),
        "smb_app_state_sync": ("state_sync", "errors"),
        "user_preferences": ("user_preferences",),
        "user_id_update": ("user_id_update",),
        "calls": ("calls", "statuses", "errors"),
    }
)
"""The lists of events in the value of a change; what is not named here is one event by itself."""
_KEY: Final = 128


class Single(NamedTuple):
    """One event, opened: the change that it came in, and the one item of it."""

    entry_id: str
    field: str
    """What Meta calls the subject of the change, such as ``messages``."""
    list: str | None
    """The list that the item stood in; None: the value itself is the event."""
    value: Payload
    """The value around it: metadata, contacts."""
    item: Payload
    raw: dict[str, Any]


class Piece(RawEvent):
    """One event of a webhook, as it was read there: its bytes are made when somebody asks."""

    __slots__ = ("single",)

    single: Single

    def __init__(self, single: Single, key: str) -> None:
        object.__setattr__(self, "single", single)
        object.__setattr__(self, "key", key)

    @property
    def body(self) -> bytes:
        """A webhook with this one event."""
        return json.dumps(self.single.raw, separators=(",", ":")).encode()


def split(body: bytes) -> Sequence[RawEvent]:
    """The single events of a webhook. Raises ``BadPayload`` when it is none of Meta's."""
    return [_piece(*found) for found in _items(decode(body))]


def single_of(event: RawEvent) -> Single:
    """An event, opened. Raises ``BadPayload`` when its bytes hold none, or several."""
    return event.single if isinstance(event, Piece) else single(decode(event.body))


def single(raw: dict[str, Any]) -> Single:
    """The one event in a webhook. Raises ``BadPayload`` when there is not exactly one."""
    found = None
    for entry_id, change, name, item in _items(raw):
        if found is not None:
            raise BadPayload("several events in one: it has to be taken apart first")
        value = Payload(_object(change.raw.get("value")))
        found = Single(
            entry_id=entry_id,
            field=change.text("field") or "",
            list=name,
            value=value,
            item=value if name is None else Payload(_object(item)),
            raw=raw,
        )
    if found is None:
        raise BadPayload("a webhook without an event")
    return found


def _piece(entry_id: str, change: Payload, name: str | None, item: Any) -> Piece:
    value = _object(change.raw.get("value"))
    field = change.text("field") or ""
    if name is not None:
        value = _cut(value, field, name, item)
    inner = {"field": change.raw.get("field"), "value": value}
    raw = {"object": _OBJECT, "entry": [{"id": entry_id, "changes": [inner]}]}
    opened = Payload(value)
    told = opened if name is None else Payload(_object(item))
    key = item.get("id") if isinstance(item, dict) else None
    return Piece(
        Single(entry_id, field, name, opened, told, raw),
        key[:_KEY] if isinstance(key, str) else "",
    )


def _cut(value: dict[str, Any], change_field: str, name: str, item: Any) -> dict[str, Any]:
    """The value with this item alone, and of the contacts those that it is about."""
    lists = _LISTS.get(change_field, ())
    rest = {key: part for key, part in value.items() if key not in lists and key != "contacts"}
    contacts = value.get("contacts")
    if isinstance(contacts, list) and name != "history":
        about = contacts if len(contacts) == 1 else _about(contacts, item)
        if about:
            rest["contacts"] = about
    return rest | {name: [item]}


def _about(contacts: list[Any], item: Any) -> list[Any]:
    if not isinstance(item, dict):
        return []
    names = {item.get(key) for key in ("from", "from_user_id", "to", "to_user_id", "wa_id")
             if isinstance(item.get(key), str)}  # fmt: skip
    return [
        contact
        for contact in contacts
        if isinstance(contact, dict)
        and any(
            isinstance(value, str) and value in names
            for value in (contact.get("wa_id"), contact.get("user_id"))
        )
    ]


def _items(raw: dict[str, Any]) -> Iterator[tuple[str, Payload, str | None, Any]]:
    """Every event: the entry's id, the change, the list that it stands in, the item."""
    if raw.get("object") != _OBJECT:
        raise BadPayload("not a webhook of a WhatsApp business account")
    entries = raw.get("entry")
    if not isinstance(entries, list):
        raise BadPayload("a webhook without entries")
    for entry in entries:
        opened = Payload(_object(entry))
        changes = opened.raw.get("changes")
        for change in changes if isinstance(changes, list) else ():
            yield from _changed(opened.identifier("id") or "", Payload(_object(change)))


def _changed(entry_id: str, change: Payload) -> Iterator[tuple[str, Payload, str | None, Any]]:
    value = _object(change.raw.get("value"))
    found = False
    for name in _LISTS.get(change.text("field") or "", ()):
        items = value.get(name)
        for item in items if isinstance(items, list) else ():
            found = True
            if name == "history":
                yield from _history(entry_id, change, item)
            else:
                yield entry_id, change, name, item
    if not found:
        yield entry_id, change, None, value


def _history(
    entry_id: str, change: Payload, chunk: Any
) -> Iterator[tuple[str, Payload, str | None, Any]]:
    """Each message of a chunk of history, in a chunk of its own."""
    opened = Payload(_object(chunk))
    head = {key: part for key, part in opened.raw.items() if key not in {"threads", "errors"}}
    for error in opened.children("errors"):
        yield entry_id, change, "history", head | {"errors": [error.raw]}
    for thread in opened.children("threads"):
        about = {key: part for key, part in thread.raw.items() if key != "messages"}
        messages = thread.raw.get("messages")
        for message in messages if isinstance(messages, list) else ():
            alone = head | {"threads": [about | {"messages": [message]}]}
            yield entry_id, change, "history", alone


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
