"""The stand-in for the platform: as much of the Bot API as a bot needs that answers texts.

It answers at once and costs little, so that what is measured is the hub.
"""

import asyncio
import json
import re
import time
from collections.abc import Callable
from typing import Final, cast
from urllib.parse import parse_qs

from tests.bench.updates import BOT_ID, MARK

_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHAT: Final = re.compile(rb"chat_id\D{1,40}?(\d+)")
_CALL: Final = re.compile(rb"^POST /bot[^/ ]+/(\w+) ")
_PERSON: Final = {"id": BOT_ID, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}


class StandIn:
    """A Bot API on a free port. ``replied`` is told of each reply: its number and its chat."""

    def __init__(self, replied: Callable[[int, int], None]) -> None:
        self.url = ""
        self.webhook: asyncio.Future[tuple[str, str]] = asyncio.get_running_loop().create_future()
        """The address and the secret that the bot has given for its webhook."""
        self.calls = 0
        self.strange: list[str] = []
        """Calls that it did not understand."""
        self._replied = replied
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    def answer(self, head: bytes, body: bytes) -> bytes:
        """What a call is answered, as JSON."""
        self.calls += 1
        found = _CALL.match(head)
        method = found.group(1) if found else b""
        if method == b"sendMessage":
            return self._message(body)
        if method == b"setWebhook":
            self._hear_webhook(body)
        if method == b"getMe":
            return _told(_PERSON)
        if method == b"getWebhookInfo":
            return _told({"url": "", "pending_update_count": 0})
        if not method:
            self.strange.append(head[:100].decode(errors="replace"))
        return _told(True)

    def _message(self, body: bytes) -> bytes:
        mark, chat = MARK.search(body), _CHAT.search(body)
        if mark is None or chat is None:
            self.strange.append(body[:200].decode(errors="replace"))
            return _told(True)
        number, chat_id = int(mark.group(1)), int(chat.group(1))
        self._replied(number, chat_id)
        return (
            b'{"ok":true,"result":{"message_id":%d,"from":{"id":%d,"is_bot":true,"first_name":'
            b'"Bench"},"chat":{"id":%d,"type":"private"},"date":%d,"text":"zq%dqz"}}'
        ) % (1_000_000 + self.calls, BOT_ID, chat_id, int(time.time()), number)

    def _hear_webhook(self, body: bytes) -> None:
        given = parse_qs(body.decode())
        if not self.webhook.done():
            self.webhook.set_result((given["url"][0], given["secret_token"][0]))


class _Connection(asyncio.Protocol):
    """One connection, kept alive; requests one after another, with their length said."""

    def __init__(self, stand_in: StandIn) -> None:
        self._stand_in = stand_in
        self._buffer = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end]
            said = _LENGTH.search(head)
            length = int(said.group(1)) if said else 0
            if len(self._buffer) < end + 4 + length:
                return
            body = self._buffer[end + 4 : end + 4 + length]
            self._buffer = self._buffer[end + 4 + length :]
            self._answer(self._stand_in.answer(head, body))

    def _answer(self, body: bytes) -> None:
        assert self._transport is not None
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
            % (len(body), body)
        )


def _told(result: object) -> bytes:
    return json.dumps({"ok": True, "result": result}).encode()
