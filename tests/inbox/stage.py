"""A running inbox on the embedded bus and store, browsers that use it, and a far end of the bus."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, CookieJar, web
from aiohttp.test_utils import TestServer
from multidict import CIMultiDictProxy
from pydantic import SecretStr

from inbox.people import SYSTEM
from inbox.service import Inbox, InboxOptions
from shared.clock import Clock, SystemClock
from shared.collections import CONVERSATIONS, COUNTERS, EVENT_LOG, MESSAGES
from shared.envelope import Envelope
from shared.events import Event, count_keys, logged, routing_key
from shared.ids import (
    ChannelId,
    ChannelType,
    ContactId,
    ExternalId,
    IdentityId,
    Partition,
    new_conversation_id,
    new_message_id,
    partition_of,
    slot_for,
    slot_of,
)
from shared.metrics import Metrics
from shared.model.content import Content
from shared.model.conversation import Conversation
from shared.model.message import Direction, Message
from shared.model.people import Actor, ActorKind, Role
from shared.ports.bus import Exchange, Publication
from shared.ports.store import Change, Increment, Put
from shared.runtime import Service, running
from shared.sealing import Seal
from tests.support.stores import Embedded

ADMIN = "admin@example.com"
PASSWORD = "correct horse battery"
KEY = SecretStr("a key for tests")
AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@dataclass
class Stage:
    """What a test works with."""

    hub: Embedded
    inbox: Inbox
    server: TestServer
    clock: Clock

    def url(self, path: str) -> str:
        return str(self.server.make_url(path))

    @asynccontextmanager
    async def browser(
        self, email: str | None = ADMIN, password: str = PASSWORD
    ) -> AsyncIterator[Browser]:
        """A browser, signed in unless ``email`` is None."""
        async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as http:
            browser = Browser(http, str(self.server.make_url("")).rstrip("/"))
            if email is not None:
                answer = await browser.sign_in(email, password)
                assert answer.status == 201, answer.data
            yield browser

    @asynccontextmanager
    async def program(self, role: Role) -> AsyncIterator[Browser]:
        """A program with a token."""
        token, _ = await self.inbox.tokens.make("program", role, SYSTEM)
        async with ClientSession(headers={"Authorization": f"Bearer {token}"}) as http:
            yield Browser(http, str(self.server.make_url("")).rstrip("/"))

    async def agent(self, email: str, role: Role = Role.AGENT) -> str:
        """Another agent, with the usual password; returns the id."""
        made, _ = await self.inbox.people.add(
            email, email.partition("@")[0], role, SecretStr(PASSWORD), SYSTEM
        )
        return made.id

    async def store_conversation(self, conversation: Conversation, *messages: Message) -> None:
        """As the router would have stored it, counters included."""
        partition = partition_of(conversation.id)
        changes: list[Change] = [Put(CONVERSATIONS, conversation)]
        changes.extend(Put(MESSAGES, message) for message in messages)
        changes.extend(
            Increment(
                COUNTERS, f"{partition}/{key}", {"value": 1}, {"key": key, "partition": partition}
            )
            for key in count_keys(conversation)
        )
        await self.hub.store.commit(changes)

    async def happen(
        self, partition: int, seq: int, event: Event, *, told: bool = True, at: datetime = AT
    ) -> None:
        """An event as the router logs it and, unless the wake-up is lost, publishes it."""
        entry = logged(
            event,
            partition=Partition(partition),
            seq=seq,
            at=at,
            trace_id="t",
            source="router",
            key=routing_key(event.kind, "webchat", "site"),
        )
        await self.hub.store.commit([Put(EVENT_LOG, entry)])
        if told:
            await self.publish(Envelope.from_text(entry.envelope))

    async def publish(self, envelope: Envelope) -> None:
        """An event on the bus."""
        key = routing_key(envelope.kind, "webchat", "site")
        await self.hub.bus.publish([Publication(Exchange.EVENTS, key, envelope)])

    @asynccontextmanager
    async def live(
        self, browser: Browser, cursor: str | None = None
    ) -> AsyncIterator[ClientWebSocketResponse]:
        """A live connection that has said start."""
        async with browser.http.ws_connect(self.url("/api/v1/live")) as socket:
            await socket.send_json({"type": "start", "cursor": cursor})
            yield socket


@dataclass
class Answer:
    """An answer of the API."""

    status: int
    data: Any
    headers: CIMultiDictProxy[str]


@dataclass
class Browser:
    """Somebody who calls the API."""

    http: ClientSession
    base: str
    csrf: str | None = None

    async def sign_in(self, email: str, password: str) -> Answer:
        answer = await self.post("/session", {"email": email, "password": password})
        if answer.status == 201:
            self.csrf = answer.data["csrf_token"]
        return answer

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.call("GET", path, headers=headers)

    async def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return await self.call("POST", path, body, headers=headers)

    async def patch(self, path: str, body: Any) -> Answer:
        return await self.call("PATCH", path, body)

    async def put(self, path: str, body: Any) -> Answer:
        return await self.call("PUT", path, body)

    async def delete(self, path: str) -> Answer:
        return await self.call("DELETE", path)

    async def call(
        self, method: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None
    ) -> Answer:
        url = self.base + (path if path.startswith("/api/") else f"/api/v1{path}")
        sent = {"X-CSRF-Token": self.csrf} if self.csrf is not None else {}
        async with self.http.request(method, url, json=body, headers=sent | (headers or {})) as got:
            is_json = "json" in got.content_type
            data = await got.json(content_type=None) if is_json else await got.read()
            return Answer(got.status, data, got.headers)


@asynccontextmanager
async def open_stage(
    hub: Embedded, options: InboxOptions | None = None, *, clock: Clock | None = None
) -> AsyncIterator[Stage]:
    """An inbox that runs, with one admin."""
    used = clock or SystemClock()
    inbox = Inbox(
        hub.bus,
        hub.store,
        hub.blobs,
        used,
        Seal(KEY),
        options or InboxOptions(command_wait_s=1.0, live_quiet_s=0.2),
        name="test",
        metrics=Metrics(),
    )
    await inbox.people.ensure_admin(ADMIN, SecretStr(PASSWORD))
    app = web.Application(middlewares=[inbox.middleware()])
    inbox.mount(app)
    inbox.mount_ui(app)
    async with running([Service("inbox", inbox.run)]):
        await inbox.feed.ready.wait()
        server = TestServer(app)
        async with server:
            yield Stage(hub, inbox, server, used)


def a_conversation(key: str = "chat", **changes: Any) -> Conversation:
    """A conversation of the site chat."""
    slot = slot_for(ChannelId("site"), key)
    values: dict[str, Any] = {
        "id": new_conversation_id(slot),
        "channel_id": ChannelId("site"),
        "channel_type": ChannelType("webchat"),
        "thread": ExternalId(key),
        "contact_id": ContactId("k1"),
        "identity_id": IdentityId("i1"),
        "contact_name": "Visitor",
        "last_activity_at": AT,
        "created_at": AT,
    }
    return Conversation(**(values | changes))


def a_message(conversation: Conversation, seq: int, text: str = "hello", **changes: Any) -> Message:
    """A customer's message."""
    values: dict[str, Any] = {
        "id": new_message_id(slot_of(conversation.id)),
        "conversation_id": conversation.id,
        "channel_id": conversation.channel_id,
        "seq": seq,
        "sort": f"{seq:012d}",
        "direction": Direction.INBOUND,
        "author": Actor(kind=ActorKind.CONTACT, id="k1", name="Visitor"),
        "content": Content(text=text),
        "at": AT,
        "accepted_at": AT,
    }
    return Message(**(values | changes))


async def frames(socket: ClientWebSocketResponse, count: int) -> Sequence[Any]:
    """The next frames, whatever they are."""
    return [await socket.receive_json(timeout=20) for _ in range(count)]


async def next_event(socket: ClientWebSocketResponse, kind: str) -> Any:
    """The next event frame of the kind; other frames before it are skipped."""
    while True:
        frame = await socket.receive_json(timeout=20)
        if frame["type"] == "event" and frame["kind"] == kind:
            return frame
