"""Plays the runtime: pulls and confirms, sends parts, and keeps what came."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientSession

from connectors.base import ConnectorContext, OpenFile, Outgoing, Parsed, Sent, ThreadReader
from connectors.email.connector import EmailConnector, connect
from connectors.email.identifiers import Signed
from connectors.email.manifest import EmailSettings
from shared.clock import Clock, SystemClock
from shared.ids import (
    ChannelId,
    ChannelType,
    ExternalId,
    new_conversation_id,
    new_message_id,
    part_id,
    slot_for,
)
from shared.model.content import Attachment, AttachmentKind, Content
from shared.model.delivery import Part
from shared.model.inbound import Inbound, Receipt
from shared.ports.blobs import Blobs

SECRET = "webhook-secret-of-the-test"
LIMIT_S = 20.0
_AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
_BASE: dict[str, Any] = {
    "address": "support@shop.example",
    "imap_host": "127.0.0.1",
    "imap_port": 9,
    "imap_tls": "none",
    "smtp_host": "127.0.0.1",
    "smtp_port": 9,
    "smtp_tls": "none",
    "password": "planted-mailbox-password",
    "timeout_s": 5,
    "idle_s": 5,
}


def signature(channel: str = "support") -> Signed:
    """The signature of a channel of these tests."""
    return Signed(f"{SECRET}\n{channel}".encode())


def make_connector(
    http: ClientSession,
    *,
    clock: Clock | None = None,
    blobs: Blobs | None = None,
    channel: str = "support",
    reader: ThreadReader | None = None,
    accept: Callable[[Parsed], Awaitable[None]] | None = None,
    **settings: Any,
) -> EmailConnector:
    """A connector as the runtime makes it."""
    context = ConnectorContext(
        channel_id=ChannelId(channel),
        channel_type=ChannelType("email"),
        settings=EmailSettings(**(_BASE | settings)),
        http=http,
        clock=clock or SystemClock(),
        webhook_secret=SECRET,
        blobs=blobs,
        reader=reader,
        accept=accept,
    )
    return connect(context)


def make_part(content: Content | str, **fields: Any) -> Part:
    """A planned part, as the dispatcher hands it over."""
    slot = slot_for(ChannelId("support"), "mailbox")
    message_id = new_message_id(slot)
    given: dict[str, Any] = {
        "id": part_id(message_id, 0),
        "channel_id": ChannelId("support"),
        "thread": ExternalId("mail:thread"),
        "conversation_id": new_conversation_id(slot),
        "message_id": message_id,
        "order": 1,
        "content": Content(text=content) if isinstance(content, str) else content,
        "context": {"to": "Anna <anna@shop.example>"},
        "due_at": _AT,
        "deadline_at": _AT,
        "created_at": _AT,
        "changed_at": _AT,
        "planned": True,
    }
    return Part(**(given | fields))


def make_file(data: bytes, *, name: str = "file.txt", **fields: Any) -> OpenFile:
    """A file to send."""

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(data), 65536):
            yield data[start : start + 65536]

    given: dict[str, Any] = {"id": "1", "kind": AttachmentKind.FILE, "name": name} | fields
    return OpenFile(Attachment(**given), len(data), chunks)


def a_mail(
    text: str | bytes = "hello",
    *,
    headers: Mapping[str, str] | None = None,
    number: int = 1,
    subject: str = "Order",
    sender: str = "Anna <anna@customer.example>",
) -> bytes:
    """A plain mail of a customer."""
    fields = {
        "From": sender,
        "To": "support@shop.example",
        "Subject": subject,
        "Date": "Mon, 05 Jan 2026 09:00:00 +0000",
        "Message-ID": f"<{number}@customer.example>",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
    } | dict(headers or {})
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    body = text.encode() if isinstance(text, str) else text
    return head.encode() + b"\r\n" + body + b"\r\n"


@dataclass
class Player:
    """A channel at work and what it has brought so far."""

    connector: EmailConnector
    blobs: Blobs
    cursor: str | None = None
    inbound: list[Inbound] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)

    async def pull(self, *, confirmed: bool = True) -> list[Inbound]:
        """One pull; without ``confirmed`` the bus was away and nothing is remembered."""
        pulled = await self.connector.pull(self.cursor)
        found: list[Inbound] = []
        for event in pulled.events:
            parsed = self.connector.parse(event)
            found.extend(parsed.inbound)
            self.receipts.extend(parsed.receipts)
        self.inbound.extend(found)
        if confirmed:
            self.cursor = pulled.cursors[-1] if pulled.events else pulled.cursor or self.cursor
        return found

    async def until(self, count: int) -> list[Inbound]:
        """Pull until so many events have come in all."""
        async with asyncio.timeout(LIMIT_S):
            while len(self.inbound) < count:
                await self.pull()
        return self.inbound

    async def send(self, part: Part, *files: OpenFile) -> Sent:
        """Hand a part over."""
        return await self.connector.send(Outgoing(part, files))

    async def fetched(self, attachment: Attachment) -> bytes:
        """The bytes of a file."""
        return b"".join([piece async for piece in self.connector.fetch(attachment)])


MakePlayer = Callable[..., Awaitable[Player]]
