"""One update, opened: its id, its kind, its payload, and how events are made of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from connectors.base import GROUP_CONTEXT
from connectors.payload import Payload
from connectors.telegram.address import Address
from shared.errors import BadPayload
from shared.ids import ChannelId, ChannelType, EventKey, ExternalId
from shared.model.inbound import Inbound, InboundKind, ThreadRef

_KINDS = {"private": "private", "group": "group", "supergroup": "group", "channel": "channel"}
_NO_CHAT = "account"
LAST_MESSAGE = "business_message_id"
"""In the context of a business account's thread: the customer's latest message, for read marks."""


@dataclass(frozen=True, slots=True)
class Account:
    """The channel that an update came to."""

    channel_id: ChannelId
    channel_type: ChannelType
    bot_id: int


class Update(NamedTuple):
    """An update of the Bot API."""

    account: Account
    id: int
    name: str
    """The field that holds the payload, such as ``message``."""
    payload: Payload
    raw: dict[str, Any]
    received_at: datetime

    def key(self, *content: object) -> EventKey:
        """What Telegram repeats when it delivers this again.

        The update id alone is not enough: after a quiet week it may go on from another number. What
        the update is about is not enough either: several edits share a second, and another bot's
        messages have the same numbers. Both together are.
        """
        return EventKey(":".join((f"u{self.id}", *map(str, content))))

    def event(
        self,
        kind: InboundKind,
        thread: ThreadRef,
        *content: object,
        occurred_at: datetime | None = None,
        **fields: Any,
    ) -> Inbound:
        """A normalised event of this update; ``content`` completes its key."""
        return Inbound(
            channel_id=self.account.channel_id,
            channel_type=self.account.channel_type,
            event_key=self.key(*content),
            kind=kind,
            thread=thread,
            occurred_at=occurred_at or self.received_at,
            received_at=self.received_at,
            raw=self.raw,
            **fields,
        )


def address(message: Payload) -> Address:
    """Where a message stands. Raises ``BadPayload`` when it names no chat."""
    chat = message.child("chat")
    number = chat.integer("id") if chat is not None else None
    if number is None:
        raise BadPayload("no chat is named")
    connection = message.text("business_connection_id")
    if connection is not None:
        return Address(number, connection_id=connection)
    direct = message.child("direct_messages_topic")
    if direct is not None and direct.integer("topic_id") is not None:
        return Address(number, direct_topic_id=direct.integer("topic_id"))
    # Replies in ordinary supergroups carry a thread id too, and are no topic.
    if message.flag("is_topic_message"):
        return Address(number, topic_id=message.integer("message_thread_id"))
    return Address(number)


def thread(message: Payload) -> ThreadRef:
    """The thread of a message. Raises ``BadPayload`` when it names no chat."""
    place = address(message)
    chat = message.child("chat") or Payload({})
    is_topic = place.topic_id is not None or place.direct_topic_id is not None
    return ThreadRef(
        external_id=place.thread(),
        partition_key=place.partition_key(),
        kind="topic" if is_topic else _kind(chat),
        title=_title(message, chat),
        context=place.context() | _pace(place, chat),
    )


def person_thread(person: Payload | None) -> ThreadRef:
    """The private chat with a user; its id is the user's. Without a user: the account's own."""
    number = person.integer("id") if person is not None else None
    identifier = str(number) if number is not None else _NO_CHAT
    return ThreadRef(external_id=ExternalId(identifier), partition_key=identifier)


def _pace(place: Address, chat: Payload) -> dict[str, str]:
    """A group takes 20 messages a minute, in all of its topics together."""
    return {GROUP_CONTEXT: str(place.chat_id)} if _kind(chat) in {"group", "channel"} else {}


def _kind(chat: Payload) -> Any:
    return _KINDS.get(chat.text("type") or "", "private")


def _title(message: Payload, chat: Payload) -> str | None:
    title = chat.text("title")
    if not message.flag("is_topic_message"):
        return title
    opener = message.child("reply_to_message")
    created = message.child("forum_topic_created") or message.child("forum_topic_edited")
    if created is None and opener is not None:
        created = opener.child("forum_topic_created")
    topic = created.text("name") if created is not None else None
    if topic is None:  # not told this time: what is known stays
        return None
    return f"{title} / {topic}" if title is not None else topic


def message_id(payload: Payload) -> int:
    """The id of a message in its chat. Raises ``BadPayload``."""
    number = payload.count("message_id")
    if number is None:
        raise BadPayload("a message without an id")
    return number


def place(number: int) -> str:
    """A message id that sorts as text."""
    return f"{number:019d}"
