"""The other side of the site chat for its tests: a mailbox, its files, and a hub around them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestClient, TestServer

from connectors.base import ConnectorContext, Parsed
from connectors.reader import StoredThreads
from connectors.webchat.connector import WebchatConnector, connect
from connectors.webchat.manifest import WebchatSettings
from connectors.webchat.pages import site_routes
from shared.clock import Clock, ManualClock
from shared.collections import CONVERSATIONS, MESSAGES, QUEUEING, QUEUES, THREADS, thread_id
from shared.errors import Unavailable
from shared.ids import (
    ChannelId,
    ChannelType,
    ContactId,
    ConversationId,
    ExternalId,
    IdentityId,
    MessageId,
    new_message_id,
    part_id,
    slot_for,
)
from shared.model.content import Content
from shared.model.conversation import Conversation, Thread
from shared.model.delivery import Delivery
from shared.model.inbound import Inbound, InboundKind, Receipt
from shared.model.message import Direction, Message
from shared.model.people import Actor, ActorKind
from shared.model.queueing import PlaceInLine, Queueing, QueueState
from shared.ports.blobs import Blobs
from shared.ports.store import Change, Put, Store, Update
from tests.support.stores import Embedded

CHANNEL = ChannelId("site")
SECRET = "a-stable-secret-of-this-channel"
AGENT = Actor(kind=ActorKind.AGENT, id="a1", name="Vera")


CALLER = "X-Test-Caller"
"""The header that says from which address a request is to come."""


@web.middleware
async def as_if_from(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """What the hub does for its trusted proxies."""
    return await handler(request.clone(remote=request.headers.get(CALLER) or request.remote or ""))


@dataclass
class Mailbox:
    """Takes what the connector publishes and keeps it in the store, as the router would."""

    clock: Clock
    store: Store
    reader: StoredThreads
    connector: WebchatConnector | None = None
    away: bool = False
    """The bus confirms nothing."""
    inbound: list[Inbound] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    typing: list[tuple[ExternalId, Actor]] = field(default_factory=list)
    stored: dict[ExternalId, list[Message]] = field(default_factory=dict)

    async def accept(self, parsed: Parsed) -> None:
        if self.away:
            raise Unavailable("the bus is away")
        self.typing += parsed.typing
        self.receipts += parsed.receipts
        for event in parsed.inbound:
            known = any(one.event_key == event.event_key for one in self.inbound)
            self.inbound.append(event)
            if not known:
                await self._keep_inbound(event)
        for receipt in parsed.receipts:
            await self._advance(receipt)

    async def messages(
        self, thread: ExternalId, *, before: str | None = None, limit: int = 50
    ) -> Sequence[Message]:
        if self.away:
            raise Unavailable("the store is away")
        return await self.reader.messages(thread, before=before, limit=limit)

    async def message(self, thread: ExternalId, message_id: MessageId) -> Message | None:
        return await self.reader.message(thread, message_id)

    async def places(self, threads: Sequence[ExternalId]) -> Mapping[ExternalId, PlaceInLine]:
        return await self.reader.places(threads)

    async def queue(self, thread: ExternalId, place: int | None, **fields: Any) -> None:
        """The assigner counts: the thread's conversation has this place, or waits no more."""
        id, now = self._case(thread), self.clock.now()
        others = tuple(ConversationId(f"c-{n}") for n in range((place or 1) - 1))
        chosen = {"assignment": True, "tells_place": True} | fields
        state = QueueState(
            id="-/-",
            waiting=len(others) + 1,
            pace_s=100,
            first=(*others, id) if place is not None else (),
            at=now,
        )
        queueing = Queueing(id="queueing", name="Queueing", created_at=now, updated_at=now)
        held = {"assignee_id": None if place is not None else "vera"}
        await self.store.commit(
            [
                Put(QUEUEING, queueing.model_copy(update=chosen)),
                Put(QUEUES, state),
                Update(CONVERSATIONS, id, held),
            ]
        )

    async def say(self, thread: ExternalId, text: str = "", **changes: Any) -> Message:
        """An agent's message, sent; ``changes`` are other fields of it."""
        message = self._message(thread, Content(text=text))
        defaults: dict[str, Any] = {
            "direction": Direction.OUTBOUND,
            "author": AGENT,
            "delivery": Delivery.SENT,
            "external_ids": (ExternalId(part_id(message.id, 0)),),
        }
        return await self.put(thread, message.model_copy(update=defaults | changes))

    async def put(self, thread: ExternalId, message: Message) -> Message:
        """Store it, new or changed, and tell the connector as the event log would."""
        kept = self.stored.setdefault(thread, [])
        for index, one in enumerate(kept):
            if one.id == message.id:
                kept[index] = message
                break
        else:
            kept.append(message)
        changes: list[Change] = [Put(MESSAGES, message)]
        if len(kept) == 1:
            changes += self._opened(thread)
        await self.store.commit(changes)
        if self.connector is not None:
            await self.connector.message_changed(thread, message)
        return message

    def _opened(self, thread: ExternalId) -> list[Change]:
        conversation = Conversation(
            id=self._case(thread),
            channel_id=CHANNEL,
            channel_type=ChannelType("webchat"),
            thread=thread,
            contact_id=ContactId("n1"),
            identity_id=IdentityId("i1"),
            last_activity_at=self.clock.now(),
            created_at=self.clock.now(),
        )
        place = Thread(
            id=thread_id(CHANNEL, thread),
            channel_id=CHANNEL,
            thread=thread,
            slot_key=thread,
            conversation_id=conversation.id,
        )
        return [Put(CONVERSATIONS, conversation), Put(THREADS, place)]

    def _case(self, thread: ExternalId) -> ConversationId:
        return ConversationId(f"c{slot_for(CHANNEL, thread):02x}{thread[1:]}")

    def _message(self, thread: ExternalId, content: Content) -> Message:
        slot = slot_for(CHANNEL, thread)
        seq = len(self.stored.get(thread, [])) + 1
        return Message(
            id=new_message_id(slot),
            conversation_id=self._case(thread),
            channel_id=CHANNEL,
            seq=seq,
            sort=f"{seq:012d}",
            direction=Direction.INBOUND,
            author=Actor(kind=ActorKind.CONTACT),
            content=content,
            at=self.clock.now(),
            accepted_at=self.clock.now(),
        )

    async def _keep_inbound(self, event: Inbound) -> None:
        if event.kind is not InboundKind.MESSAGE or event.external_id is None:
            return
        thread = event.thread.external_id
        message = self._message(thread, event.content)
        changes = {"external_ids": (event.external_id,), "event_key": event.event_key}
        await self.put(thread, message.model_copy(update=changes))

    async def _advance(self, receipt: Receipt) -> None:
        for message in list(self.stored.get(receipt.thread, [])):
            if set(receipt.external_ids) & set(message.external_ids):
                await self.put(
                    receipt.thread, message.model_copy(update={"delivery": receipt.state})
                )


