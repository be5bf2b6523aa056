"""Messages of a conversation: the customer's, ours coming back, an administrator's, and edits."""

import json
from collections.abc import Mapping
from types import MappingProxyType

from connectors.base import Parsed
from connectors.vk import buttons
from connectors.vk.contents import content
from connectors.vk.event import Event, place
from connectors.vk.payload import Payload
from connectors.vk.peers import is_chat, thread_of
from connectors.vk.random_id import random_id
from shared.errors import BadPayload
from shared.ids import EventKey, ExternalId, PartId
from shared.model.content import Action, Content, Service, Unsupported
from shared.model.inbound import Inbound, InboundKind, Origin, ThreadRef
from shared.model.people import Participant

PART = "hub_part"
"""The field of a message's payload that names the part that it was sent as."""
PIECES = 16
"""Numbers of the pieces of a part are below this."""
_SERVICES: Mapping[str, str] = MappingProxyType(
    {
        "chat_create": "chat_created",
        "chat_invite_user": "member_joined",
        "chat_invite_user_by_link": "member_joined",
        "chat_invite_user_by_message_request": "member_joined",
        "chat_kick_user": "member_left",
        "chat_title_update": "title_changed",
        "chat_photo_update": "photo_changed",
        "chat_photo_remove": "photo_removed",
        "chat_pin_message": "message_pinned",
        "chat_unpin_message": "message_unpinned",
        "chat_screenshot": "screenshot_taken",
        "conversation_style_update": "background_changed",
        "custom": "custom",
    }
)
_LEAVES = frozenset({"chat_kick_user"})
_JOINS = frozenset({"chat_create", "chat_invite_user", "chat_invite_user_by_link"})


def message_of(event: Event) -> Payload:
    """The message of an event; before API 5.103 the object itself."""
    return event.told.child("message") or event.told


def peer_in(message: Payload) -> int:
    """Where a message stands. Raises ``BadPayload`` when it does not say."""
    number = message.integer("peer_id")
    if not number:
        raise BadPayload("no conversation is named")
    return number


def new_message(event: Event) -> Parsed:
    """A message that came or that the community wrote."""
    message = message_of(event)
    peer_id = peer_in(message)
    number = message.positive("conversation_message_id")
    where = thread_of(peer_id, event.account.title(peer_id) if is_chat(peer_id) else None)
    key = event.own_key("m", peer_id, number) if number else event.key(peer_id)
    action = message.child("action")
    if action is not None:
        return Parsed(inbound=(_told(event, message, where, key, action),))
    author = message.integer("from_id")
    ours = message.flag("out") or author == -event.account.group_id
    said = content(event, message, peer_id)
    kind = InboundKind.MESSAGE
    press = None if ours else _text_press(message)
    if press is not None:
        # The label is the message's text as well: it is shown once.
        text = "" if press.label == said.text else said.text
        said = said.model_copy(update={"text": text, "action": press})
        kind = InboundKind.ACTION
    elif _says_nothing(said):
        kind = InboundKind.UNSUPPORTED
        said = said.model_copy(update={"blocks": (Unsupported(name=_unknown(message)),)})
    admin = message.positive("admin_author_id")
    inbound = event.event(
        kind,
        where,
        key,
        occurred_at=message.moment("date"),
        origin=_origin(ours=ours, admin=admin, author=author),
        author=event.participant(admin if ours and admin else author),
        participants=_customer(event, peer_id) if ours else (),
        external_id=ExternalId(str(number)) if number else None,
        place=place(number) if number else None,
        content=said,
        entry=said.entry,
        part_id=_part_of(message) if ours and not admin else None,
        truncated=message.flag("is_cropped"),
    )
    return Parsed(inbound=(inbound,))


