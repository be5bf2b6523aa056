"""Rules and conversations for tests of decisions."""

from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter

from shared.collections import CANNED_REPLIES, FIELDS, MACROS, PRIORITY_SCORES, RULES, TOPICS
from shared.ids import (
    ChannelId,
    ChannelType,
    ContactId,
    ExternalId,
    IdentityId,
    new_conversation_id,
    new_message_id,
    slot_for,
    slot_of,
)
from shared.model.condition import Condition
from shared.model.content import Content
from shared.model.conversation import Conversation
from shared.model.message import Direction, Message
from shared.model.people import Actor, ActorKind
from shared.model.rule import Rule
from shared.model.topic import Topic
from shared.policies.book import Book, book_of
from shared.rules.facts import Facts, facts_of
from shared.stems import Stemmer

AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
KEPT: dict[str, Any] = {"created_at": AT, "updated_at": AT}
_CONDITION: TypeAdapter[Any] = TypeAdapter(Condition)


def condition(**fields: Any) -> Any:
    """A condition of its type."""
    return _CONDITION.validate_python(fields)


def on(*causes: str) -> dict[str, Any]:
    """When one of these happens."""
    return {"type": "event", "causes": causes}


def after(since: str, for_s: int) -> dict[str, Any]:
    """When so much time has passed."""
    return {"type": "time", "since": since, "for_s": for_s}


def rule(id: str, when: dict[str, Any], *actions: dict[str, Any], **fields: Any) -> Rule:
    """A rule; its conditions among the fields."""
    whole = {"id": id, "name": id, "when": when, "actions": actions, **KEPT, **fields}
    return Rule.model_validate(whole)


def topic(id: str, parent_id: str | None = None) -> Topic:
    """A topic."""
    return Topic(id=id, name=id.title(), parent_id=parent_id, **KEPT)


def book(**kinds: Any) -> Book:
    """A book of these documents."""
    collections = (TOPICS, RULES, MACROS, CANNED_REPLIES, FIELDS, PRIORITY_SCORES)
    return book_of(1, {one.name: kinds.get(one.name, ()) for one in collections})


def conversation(**fields: Any) -> Conversation:
    """A conversation of the shop's Telegram channel."""
    values: dict[str, Any] = {
        "id": new_conversation_id(slot_for(ChannelId("shop"), "chat-1")),
        "channel_id": ChannelId("shop"),
        "channel_type": ChannelType("telegram"),
        "thread": ExternalId("chat-1"),
        "contact_id": ContactId("k1"),
        "identity_id": IdentityId("i1"),
        "contact_name": "Boris Orlov",
        "last_activity_at": AT,
        "created_at": AT,
    }
    return Conversation(**(values | fields))


def message(of: Conversation, text: str = "hello", **fields: Any) -> Message:
    """A customer's message."""
    values: dict[str, Any] = {
        "id": new_message_id(slot_of(of.id)),
        "conversation_id": of.id,
        "channel_id": of.channel_id,
        "seq": 0,
        "sort": "0",
        "direction": Direction.INBOUND,
        "author": Actor(kind=ActorKind.CONTACT, id="k1", name="Boris"),
        "content": Content(text=text),
        "at": AT,
        "accepted_at": AT,
    }
    return Message(**(values | fields))


def facts(text: str | None = None, in_book: Book | None = None, **fields: Any) -> Facts:
    """What is known of a conversation with these fields, and of a message with this text."""
    about = conversation(**fields)
    said = message(about, text) if text is not None else None
    return facts_of(in_book or book(), about, said, AT, Stemmer())
