"""Plays the runtime: opens connectors, sends parts, takes webhooks, and keeps what came."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientSession

from connectors.base import (
    ConnectorContext,
    OpenFile,
    Outgoing,
    Parsed,
    RawRequest,
    Sent,
    ThreadReader,
)
from connectors.whatsapp.connector import WhatsAppConnector, connect
from connectors.whatsapp.manifest import WhatsAppSettings
from connectors.whatsapp.simulator.simulator import WhatsAppSimulator
from connectors.whatsapp.simulator.webhooks import escaped, signature
from shared.clock import Clock, SystemClock
from shared.ids import BlobId, ChannelId, ChannelType, ExternalId, PartId
from shared.ids import ConversationId as Case
from shared.ids import MessageId as Message
from shared.model.content import Attachment, AttachmentKind, Content
from shared.model.delivery import Part
from shared.model.inbound import Inbound, Receipt

NUMBER = "106540352242922"
ACCOUNT = "102290129340398"
TOKEN = "EAAplantedAccessToken0123456789"
APP_SECRET = "plantedappsecret0123456789abcdef"
VERIFY = "planted-verify-token_42"
USER = "US.13491208655302741918"
PHONE = "16505551234"
PART = PartId("p0a019b8c7d6e5f40718293a4b5c6d7e8f9-000")
_AT = datetime(2026, 1, 5, 9, tzinfo=UTC)


def make_connector(
    http: ClientSession,
    *,
    clock: Clock | None = None,
    public_url: str | None = None,
    webhook_secret: str | None = None,
    reader: ThreadReader | None = None,
    **settings: Any,
) -> WhatsAppConnector:
    """A connector as the runtime makes it."""
    given = {
        "access_token": TOKEN,
        "phone_number_id": NUMBER,
        "waba_id": ACCOUNT,
        "app_secret": APP_SECRET,
        "verify_token": VERIFY,
        "api_base": "http://127.0.0.1:9/v23.0",
    }
    context = ConnectorContext(
        channel_id=ChannelId("test-whatsapp"),
        channel_type=ChannelType("whatsapp"),
        settings=WhatsAppSettings(**(given | settings)),
        http=http,
        clock=clock or SystemClock(),
        public_url=public_url,
        webhook_secret=webhook_secret,
        reader=reader,
    )
    return connect(context)


def make_part(thread: str, content: Content, **fields: Any) -> Part:
    """A planned part."""
    given: dict[str, Any] = {
        "id": PART,
        "channel_id": ChannelId("test-whatsapp"),
        "thread": ExternalId(thread),
        "conversation_id": Case("c"),
        "message_id": Message("m"),
        "order": 1,
        "content": content,
        "due_at": _AT,
        "deadline_at": _AT,
        "created_at": _AT,
        "changed_at": _AT,
        "planned": True,
    }
    return Part(**(given | fields))


def make_file(
    kind: AttachmentKind, data: bytes = b"bytes of a file", *, blob_id: str = "b", **fields: Any
) -> OpenFile:
    """A file to send."""

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(data), 65536):
            yield data[start : start + 65536]

    attachment = Attachment(id="1", kind=kind, blob_id=BlobId(blob_id), **fields)
    return OpenFile(attachment=attachment, size_bytes=len(data), read=chunks)


def change(value: Mapping[str, Any], *, field: str = "messages", account: str = ACCOUNT) -> Any:
    """A webhook with one change."""
    head = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": NUMBER},
    }
    entry = {"id": account, "changes": [{"field": field, "value": head | dict(value)}]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def text(body: str = "hello", id: str = "wamid.A", **fields: Any) -> dict[str, Any]:
    """A customer's text."""
    message = {
        "from": PHONE,
        "from_user_id": USER,
        "id": id,
        "timestamp": "1767604200",
        "type": "text",
        "text": {"body": body},
    }
    return message | fields


def status(word: str, id: str = "wamid.B", **fields: Any) -> dict[str, Any]:
    """News of a message of ours."""
    given = {
        "id": id,
        "status": word,
        "timestamp": "1767604260",
        "recipient_id": PHONE,
        "recipient_user_id": USER,
    }
    return given | fields


def request(body: bytes, given: str | None = None) -> RawRequest:
    """A webhook request, signed rightly unless a signature is given."""
    signed = signature(body, APP_SECRET) if given is None else given
    headers = {"x-hub-signature-256": signed} if signed else {}
    return RawRequest("POST", "/hooks/test-whatsapp", {}, headers, body)


def understood(connector: WhatsAppConnector, payload: Any) -> list[Parsed]:
    """What a webhook says, event by event."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return [connector.parse(event) for event in connector.split(body)]


def inbound(connector: WhatsAppConnector, payload: Any) -> list[Inbound]:
    """The events of a webhook."""
    return [item for parsed in understood(connector, payload) for item in parsed.inbound]


def receipts(connector: WhatsAppConnector, payload: Any) -> list[Receipt]:
    """The news of a webhook."""
    return [item for parsed in understood(connector, payload) for item in parsed.receipts]


@dataclass
class Hub:
    """A connector with its simulator, as the runtime would drive them."""

    connector: WhatsAppConnector
    platform: WhatsAppSimulator
    hooks: "asyncio.Queue[bytes]"
    seen: list[Inbound] = field(default_factory=list)
    news: list[Receipt] = field(default_factory=list)

    async def take(self) -> list[Inbound]:
        """Wait for one webhook; the events in it."""
        async with asyncio.timeout(20):
            body = await self.hooks.get()
        found = understood(self.connector, body)
        came = [item for parsed in found for item in parsed.inbound]
        self.seen += came
        self.news += [item for parsed in found for item in parsed.receipts]
        return came

    async def until_news(self, count: int) -> list[Receipt]:
        """Wait until that many receipts have come."""
        while len(self.news) < count:
            await self.take()
        return self.news

    async def meet(self, customer: str) -> Inbound:
        """Let a customer write first."""
        await self.platform.write(customer, "hello")
        return (await self.take())[-1]

    async def send(self, to: Inbound, text: str = "", **fields: Any) -> Sent:
        """Send a message to whoever wrote that."""
        content = fields.pop("content", None) or Content(text=text)
        files = tuple(fields.pop("files", ()))
        given = {"context": to.thread.context} | fields
        part = make_part(to.thread.external_id, content, **given)
        return await self.connector.send(Outgoing(part, files))

    def phone(self, customer: str) -> list[Mapping[str, Any]]:
        """What the customer's phone shows of the hub's messages."""
        return [line for line in self.platform.phone(customer) if line["from"] == "hub"]

    @property
    def asked(self) -> dict[str, Any]:
        """The last message that was asked for, as it came over the line."""
        return self.platform.sending.received[-1]


MakeHub = Callable[..., Awaitable[Hub]]
__all__ = ["escaped", "signature"]
