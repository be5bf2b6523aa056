"""Messages of customers, and what else comes in the place of one: edits, reactions, changes."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from connectors.payload import Payload
from connectors.whatsapp.contents import content, press
from connectors.whatsapp.event import Event, message_id
from connectors.whatsapp.people import Person, group_thread, person
from connectors.whatsapp.references import dressed, entry
from connectors.whatsapp.systems import system, welcome
from shared.errors import BadPayload
from shared.ids import ExternalId
from shared.model.content import Content, Unsupported
from shared.model.inbound import Inbound, InboundKind, Origin, ThreadRef


def received(event: Event) -> tuple[Inbound, ...]:
    """What a customer's message says. Raises ``BadPayload``."""
    message = event.single.item
    reader = _OTHERS.get(message.text("type") or "")
    if reader is not None:
        return reader(event)
    writer = person(message, event.contact)
    return (told(event, message, thread_of(message, writer), author=writer.participant()),)


def thread_of(message: Payload, writer: Person) -> ThreadRef:
    """Where a message stands: a group, or the chat with its writer."""
    group = message.identifier("group_id")
    return group_thread(group) if group is not None else writer.thread()


def told(
    event: Event, message: Payload, thread: ThreadRef, *, prefix: str = "m", **fields: Any
) -> Inbound:
    """A message as an event, whoever wrote it."""
    id = message_id(message)
    pressed = press(message)
    said = Content(action=pressed) if pressed is not None else content(message)
    kind = InboundKind.MESSAGE
    if pressed is not None:
        kind = InboundKind.ACTION
    elif any(isinstance(block, Unsupported) for block in said.blocks):
        kind = InboundKind.UNSUPPORTED
    came_by = entry(message)
    said = dressed(message, said)
    occurred_at = message.moment("timestamp")
    return event.make(
        kind,
        thread,
        f"{prefix}:{id}",
        occurred_at=occurred_at,
        external_id=id,
        place=event.place(occurred_at),
        content=said.model_copy(update={"entry": came_by}) if came_by is not None else said,
        target_external_id=pressed.target_external_id if pressed is not None else None,
        entry=came_by,
        **fields,
    )


def reaction(event: Event) -> tuple[Inbound, ...]:
    """A reaction, or its removal when no emoji is told."""
    message = event.single.item
    writer = person(message, event.contact)
    return (reacted(event, message, thread_of(message, writer), author=writer.participant()),)


def reacted(event: Event, message: Payload, thread: ThreadRef, **fields: Any) -> Inbound:
    """A reaction as an event, whoever set it. Raises ``BadPayload`` when it is to nothing."""
    said = message.child("reaction") or Payload({})
    target = said.identifier("message_id")
    if target is None:
        raise BadPayload("a reaction to no message")
    emoji = said.text("emoji")
    return event.make(
        InboundKind.REACTION,
        thread,
        f"m:{message_id(message)}",
        occurred_at=message.moment("timestamp"),
        target_external_id=ExternalId(target),
        reactions_new=(emoji,) if emoji is not None else (),
        **fields,
    )


def changed(event: Event, message: Payload, thread: ThreadRef, **fields: Any) -> Inbound:
    """An edit or a deletion as an event. Raises ``BadPayload`` when it names no message."""
    word = message.text("type") or ""
    change = message.child(word) or Payload({})
    target = change.identifier("original_message_id")
    if target is None:
        raise BadPayload("a change of no message")
    key = f"m:{message_id(message)}"
    occurred_at = message.moment("timestamp")
    about = ExternalId(target)
    if word == "revoke":
        return event.make(
            InboundKind.DELETE, thread, key,
            occurred_at=occurred_at, target_external_id=about, **fields,
        )  # fmt: skip
    after = change.child("message")
    if after is None:
        raise BadPayload("an edit that does not say what the message says now")
    return event.make(
        InboundKind.EDIT,
        thread,
        key,
        occurred_at=occurred_at,
        target_external_id=about,
        content=dressed(after, content(after)),
        **fields,
    )


def _edit(event: Event) -> tuple[Inbound, ...]:
    message = event.single.item
    writer = person(message, event.contact)
    thread = thread_of(message, writer)
    return (changed(event, message, thread, author=writer.participant()),)


_OTHERS: Final[Mapping[str, Callable[[Event], tuple[Inbound, ...]]]] = MappingProxyType(
    {
        "reaction": reaction,
        "edit": _edit,
        "revoke": _edit,
        "system": system,
        "request_welcome": welcome,
    }
)

OURS: Final = Origin.AGENT_APP
"""Who is behind what was written in the WhatsApp Business app."""
