"""A client that posts to a webhook, one request after another over a connection that stays open."""

import asyncio
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, cast
from urllib.parse import urlsplit

_STATUS: Final = re.compile(rb"^HTTP/1\.1 (\d{3})")
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_NONE: Final[Mapping[str, str]] = MappingProxyType({})


def _lines(headers: Mapping[str, str]) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items())


class Hook:
    """Posts JSON to one address, with these headers."""

    def __init__(self, url: str, headers: Mapping[str, str] = _NONE) -> None:
        parts = urlsplit(url)
        assert parts.hostname is not None
        assert parts.port is not None
        self._address = (parts.hostname, parts.port)
        self._head = (
            f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            f"Content-Type: application/json\r\n{_lines(headers)}"
        ).encode()
        self._lock = asyncio.Lock()
        self._answers: _Answers | None = None

    async def post(self, body: bytes, headers: Mapping[str, str] = _NONE) -> int:
        """The status of the answer; ``headers`` are this request's own. Raises
        ``ConnectionError``."""
        more = _lines(headers).encode()
        async with self._lock:
            answers = self._answers
            if answers is None or answers.lost:
                answers = self._answers = await self._connect()
            return await answers.after(
                b"%b%bContent-Length: %d\r\n\r\n%b" % (self._head, more, len(body), body)
            )

    async def _connect(self) -> "_Answers":
        loop = asyncio.get_running_loop()
        _, protocol = await loop.create_connection(_Answers, *self._address)
        return protocol

    def close(self) -> None:
        """Close the connection."""
        if self._answers is not None:
            self._answers.close()


class _Answers(asyncio.Protocol):
    def __init__(self) -> None:
        self.lost = False
        self._buffer = b""
        self._waiting: asyncio.Future[int] | None = None
        self._transport: asyncio.WriteTransport | None = None

    def after(self, request: bytes) -> asyncio.Future[int]:
        """Send it; the status of what is answered."""
        assert self._transport is not None
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._waiting

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's is no subclass

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionResetError("the webhook hung up"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        said = _LENGTH.search(self._buffer, 0, end)
        whole = end + 4 + (int(said.group(1)) if said else 0)
        if len(self._buffer) < whole:
            return
        status = _STATUS.match(self._buffer)
        self._buffer = self._buffer[whole:]
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(int(status.group(1)) if status else 0)
