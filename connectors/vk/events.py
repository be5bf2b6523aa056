"""From the bytes of one event to what it says; pure, but for the clock and the names known."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from connectors.base import Parsed
from connectors.vk import messages
from connectors.vk.buttons import pressed
from connectors.vk.event import Account, Event
from connectors.vk.payload import Payload
from connectors.vk.peers import thread_of
from connectors.vk.reactions import emoji_of
from shared.clock import Clock
from shared.errors import BadPayload
from shared.ids import ExternalId
from shared.model.content import Action, Content, Service, Unsupported
from shared.model.inbound import InboundKind, Origin
from shared.model.people import Actor, ActorKind

CONFIRMATION = "confirmation"
GAP = "hub_gap"
"""An event of our own: Bots Long Poll has lost something, and we looked for it."""
_KEY = 128


def _press(event: Event) -> Parsed:
    said = event.told
    identifier, user = said.text("event_id"), said.integer("user_id")
    peer_id = said.integer("peer_id") or user
    if identifier is None or not user or not peer_id:
        raise BadPayload("a press that names nobody")
    value, label = pressed(said.raw.get("payload"))
    number = said.positive("conversation_message_id")
    target = ExternalId(str(number)) if number is not None else None
    action = Action(
        external_id=ExternalId(f"{user}:{peer_id}:{identifier}"),
        value=value,
        label=label,
        target_external_id=target,
    )
    inbound = event.event(
        InboundKind.ACTION,
        thread_of(peer_id),
        event.own_key("press", peer_id, user, identifier[:_KEY]),
        author=event.participant(user),
        target_external_id=target,
        content=Content(action=action),
    )
    return Parsed(inbound=(inbound,))


def _read(event: Event) -> Parsed:
    said = event.told
    peer_id = said.integer("peer_id") or said.integer("from_id")
    number = said.positive("conversation_message_id")
    if not peer_id:
        raise BadPayload("no conversation is named")
    if number is None or said.integer("from_id") == -event.account.group_id:
        return Parsed()  # the community itself has read, or VK names no message
    inbound = event.event(
        InboundKind.READ,
        thread_of(peer_id),
        event.own_key("read", peer_id, said.integer("from_id") or peer_id, number),
        author=event.participant(said.integer("from_id")),
        target_external_id=ExternalId(str(number)),
    )
    return Parsed(inbound=(inbound,))


def _typing(event: Event) -> Parsed:
    who = event.told.integer("from_id")
    if not who or who == -event.account.group_id:
        return Parsed()
    person = event.participant(who)
    actor = Actor(kind=ActorKind.CONTACT, id=str(who), name=person.name if person else None)
    return Parsed(typing=((thread_of(who).external_id, actor),))


def _reachable(event: Event) -> Parsed:
    reachable, reason = _REACHABLE[event.type]
    user = event.told.positive("user_id")
    if user is None:
        raise BadPayload("nobody is named")
    inbound = event.event(
        InboundKind.CONTACT,
        thread_of(user),
        event.key(user),
        occurred_at=event.told.moment("date"),
        author=event.participant(user),
        reachable=reachable,
        reason=reason,
    )
    return Parsed(inbound=(inbound,))


def _member(event: Event) -> Parsed:
    user = event.told.positive("user_id")
    if user is None:
        raise BadPayload("nobody is named")
    name = "community_joined" if event.type == "group_join" else "community_left"
    inbound = event.event(
        InboundKind.THREAD,
        thread_of(user),
        event.key(user),
        origin=Origin.SYSTEM,
        author=event.participant(user),
        content=Content(blocks=(Service(name=name),)),
        service=name,
    )
    return Parsed(inbound=(inbound,))


def _reaction(event: Event) -> Parsed:
    said = event.told
    peer_id, number = said.integer("peer_id"), said.positive("cmid")
    if not peer_id or number is None:
        raise BadPayload("no message is named")
    who = said.integer("reacted_id")
    if who == -event.account.group_id:
        return Parsed()  # our own, coming back
    reaction = said.positive("reaction_id")
    inbound = event.event(
        InboundKind.REACTION,
        thread_of(peer_id),
        event.key(peer_id, number),
        author=event.participant(who),
        target_external_id=ExternalId(str(number)),
        reactions_new=(emoji_of(reaction),) if reaction is not None else (),
    )
    return Parsed(inbound=(inbound,))


def _gap(event: Event) -> Parsed:
    since = event.told.moment("since")
    inbound = event.event(
        InboundKind.ACCOUNT,
        thread_of(None),
        event.own_key("gap", event.told.integer("since")),
        origin=Origin.SYSTEM,
        service="gap",
        reason=(
            "VK lost some events: messages were read again from the conversations"
            + (f" since {since:%Y-%m-%d %H:%M} UTC" if since is not None else "")
        ),
    )
    return Parsed(inbound=(inbound,))


def _unknown(event: Event) -> Parsed:
    """Anything else: kept with its raw payload, shown in the conversation of whom it names."""
    said = event.told
    inner = said.child("message") or said
    named = (inner.integer(field) for field in ("peer_id", "user_id", "from_id"))
    peer_id = next((number for number in named if number), None)
    author = event.participant(inner.integer("from_id") or inner.integer("user_id"))
    inbound = event.event(
        InboundKind.UNSUPPORTED,
        thread_of(peer_id),
        event.key(),
        occurred_at=inner.moment("date"),
        origin=Origin.USER if author is not None else Origin.SYSTEM,
        author=author,
        service=event.type,
        content=Content(text=inner.text("text") or "", blocks=(Unsupported(name=event.type),)),
    )
    return Parsed(inbound=(inbound,))


_REACHABLE: Mapping[str, tuple[bool, str | None]] = MappingProxyType(
    {
        "message_allow": (True, None),
        "message_deny": (False, "messages of the community were forbidden"),
        "user_block": (False, "blocked by the community"),
        "user_unblock": (True, None),
    }
)
_PARSERS: Mapping[str, Callable[[Event], Parsed]] = MappingProxyType(
    {
        "message_new": messages.new_message,
        "message_reply": messages.new_message,
        "message_edit": messages.edited_message,
        "message_event": _press,
        "message_read": _read,
        "message_typing_state": _typing,
        "message_reaction_event": _reaction,
        "group_join": _member,
        "group_leave": _member,
        **dict.fromkeys(_REACHABLE, _reachable),
    }
)

WANTED: tuple[str, ...] = tuple(_PARSERS)
"""What we ask VK for, by name."""


def parse_event(raw: dict[str, Any], account: Account, clock: Clock) -> Parsed:
    """What one event says, as ``decode`` read it. Raises ``BadPayload`` and nothing else."""
    opened = Payload(raw)
    name = opened.text("type")
    if name is None:
        raise BadPayload("an event without a type")
    if name == CONFIRMATION:
        return Parsed()
    # The secret proves who calls and is nobody's business afterwards.
    raw.pop("secret", None)
    identifier = opened.text("event_id")
    event = Event(
        account,
        name[:64],
        opened.child("object") or Payload({}),
        raw,
        identifier[:_KEY] if identifier is not None else None,
        clock.now(),
    )
    try:
        return (_gap if name == GAP else _PARSERS.get(name, _unknown))(event)
    except ValueError as error:  # the model refused a value: what was not foreseen is kept aside
        raise BadPayload(f"{name[:64]} holds a value of {type(error).__name__}") from None