@dataclass
class Hub:
    """One site chat with its mailbox, mounted as the hub mounts it."""

    mailbox: Mailbox
    blobs: Blobs
    connector: WebchatConnector
    client: TestClient[web.Request, web.Application]
    clock: Clock

    def url(self, path: str) -> str:
        """Where this channel's path is."""
        return f"/webchat/{CHANNEL}{path}"

    async def visitor(self) -> dict[str, str]:
        """The headers of a new anonymous visitor."""
        answer = await (await self.client.post(self.url("/session"), json={})).json()
        return {"Authorization": f"Bearer {answer['token']}"}


OpenHub = Callable[..., Awaitable[Hub]]
"""The fixture that opens site chats with given settings."""


async def open_hub(
    session: ClientSession, embedded: Embedded, *, clock: Clock | None = None, **settings: Any
) -> Hub:
    """Mount a site chat with these settings; close it by its ``client``."""
    ticking = clock or ManualClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    reader = StoredThreads(embedded.store, CHANNEL)
    mailbox = Mailbox(ticking, embedded.store, reader)
    context = ConnectorContext(
        channel_id=CHANNEL,
        channel_type=ChannelType("webchat"),
        settings=WebchatSettings(**settings),
        http=session,
        clock=ticking,
        webhook_secret=SECRET,
        reader=mailbox,
        blobs=embedded.blobs,
        accept=mailbox.accept,
    )
    connector = connect(context)
    mailbox.connector = connector
    app = web.Application(middlewares=[as_if_from])
    for route in site_routes():
        route.register(app.router)
    for route in connector.routes():
        app.router.add_route(route.method, f"/webchat/{CHANNEL}{route.path}", route.handler)
    client = TestClient(TestServer(app))
    await client.start_server()
    return Hub(mailbox, embedded.blobs, connector, client, ticking)


def thread_of(headers: dict[str, str]) -> ExternalId:
    """The thread of an anonymous visitor."""
    return ExternalId(headers["Authorization"].removeprefix("Bearer ").partition(".")[0])
