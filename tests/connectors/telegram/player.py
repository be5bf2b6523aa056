"""Plays the runtime: pulls and confirms, sends parts, and keeps what came."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientSession

from connectors.base import ConnectorContext, OpenFile, Outgoing, Pulled, Sent
from connectors.telegram.connector import TelegramConnector, connect
from connectors.telegram.manifest import TelegramSettings
from connectors.telegram.simulator.simulator import TelegramSimulator
from shared.clock import Clock, SystemClock
from shared.ids import ChannelId, ChannelType, ExternalId, PartId
from shared.ids import ConversationId as Case
from shared.ids import MessageId as Message
from shared.model.content import Attachment, AttachmentKind, Content
from shared.model.delivery import Part
from shared.model.inbound import Inbound

TOKEN = "7001112223:AAE-planted_secret_token_0123456789abc"
SECRET = "planted-webhook-secret_42"
_AT = datetime(2026, 1, 5, 9, tzinfo=UTC)


def make_connector(
    http: ClientSession,
    *,
    clock: Clock | None = None,
    public_url: str | None = None,
    **settings: Any,
) -> TelegramConnector:
    """A connector as the runtime makes it."""
    given = {"token": TOKEN, "api_base": "http://127.0.0.1:9", "webhook_secret": SECRET}
    context = ConnectorContext(
        channel_id=ChannelId("test-telegram"),
        channel_type=ChannelType("telegram"),
        settings=TelegramSettings(**(given | settings)),
        http=http,
        clock=clock or SystemClock(),
        public_url=public_url,
    )
    return connect(context)


def make_part(thread: str, content: Content, **fields: Any) -> Part:
    """A planned part."""
    given: dict[str, Any] = {
        "id": PartId("p00-000"),
        "channel_id": ChannelId("test-telegram"),
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
    kind: AttachmentKind,
    data: bytes = b"bytes of a file",
    *,
    read: Callable[[], AsyncIterator[bytes]] | None = None,
    **fields: Any,
) -> OpenFile:
    """A file to send."""

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(data), 65536):
            yield data[start : start + 65536]

    attachment = Attachment(id="1", kind=kind, **fields)
    return OpenFile(attachment=attachment, size_bytes=len(data), read=read or chunks)


@dataclass
class Hub:
    """A connector with its simulator, as the runtime would drive them."""

    connector: TelegramConnector
    platform: TelegramSimulator
    cursor: str | None = None
    seen: list[Inbound] = field(default_factory=list)

    async def take(self) -> list[Inbound]:
        """Pull once, confirm everything; what it said."""
        pulled = await self.connector.pull(self.cursor)
        self.cursor = pulled.cursors[-1] if pulled.cursors else self.cursor
        return self.read(pulled)

    def read(self, pulled: Pulled) -> list[Inbound]:
        """What a pull says."""
        return [item for event in pulled.events for item in self.connector.parse(event).inbound]

    async def meet(self, customer: str) -> ExternalId:
        """Let a customer write first; their thread."""
        await self.platform.write(customer, "hello")
        return (await self.take())[-1].thread.external_id

    async def send(self, thread: str, text: str = "", **fields: Any) -> Sent:
        """Send a message to a thread."""
        content = fields.pop("content", None) or Content(text=text)
        files = tuple(fields.pop("files", ()))
        return await self.connector.send(Outgoing(make_part(thread, content, **fields), files))

    def phone(self, customer: str) -> list[Mapping[str, Any]]:
        """What the customer's phone shows of the hub's messages."""
        return [line for line in self.platform.phone(customer) if line["from"] == "hub"]


MakeHub = Callable[..., Awaitable[Hub]]
