"""After a gap in the stream: what was written meanwhile is read from the conversations themselves.

The events that are made of it have the keys of those that were lost, so that what did come through
is known again.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

import structlog

from connectors.base import RawEvent
from connectors.vk import refusals
from connectors.vk.api import VERSION, VkApi
from connectors.vk.errors import NoAnswer, Refused
from connectors.vk.events import GAP
from connectors.vk.payload import Payload
from connectors.vk.peers import is_chat
from shared.ids import ChannelId

log = structlog.get_logger(__name__)

_PAGE: Final = 200
_CONVERSATIONS: Final = 25
_HISTORY: Final = 25
_AT_ONCE: Final = 10
"""Conversations that are read in one step: a step ends well within the time of a pull."""


class Gap:
    """One gap, closed step by step. A step is done again until it is called safe: it may fail, and
    so may whoever is told what it brought."""

    def __init__(
        self,
        api: VkApi,
        *,
        group_id: int,
        channel_id: ChannelId,
        since_s: int,
        conversations: str = "all",
    ) -> None:
        """``since_s``: seconds since 1970 from which on messages may be missing.

        ``conversations`` is VK's word for those to look into: ``all`` or ``unanswered``.
        """
        self._api = api
        self._group_id = group_id
        self._channel_id = channel_id
        self._since_s = since_s
        self._filter = conversations
        self._to_read: list[Payload] | None = None
        self._read = 0
        """So many of them were read by the last step."""
        self._found = 0
        self._messages = 0

    def notice(self, failed: str) -> RawEvent:
        """What tells the admins of it; one event, however often it is told."""
        told = {"failed": failed, "since": self._since_s}
        return self._event(GAP, told, f"gap:{self._since_s}")

    async def step(self) -> Sequence[RawEvent] | None:
        """The events of some more conversations; None when all were read, or none may be.

        Raises ``Unavailable``, ``Throttled``, ``ChannelBroken``.
        """
        try:
            if self._to_read is None:
                self._to_read = await self._conversations()
            if not self._to_read:
                log.info("gap.closed", channel_id=self._channel_id, messages=self._messages)
                return None
            events: list[RawEvent] = []
            self._read = self._found = 0
            chosen = self._to_read[:_AT_ONCE]
            for conversation in chosen:
                events += await self._missed(conversation)
        except (Refused, NoAnswer) as error:
            if isinstance(error, Refused) and refusals.is_for_good(error):
                # It may not read conversations: what comes from now on matters more.
                log.warning("gap.not_closed", channel_id=self._channel_id, code=error.code)
                return None
            raise refusals.of_read(error) from None
        self._read, self._found = len(chosen), len(events)
        return events

    def safe(self) -> None:
        """What the last step brought is: the next one goes on behind it."""
        if self._to_read is not None:
            self._messages += self._found
            self._to_read = self._to_read[self._read :]
            self._read = self._found = 0

    async def _conversations(self) -> list[Payload]:
        """Those in which something was written since, whoever wrote it last."""
        found: list[Payload] = []
        for page in range(_CONVERSATIONS):
            items = await self._items(
                "messages.getConversations", offset=page * _PAGE, count=_PAGE, filter=self._filter
            )
            late = [item for item in items if self._is_late(item.child("last_message"))]
            found += late
            if len(items) < _PAGE or not late:
                break
        return found

    def _is_late(self, message: Payload | None) -> bool:
        return message is not None and (message.integer("date") or 0) >= self._since_s

    async def _missed(self, listed: Payload) -> list[RawEvent]:
        conversation = listed.child("conversation") or Payload({})
        peer = conversation.child("peer") or Payload({})
        peer_id = peer.integer("id")
        if not peer_id:
            return []
        messages = await self._history(peer_id)
        messages.sort(key=lambda message: message.integer("conversation_message_id") or 0)
        events = [self._event_of(message) for message in messages]
        read = conversation.positive("out_read_cmid")
        if read is not None and not is_chat(peer_id):
            mark = {"from_id": peer_id, "peer_id": peer_id, "conversation_message_id": read}
            events.append(self._event("message_read", mark, f"read:{peer_id}:{read}"))
        return events

    async def _history(self, peer_id: int) -> list[Payload]:
        """The messages since then, newest first."""
        found: list[Payload] = []
        for page in range(_HISTORY):
            try:
                items = await self._items(
                    "messages.getHistory", peer_id=peer_id, offset=page * _PAGE, count=_PAGE
                )
            except Refused as error:
                if not refusals.is_for_good(error):
                    raise
                log.warning("gap.closed_to_us", channel_id=self._channel_id, code=error.code)
                break
            late = [item for item in items if self._is_late(item)]
            found += late
            if len(items) < _PAGE or len(late) < len(items):
                break
        return found

    async def _items(self, method: str, **values: Any) -> list[Payload]:
        said = await self._api.call(method, group_id=self._group_id, **values)
        return Payload(said).children("items") if isinstance(said, dict) else []

    def _event_of(self, message: Payload) -> RawEvent:
        ours = message.flag("out") or message.integer("from_id") == -self._group_id
        key = f"{message.integer('peer_id')}:{message.integer('conversation_message_id')}"
        if ours:
            return self._event("message_reply", message.raw, key)
        return self._event("message_new", {"message": message.raw}, key)

    def _event(self, name: str, told: dict[str, Any], key: str) -> RawEvent:
        event = {"type": name, "object": told, "group_id": self._group_id, "v": VERSION}
        return RawEvent(body=json.dumps(event).encode(), key=key)
