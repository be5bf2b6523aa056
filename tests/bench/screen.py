"""An agent's screen: a WebSocket on the live feed that notes when each message is shown."""

import asyncio
import base64
import os
import re
from collections.abc import Callable
from typing import Final, cast
from urllib.parse import urlsplit

from tests.bench.updates import MARK

_KIND: Final = re.compile(rb'"kind": ?"message\.added"')
_HEAD: Final = 200
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10
_SHORT, _LONG = 126, 127


class Screen(asyncio.Protocol):
    """Reads the frames of the feed. ``shown`` is told the number of each message in them."""

    def __init__(self, shown: Callable[[int], None]) -> None:
        self.frames = 0
        self.received_bytes = 0
        self.ended = ""
        """Why the feed ended, if it did."""
        self.said_hello: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._shown = shown
        self._buffer = bytearray()
        self._transport: asyncio.WriteTransport | None = None
        self._upgraded = False
        self._request = b""

    @classmethod
    async def open(cls, url: str, authorization: str, shown: Callable[[int], None]) -> "Screen":
        """Sign in and follow the feed from now on. Raises ``ConnectionError``."""
        parts = urlsplit(url)
        assert parts.hostname is not None
        assert parts.port is not None
        screen = cls(shown)
        key = base64.b64encode(os.urandom(16)).decode()
        screen._request = (
            f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Authorization: {authorization}\r\n\r\n"
        ).encode()
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: screen, parts.hostname, parts.port)
        async with asyncio.timeout(10):
            await screen.said_hello
        return screen

    def close(self) -> None:
        """Look away."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's is no subclass
        self._transport.write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = self.ended or "the connection was lost"
        if not self.said_hello.done():
            self.said_hello.set_exception(ConnectionError(f"no live feed: {self.ended}"))

    def data_received(self, data: bytes) -> None:
        self.received_bytes += len(data)
        self._buffer += data
        if not self._upgraded and not self._upgrade():
            return
        while (frame := self._next()) is not None:
            self._heard(*frame)

    def _upgrade(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        if not self._buffer.startswith(b"HTTP/1.1 101"):
            self.ended = self._buffer[:200].decode(errors="replace")
            self.close()
            return False
        del self._buffer[: end + 4]
        self._upgraded = True
        self._say(_TEXT, b'{"type":"start"}')
        return True

    def _next(self) -> tuple[int, bytes] | None:
        """The next whole frame: its kind and content."""
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        length, start = buffer[1] & 0x7F, 2
        if length >= _SHORT:
            start = 4 if length == _SHORT else 10
            length = int.from_bytes(buffer[2:start])
        if len(buffer) < start + length:
            return None
        kind, content = buffer[0] & 0x0F, bytes(buffer[start : start + length])
        del buffer[: start + length]
        return kind, content

    def _heard(self, kind: int, content: bytes) -> None:
        if kind == _TEXT:
            self.frames += 1
            if not self.said_hello.done():
                self.said_hello.set_result(None)
            if _KIND.search(content, 0, _HEAD):
                mark = MARK.search(content)
                if mark is not None:
                    self._shown(int(mark.group(1)))
        elif kind == _PING:
            self._say(_PONG, content)
        elif kind == _CLOSE:
            self.ended = f"closed by the hub ({int.from_bytes(content[:2])})"
            self.close()

    def _say(self, kind: int, content: bytes) -> None:
        assert self._transport is not None
        # What a client says is masked; a mask of zeros leaves it as it is.
        self._transport.write(bytes((0x80 | kind, 0x80 | len(content))) + b"\0\0\0\0" + content)
