"""A channel that listens, and a client that says to it exactly what a test wants."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession

from connectors.base import Parsed, RawEvent
from connectors.email.connector import EmailConnector
from shared.errors import Unavailable
from tests.connectors.email.player import make_connector
from tests.support.mail_server import free_port

_LIMIT_S = 15.0


class Client:
    """One connection to the channel."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connected(cls, port: int, tls: ssl.SSLContext | None = None) -> "Client":
        """Connect and read the greeting."""
        client = cls(*await asyncio.open_connection("127.0.0.1", port, ssl=tls))
        assert (await client.answer()).startswith("220 ")
        return client

    async def say(self, line: str | bytes) -> str:
        """Send a line and return the answer, its lines joined by blanks."""
        await self.write((line.encode() if isinstance(line, str) else line) + b"\r\n")
        return await self.answer()

    async def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._writer.write(data)
        await self._writer.drain()

    async def answer(self) -> str:
        """The next answer; empty once the channel hung up."""
        lines = []
        async with asyncio.timeout(_LIMIT_S):
            while True:
                line = (await self._reader.readline()).decode()
                lines.append(line.strip())
                if line[3:4] != "-":
                    return " ".join(lines)

    async def hand_over(
        self, mail: bytes, *to: str, hello: str = "EHLO", sender: str = "anna@customer.example"
    ) -> list[str]:
        """A whole delivery; the answers to what came after DATA (LMTP: one per recipient)."""
        await self.say(f"{hello} mx.customer.example")
        await self.say(f"MAIL FROM:<{sender}>")
        taken = [await self.say(f"RCPT TO:<{one}>") for one in to]
        accepted = sum(one.startswith("250") for one in taken)
        said = await self.say("DATA")
        if not said.startswith("354"):
            return [said]
        await self.write(mail.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        return [await self.answer() for _ in range(accepted if hello == "LHLO" else 1)]

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Encrypt the line."""
        await self._writer.start_tls(context)

    def close(self) -> None:
        """Hang up."""
        self._writer.close()

    def drop(self) -> None:
        """Let go of the line at once, whatever still waits to be sent."""
        self._writer.transport.abort()


@dataclass
class Desk:
    """A listening channel and what it took."""

    port: int
    connector: EmailConnector
    taken: list[Parsed] = field(default_factory=list)
    away: bool = False
    bug: bool = False
    clients: list[Client] = field(default_factory=list)

    async def take(self, events: Sequence[RawEvent]) -> None:
        """Plays the runtime."""
        if self.away:
            raise Unavailable("the bus is away")
        if self.bug:
            raise KeyError("a bug of the test")
        self.taken += [self.connector.parse(event) for event in events]

    @property
    def texts(self) -> list[str]:
        """What the mails said."""
        return [one.content.text for parsed in self.taken for one in parsed.inbound]

    async def client(self, tls: ssl.SSLContext | None = None) -> Client:
        """A new connection."""
        async with asyncio.timeout(_LIMIT_S):
            while True:
                try:
                    client = await Client.connected(self.port, tls)
                except ConnectionRefusedError:
                    await asyncio.sleep(0.01)
                else:
                    self.clients.append(client)
                    return client


@asynccontextmanager
async def listening(http: ClientSession, **settings: Any) -> AsyncIterator[Desk]:
    """A channel that listens; by SMTP unless told otherwise."""
    port = free_port()
    given: dict[str, Any] = {"receive_by": "smtp", "listen_port": port} | settings
    connector = make_connector(http, **given)
    desk = Desk(port, connector)
    task = asyncio.create_task(connector.listen(desk.take))
    try:
        yield desk
    finally:
        for client in desk.clients:
            client.drop()
        task.cancel()
        await asyncio.wait([task])
        await connector.close()
        if not task.cancelled():
            task.result()