def edited_message(event: Event) -> Parsed:
    """A message as it stands after an edit; VK also says so when it has added a link's preview."""
    message = message_of(event)
    peer_id = peer_in(message)
    number = message.positive("conversation_message_id")
    if number is None:
        raise BadPayload("an edited message without a number")
    author = message.integer("from_id")
    ours = message.flag("out") or author == -event.account.group_id
    admin = message.positive("admin_author_id")
    if ours and not admin:
        return Parsed()  # what we changed ourselves, coming back
    said = content(event, message, peer_id)
    if _says_nothing(said):
        said = said.model_copy(update={"blocks": (Unsupported(name=_unknown(message)),)})
    inbound = event.event(
        InboundKind.EDIT,
        thread_of(peer_id),
        event.key(peer_id, number),
        occurred_at=message.moment("update_time") or message.moment("date"),
        origin=_origin(ours=ours, admin=admin, author=author),
        author=event.participant(admin if ours and admin else author),
        participants=_customer(event, peer_id) if ours else (),
        place=place(number),
        target_external_id=ExternalId(str(number)),
        content=said,
        edit_hidden=True,
        truncated=message.flag("is_cropped"),
    )
    return Parsed(inbound=(inbound,))


def _origin(*, ours: bool, admin: int | None, author: int | None) -> Origin:
    if ours:
        return Origin.AGENT_APP if admin else Origin.ECHO
    return Origin.BOT if author is not None and author < 0 else Origin.USER


def _customer(event: Event, peer_id: int) -> tuple[Participant, ...]:
    """Whom the community writes with; in a chat nobody in particular."""
    person = None if is_chat(peer_id) else event.participant(peer_id)
    return (person,) if person is not None else ()


def _says_nothing(said: Content) -> bool:
    return said.is_empty() and said.forward is None


def _text_press(message: Payload) -> Action | None:
    """A pressed text button: an ordinary message with a payload."""
    if "payload" not in message:
        return None
    value, label = buttons.pressed(message.raw["payload"])
    if value is None:
        return None
    return Action(value=value, label=label or message.text("text"))


def _part_of(message: Payload) -> PartId | None:
    """The part that an echo repeats: named in its payload, and proved by its ``random_id``."""
    written = message.text("payload")
    if written is None:
        return None
    try:
        said = json.loads(written)
    except (ValueError, RecursionError):
        return None
    part = said.get(PART) if isinstance(said, dict) else None
    number = message.integer("random_id")
    if not isinstance(part, str) or number is None:
        return None
    known = any(random_id(part, piece) == number for piece in range(1, PIECES))
    return PartId(part) if known else None


def _told(
    event: Event, message: Payload, where: ThreadRef, key: EventKey, action: Payload
) -> Inbound:
    word = action.text("type") or "unknown"
    name = _SERVICES.get(word, word[:64])
    member = action.integer("member_id")
    text = action.text("text") or action.text("message")
    details = {"text": text[:300]} if text else {}
    subject = event.participant(member)
    if subject is not None:
        details["member"] = subject.name or subject.external_id
    if word == "chat_title_update" and text:
        where = where.model_copy(update={"title": text})
    ours = member == -event.account.group_id
    reachable = None
    if ours and word in _LEAVES | _JOINS:
        reachable = word in _JOINS
    number = message.positive("conversation_message_id")
    service = Service(name=name, details=details)
    return event.event(
        InboundKind.THREAD,
        where,
        key,
        occurred_at=message.moment("date"),
        origin=Origin.SYSTEM,
        author=event.participant(message.integer("from_id")),
        participants=(subject,) if subject is not None else (),
        external_id=ExternalId(str(number)) if number else None,
        place=place(number) if number else None,
        content=Content(blocks=(service,)),
        service=name,
        reachable=reachable,
    )


_DRESS = frozenset(
    {
        "id", "conversation_message_id", "cmid", "date", "peer_id", "from_id", "text", "out",
        "version", "random_id", "important", "is_hidden", "is_cropped", "is_unavailable",
        "update_time", "attachments", "fwd_messages", "reply_message", "payload", "keyboard",
        "ref", "ref_source", "was_listened", "pinned_at", "message_tag", "members_count",
        "reactions", "last_reaction_id", "reaction_id", "admin_author_id", "user_id",
        "is_mentioned_user", "is_silent", "expire_ttl", "is_expired", "format_data",
    }
)  # fmt: skip
"""Fields that say about a message, not what it says."""


def _unknown(message: Payload) -> str:
    """The platform's word for a message that says nothing we understand."""
    if message.flag("is_expired"):
        return "expired"
    return next((field[:64] for field in message.raw if field not in _DRESS), "empty")
