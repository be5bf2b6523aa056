"""Fetching a file: its message is read again, for VK's addresses expire, and then the bytes."""

from collections import OrderedDict
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout

from connectors.vk import refusals
from connectors.vk.api import VkApi
from connectors.vk.attachments import address_of, files_in, name_of
from connectors.vk.errors import NoAnswer, Refused
from connectors.vk.payload import Payload
from shared.clock import Clock
from shared.errors import Rejected, Unavailable
from shared.model.content import Attachment

_CHUNK: Final = 64 * 1024
_CONNECT_S: Final = 10.0
_SILENCE_S: Final = 30.0
_SUCCESS: Final = range(200, 300)
_GONE: Final = frozenset({403, 404, 410})
_FRESH: Final = timedelta(seconds=60)
_REMEMBER: Final = 64
_LOST: Final = "VK no longer has the file: the message was deleted or changed"


class Files:
    """The files of one community's conversations."""

    def __init__(self, api: VkApi, http: ClientSession, clock: Clock, group_id: int) -> None:
        self._api = api
        self._http = http
        self._clock = clock
        self._group_id = group_id
        self._read: OrderedDict[tuple[str, str], tuple[datetime, dict[str, Any]]] = OrderedDict()

    async def fetch(self, attachment: Attachment) -> AsyncGenerator[bytes, None]:
        """A file's bytes. Raises ``Rejected`` and ``Unavailable``."""
        name, peer_id, number = (attachment.native.get(key) for key in ("name", "peer_id", "cmid"))
        if not name or not peer_id or not number:
            raise Rejected("VK gave no file")
        message = await self._message(peer_id, number)
        url = next(
            (
                address_of(kind, item)
                for kind, item in files_in(Payload(message))
                if name_of(kind, item) == name
            ),
            None,
        )
        if url is None:
            raise Rejected(_LOST)
        async for chunk in self._download(url, (peer_id, number)):
            yield chunk

    async def _message(self, peer_id: str, number: str) -> dict[str, Any]:
        """The message as it stands; an album's files come one after another."""
        known = self._read.get((peer_id, number))
        now = self._clock.now()
        if known is not None and known[0] > now:
            return known[1]
        try:
            said = await self._api.call(
                "messages.getByConversationMessageId",
                peer_id=peer_id,
                conversation_message_ids=number,
                group_id=self._group_id,
            )
        except (Refused, NoAnswer) as error:
            raise refusals.of_fetch(error) from None
        items = Payload(said).children("items") if isinstance(said, dict) else []
        if not items:
            raise Rejected(_LOST)
        self._read[peer_id, number] = now + _FRESH, items[0].raw
        while len(self._read) > _REMEMBER:
            self._read.popitem(last=False)
        return items[0].raw

    async def _download(self, url: str, key: tuple[str, str]) -> AsyncGenerator[bytes, None]:
        limit = ClientTimeout(total=None, sock_connect=_CONNECT_S, sock_read=_SILENCE_S)
        try:
            async with self._http.get(url, timeout=limit, max_redirects=3) as response:
                if response.status not in _SUCCESS:
                    self._read.pop(key, None)  # with a fresh address it may go better
                    if response.status in _GONE:
                        raise Rejected(f"VK no longer has the file ({response.status})")
                    raise Unavailable(f"VK answered with status {response.status}")
                async for chunk in response.content.iter_chunked(_CHUNK):
                    yield chunk
        except (ClientError, OSError, ValueError) as error:  # TimeoutError is an OSError
            self._read.pop(key, None)
            name = type(error).__name__
            raise Unavailable(f"the download broke off ({name})") from None
