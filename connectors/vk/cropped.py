"""Messages that VK cropped: too big for an event, they come with one attachment and ask to be read
again."""

import json
import re
from collections import OrderedDict
from typing import Any, Final

import structlog

from connectors.base import RawEvent
from connectors.payload import decode
from connectors.vk import refusals
from connectors.vk.api import VkApi
from connectors.vk.errors import NoAnswer, Refused
from connectors.vk.payload import Payload
from shared.errors import BadPayload, Unavailable
from shared.ids import ChannelId

log = structlog.get_logger(__name__)

_CROPPED: Final = re.compile(rb'"is_cropped"\s*:\s*(?:true|1)')
_ATTEMPTS: Final = 10
_REMEMBER: Final = 1000


class Cropped:
    """Reads the whole of cropped messages."""

    def __init__(self, api: VkApi, group_id: int, channel_id: ChannelId) -> None:
        self._api = api
        self._group_id = group_id
        self._channel_id = channel_id
        self._failures: OrderedDict[tuple[int, int], int] = OrderedDict()

    async def whole(self, event: RawEvent) -> RawEvent:
        """The event with the whole message, or as it is where VK will not give it.

        Raises ``Unavailable`` while it may do better later; a message that fails again and again
        is taken as it is, so that it does not hold up those behind it.
        """
        if _CROPPED.search(event.body) is None:
            return event
        try:
            raw = decode(event.body)
        except BadPayload:
            return event
        told = Payload(raw).child("object") or Payload({})
        message = told.child("message") or told
        peer_id = message.integer("peer_id")
        number = message.positive("conversation_message_id")
        if not message.flag("is_cropped") or not peer_id or number is None:
            return event
        found = await self._read(peer_id, number)
        if found is None:
            return event
        message.raw.update(found)
        message.raw["is_cropped"] = False
        return RawEvent(body=json.dumps(raw).encode(), key=event.key)

    async def _read(self, peer_id: int, number: int) -> dict[str, Any] | None:
        try:
            said = await self._api.call(
                "messages.getByConversationMessageId",
                peer_id=peer_id,
                conversation_message_ids=number,
                group_id=self._group_id,
            )
        except (Refused, NoAnswer) as error:
            if refusals.is_temporary(error) and self._may_fail(peer_id, number):
                raise Unavailable("VK does not give a message as a whole now") from None
            log.warning(
                "message.stays_cropped",
                channel_id=self._channel_id,
                code=error.code if isinstance(error, Refused) else None,
            )
            return None
        self._failures.pop((peer_id, number), None)
        items = said.get("items") if isinstance(said, dict) else None
        found = items[0] if isinstance(items, list) and items else None
        return found if isinstance(found, dict) else None

    def _may_fail(self, peer_id: int, number: int) -> bool:
        """Count one more failure; False once there were too many."""
        key = peer_id, number
        failures = self._failures.pop(key, 0) + 1
        if failures >= _ATTEMPTS:
            return False
        self._failures[key] = failures
        while len(self._failures) > _REMEMBER:
            self._failures.popitem(last=False)
        return True
