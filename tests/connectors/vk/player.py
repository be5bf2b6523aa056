"""Plays the runtime: pulls and confirms, sends parts, and keeps what came."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientSession

from connectors.base import ConnectorContext, OpenFile, Outgoing, Parsed, Pulled, RawRequest, Sent
from connectors.vk.connector import VkConnector, connect
from connectors.vk.manifest import VkSettings
from connectors.vk.simulator.simulator import VkSimulator
from shared.clock import Clock, SystemClock
from shared.ids import ChannelId, ChannelType, ExternalId, PartId
from shared.ids import ConversationId as Case
from shared.ids import MessageId as Message
from shared.model.content import Attachment, AttachmentKind, Content
from shared.model.delivery import Part
from shared.model.inbound import Inbound

TOKEN = "vk1.a.planted_secret_access_key_0123456789abcdef"
SECRET = "plantedcallbacksecret42"
GROUP = 200_123_456
_AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
Accept = Callable[[Parsed], Awaitable[None]]


def make_connector(
    http: ClientSession,
    *,
    clock: Clock | None = None,
    public_url: str | None = None,
    accept: Accept | None = None,
    webhook_secret: str | None = "hub-secret",
    **settings: Any,
) -> VkConnector:
    """A connector as the runtime makes it."""
    given: dict[str, Any] = {"token": TOKEN, "group_id": GROUP, "api_base": "http://127.0.0.1:9"}
    context = ConnectorContext(
        channel_id=ChannelId("test-vk"),
        channel_type=ChannelType("vk"),
        settings=VkSettings(**(given | settings)),
        http=http,
        clock=clock or SystemClock(),
        public_url=public_url,
        webhook_secret=webhook_secret,
        accept=accept,
    )
    return connect(context)


def make_part(thread: str, content: Content, **fields: Any) -> Part:
    """A planned part."""
    given: dict[str, Any] = {
        "id": PartId("p00" + "0" * 32 + "-000"),
        "channel_id": ChannelId("test-vk"),
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


def make_request(body: bytes, **headers: str) -> RawRequest:
    """A request to our webhook."""
    return RawRequest("POST", "/hooks/test-vk", {}, headers, body)


@dataclass
class Hub:
    """A connector with its simulator, as the runtime would drive them."""

    connector: VkConnector
    platform: VkSimulator
    accepted: list[Parsed] = field(default_factory=list)
    cursor: str | None = None
    parts: int = 0

    async def begin(self) -> None:
        """Subscribe, and pull until the stream has begun."""
        await self.connector.subscribe()
        while not self.cursor:
            self.confirm(await self.connector.pull(self.cursor))

    def confirm(self, pulled: Pulled) -> None:
        """Store the cursor, as the runtime does when all is safe."""
        self.cursor = pulled.cursors[-1] if pulled.events else pulled.cursor or self.cursor

    async def take(self) -> list[Inbound]:
        """Pull once, confirm everything; what it said."""
        pulled = await self.connector.pull(self.cursor)
        self.confirm(pulled)
        return await self.read(pulled)

    async def take_all(self, pulls: int) -> list[Inbound]:
        """What several pulls said."""
        return [item for _ in range(pulls) for item in await self.take()]

    async def read(self, pulled: Pulled) -> list[Inbound]:
        """What a pull says, once its events are completed."""
        whole = [await self.connector.complete(event) for event in pulled.events]
        return [item for event in whole for item in self.connector.parse(event).inbound]

    async def meet(self, customer: str) -> ExternalId:
        """Let a customer write first; their thread."""
        await self.platform.write(customer, "hello")
        return (await self.take())[-1].thread.external_id

    async def send(self, thread: str, text: str = "", **fields: Any) -> Sent:
        """Send a message to a thread; each has an id of its own unless one is given."""
        content = fields.pop("content", None) or Content(text=text)
        files = tuple(fields.pop("files", ()))
        self.parts += 1
        given = {"id": PartId(f"p00{self.parts:032x}-000"), **fields}
        return await self.connector.send(Outgoing(make_part(thread, content, **given), files))

    def phone(self, customer: str) -> list[Mapping[str, Any]]:
        """What the customer's phone shows of the hub's messages."""
        return [line for line in self.platform.phone(customer) if line["from"] == "hub"]


MakeHub = Callable[..., Awaitable[Hub]]
