"""Where a message goes on Telegram: a chat, and in it a topic or a business connection.

The thread's external id is the chat id alone, or with what tells two threads of one chat apart:
``-100123/45`` a topic, ``-100123/direct:45`` a channel's direct messages with one person,
``555/business:abc`` the owner of connection ``abc`` writing with user 555.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from shared.errors import Rejected
from shared.ids import ExternalId

_CONNECTION = "business_connection_id"
_TOPIC = "message_thread_id"
_DIRECT = "direct_messages_topic_id"


@dataclass(frozen=True, slots=True)
class Address:
    """A thread, taken apart as the Bot API wants it."""

    chat_id: int
    topic_id: int | None = None
    direct_topic_id: int | None = None
    connection_id: str | None = None

    def thread(self) -> ExternalId:
        """The thread's external id."""
        if self.connection_id is not None:
            return ExternalId(f"{self.chat_id}/business:{self.connection_id}")
        if self.direct_topic_id is not None:
            return ExternalId(f"{self.chat_id}/direct:{self.direct_topic_id}")
        if self.topic_id is not None:
            return ExternalId(f"{self.chat_id}/{self.topic_id}")
        return ExternalId(str(self.chat_id))

    def partition_key(self) -> str:
        """All threads of a chat are handled one after another."""
        return str(self.chat_id)

    def context(self) -> dict[str, str]:
        """What an answer needs beside the chat."""
        parts = {
            _CONNECTION: self.connection_id,
            _TOPIC: self.topic_id,
            _DIRECT: self.direct_topic_id,
        }
        return {name: str(value) for name, value in parts.items() if value is not None}

    def moved(self, chat_id: int) -> "Address":
        """The same place after the chat was renamed."""
        return replace(self, chat_id=chat_id)


def address_of(thread: ExternalId, context: Mapping[str, str]) -> Address:
    """The address of a thread. A connection in the context wins: it may have been renewed.

    Raises ``Rejected`` for an id that none of our threads has.
    """
    chat, _, rest = thread.partition("/")
    word, colon, value = rest.rpartition(":")
    try:
        address = Address(int(chat))
        if word == "business":
            return replace(address, connection_id=context.get(_CONNECTION, value))
        if word == "direct":
            return replace(address, direct_topic_id=int(value))
        if rest and not colon:
            return replace(address, topic_id=int(rest))
    except ValueError:
        raise Rejected("this conversation has no Telegram chat id") from None
    if rest:
        raise Rejected("this conversation has no Telegram chat id")
    return replace(address, connection_id=context.get(_CONNECTION))
