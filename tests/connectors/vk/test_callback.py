"""The Callback API: who may call, what VK hears, and how it is set up there."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientSession, web

from connectors.base import Answers, Parsed, RawRequest
from shared.errors import ChannelBroken, Unauthorised, Unavailable
from tests.connectors.rig import until
from tests.connectors.vk.player import GROUP, SECRET, Hub, MakeHub, make_connector, make_request

_TYPES = ("message_new", "message_event", "message_read", "confirmation", "something_new")


class Inbox:
    """A hub's webhook endpoint that does as the runtime does."""

    def __init__(self) -> None:
        self.hub: Hub | None = None
        self.refusals: list[web.Response] = []
        self.requests: list[RawRequest] = []
        self.arrived = asyncio.Condition()
        self.knows_the_channel = True

    async def handle(self, request: web.Request) -> web.Response:
        """Keep the request; answer as the connector says unless told otherwise."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        raw = RawRequest(request.method, request.path, {}, headers, await request.read())
        assert self.hub is not None
        if not self.knows_the_channel:
            raise web.HTTPNotFound
        connector = self.hub.connector
        connector.verify(raw)
        for event in connector.split(raw.body):
            connector.parse(await connector.complete(event))
        async with self.arrived:
            self.requests.append(raw)
            self.arrived.notify_all()
        if self.refusals and b'"confirmation"' not in raw.body:
            return self.refusals.pop(0)
        answer = connector.answer(raw)
        return web.Response(status=answer.status, body=answer.body)

    async def count(self, number: int) -> list[RawRequest]:
        """The events, once that many have come; confirmations do not count."""
        async with self.arrived, asyncio.timeout(20):
            await self.arrived.wait_for(lambda: len(self.events()) >= number)
        return self.events()

    def events(self) -> list[RawRequest]:
        """What came but for confirmations."""
        return [raw for raw in self.requests if json.loads(raw.body)["type"] != "confirmation"]


@pytest.fixture
async def inbox() -> Inbox:
    """The endpoint's memory."""
    return Inbox()


@pytest.fixture
async def make_hooked(
    inbox: Inbox, make_hub: MakeHub
) -> AsyncIterator[Callable[..., Awaitable[Hub]]]:
    """Opens a community whose callback server is the inbox."""
    app = web.Application()
    app.router.add_post("/hooks/test-vk", inbox.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def opened(**settings: Any) -> Hub:
        hub = await make_hub(public_url=base, begin=False, mode="callback", **settings)
        inbox.hub = hub
        return hub

    yield opened
    await runner.cleanup()


@pytest.fixture
async def hooked(make_hooked: Callable[..., Awaitable[Hub]]) -> Hub:
    """A community that has subscribed."""
    hub = await make_hooked()
    await hub.connector.subscribe()
    await until(lambda: hub.platform.community.servers[0]["status"] == "ok")
    return hub


def _body(**changed: Any) -> bytes:
    event = {
        "type": "message_new",
        "group_id": GROUP,
        "event_id": "e1",
        "v": "5.199",
        "object": {"message": {"peer_id": 5, "from_id": 5, "conversation_message_id": 3}},
        "secret": SECRET,
    }
    return json.dumps(event | changed).encode()


@pytest.mark.parametrize("type", _TYPES)
async def test_the_secret_is_asked_for_on_every_type(http: ClientSession, type: str) -> None:
    connector = make_connector(http, callback_secret=SECRET)

    connector.verify(make_request(_body(type=type)))

    for secret in (None, "", "wrong", f"{SECRET}x", SECRET[:-1], 5, [SECRET], "секрет", "\udc80"):
        with pytest.raises(Unauthorised):
            connector.verify(make_request(_body(type=type, secret=secret)))


@pytest.mark.parametrize("type", _TYPES)
async def test_the_community_is_asked_for_on_every_type(http: ClientSession, type: str) -> None:
    connector = make_connector(http, callback_secret=SECRET)

    for group in (None, GROUP + 1, str(GROUP), 0, True):
        with pytest.raises(Unauthorised):
            connector.verify(make_request(_body(type=type, group_id=group)))


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"\xff", b"{", b"5"])
async def test_what_is_no_event_is_refused(http: ClientSession, body: bytes) -> None:
    with pytest.raises(Unauthorised):
        make_connector(http, callback_secret=SECRET).verify(make_request(body))


async def test_nobody_is_let_in_while_there_is_no_secret(http: ClientSession) -> None:
    connector = make_connector(http, webhook_secret=None)

    with pytest.raises(Unauthorised):
        connector.verify(make_request(_body(secret="")))


async def test_the_secret_made_by_the_hub_is_one_that_vk_takes(http: ClientSession) -> None:
    secret = make_connector(http)._callback.secret

    assert secret.isalnum()
    assert 20 <= len(secret) <= 50


async def test_the_secret_is_taken_out_of_what_is_kept(http: ClientSession) -> None:
    connector = make_connector(http, callback_secret=SECRET)

    events = connector.split(_body())

    assert SECRET.encode() not in events[0].body
    assert events[0].key == "e1"


async def test_every_event_is_answered_exactly_ok(http: ClientSession) -> None:
    connector = make_connector(http, callback_secret=SECRET, confirmation="abc")
    assert isinstance(connector, Answers)

    for body in (_body(), _body(type="something_new"), _body(object={"type": "confirmation"})):
        answer = connector.answer(make_request(body))
        assert (answer.status, answer.body) == (200, b"ok")


async def test_a_confirmation_is_answered_with_the_string_of_the_settings(
    http: ClientSession,
) -> None:
    connector = make_connector(http, callback_secret=SECRET, confirmation=" abc123 ")

    answer = connector.answer(make_request(_body(type="confirmation")))

    assert answer.body == b"abc123"


async def test_a_confirmation_is_answered_with_the_string_that_vk_names(hooked: Hub) -> None:
    assert hooked.platform.community.servers[0]["status"] == "ok"


async def test_a_string_that_changed_is_read_again(hooked: Hub, inbox: Inbox) -> None:
    raw = inbox.requests[0]
    hooked.platform.community.code = "changed"

    for event in hooked.connector.split(raw.body):
        await hooked.connector.complete(event)

    assert hooked.connector.answer(raw).body == b"changed"


async def test_a_string_that_vk_will_not_tell_asks_it_to_come_again(
    make_hooked: Callable[..., Awaitable[Hub]],
) -> None:
    hub = await make_hooked()
    hub.platform.community.rights = ("messages",)
    event = hub.connector.split(_body(type="confirmation"))[0]

    with pytest.raises(Unavailable):
        await hub.connector.complete(event)


async def test_an_event_is_delivered_with_our_secret(hooked: Hub, inbox: Inbox) -> None:
    await hooked.platform.write("Ann", "hello")

    raw = (await inbox.count(1))[0]

    event = hooked.connector.split(raw.body)[0]
    assert hooked.connector.parse(event).inbound[0].content.text == "hello"


async def test_an_event_that_was_refused_comes_again_and_is_taken(
    hooked: Hub, inbox: Inbox
) -> None:
    inbox.refusals = [web.Response(status=503)]
    await hooked.platform.write("Ann", "one")
    await hooked.platform.write("Ann", "two")

    first, again, other = await inbox.count(3)

    assert first.body == again.body != other.body
    assert "x-retry-counter" not in first.headers
    assert again.headers["x-retry-counter"] == "1"
    event = hooked.connector.split(again.body)[0]
    assert hooked.connector.parse(event).inbound[0].content.text == "one"


async def test_the_same_event_twice_has_one_key(hooked: Hub, inbox: Inbox) -> None:
    hooked.platform.fault("duplicate", 1)
    await hooked.platform.write("Ann", "once")

    requests = await inbox.count(2)

    events = [hooked.connector.split(raw.body)[0] for raw in requests]
    keys = {hooked.connector.parse(event).inbound[0].event_key for event in events}
    assert len(keys) == 1


async def test_long_poll_and_callbacks_name_a_message_by_one_key(
    hooked: Hub, inbox: Inbox, http: ClientSession
) -> None:
    polling = make_connector(http, poll_wait_s=0, **hooked.platform.settings())
    await polling.subscribe()
    cursor = (await polling.pull(None)).cursor
    await hooked.platform.write("Ann", "both ways")

    raw = (await inbox.count(1))[0]
    pulled = await polling.pull(cursor)

    posted = hooked.connector.parse(hooked.connector.split(raw.body)[0])
    polled = polling.parse(pulled.events[0])
    assert posted.inbound[0].event_key == polled.inbound[0].event_key
    await polling.close()


async def test_who_waits_for_an_answer_is_found_when_a_channel_with_callbacks_starts(
    make_hooked: Callable[..., Awaitable[Hub]],
) -> None:
    hub = await make_hooked()
    await hub.platform.write("Ann", "written while the hub was away")
    await hub.platform.write("Ben", "answered")
    await hub.platform.act("Ben", {"type": "admin", "text": "yes"})
    hub.platform.fault("read_500", 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("connectors.vk.catch_up._AGAIN_S", 0.05)

        await hub.connector.subscribe()

        await until(lambda: hub.accepted)
    inbound = [item for parsed in hub.accepted for item in parsed.inbound]
    texts = [item.content.text for item in inbound if item.content.text]
    assert texts == ["written while the hub was away"]
    assert inbound[0].event_key.startswith("m:")


async def test_subscribing_again_changes_nothing(hooked: Hub) -> None:
    await hooked.connector.subscribe()

    assert len(hooked.platform.community.servers) == 1
    assert hooked.platform.calls("groups.editCallbackServer") == 0


async def test_a_changed_secret_is_told_to_vk(
    hooked: Hub, inbox: Inbox, make_hooked: Callable[..., Awaitable[Hub]], http: ClientSession
) -> None:
    changed = make_connector(
        http,
        public_url=hooked.platform.community.servers[0]["url"].partition("/hooks")[0],
        mode="callback",
        callback_secret="another42",
        **hooked.platform.settings(),
    )
    inbox.hub = Hub(changed, hooked.platform)

    await changed.subscribe()

    assert [s["secret_key"] for s in hooked.platform.community.servers] == ["another42"]
    await changed.close()


async def test_a_server_that_vk_has_given_up_is_confirmed_anew_at_the_next_start(
    hooked: Hub,
) -> None:
    server = hooked.platform.community.servers[0]
    server["status"] = "failed"

    await hooked.connector.subscribe()

    await until(lambda: server["status"] == "ok")
    assert len(hooked.platform.community.servers) == 1


async def test_an_address_that_vk_could_not_confirm_is_no_subscription_until_it_can(
    hooked: Hub, inbox: Inbox
) -> None:
    server = hooked.platform.community.servers[0]
    server["status"] = "failed"
    inbox.knows_the_channel = False
    with pytest.raises(Unavailable, match="confirmation"):
        await hooked.connector.subscribe()

    inbox.knows_the_channel = True
    await hooked.connector.subscribe()

    assert server["status"] == "ok"


async def test_unsubscribing_takes_the_server_away_and_no_other(hooked: Hub) -> None:
    foreign = {**hooked.platform.community.servers[0], "id": 99, "url": "https://other.example"}
    hooked.platform.community.servers.append(foreign)

    await hooked.connector.unsubscribe()

    assert hooked.platform.community.servers == [foreign]


async def test_changing_to_long_poll_takes_the_server_away(
    hooked: Hub, http: ClientSession
) -> None:
    base = hooked.platform.community.servers[0]["url"].partition("/hooks")[0]
    polling = make_connector(http, public_url=base, poll_wait_s=0, **hooked.platform.settings())

    await polling.subscribe()

    assert hooked.platform.community.servers == []
    await polling.close()


async def test_a_callback_without_a_public_address_breaks_the_channel(make_hub: MakeHub) -> None:
    hub = await make_hub(begin=False, mode="callback")

    with pytest.raises(ChannelBroken, match="HUB_PUBLIC_URL"):
        await hub.connector.subscribe()


async def test_a_key_that_may_not_manage_breaks_a_callback_channel_with_the_reason(
    make_hooked: Callable[..., Awaitable[Hub]],
) -> None:
    hub = await make_hooked()
    hub.platform.community.rights = ("messages", "photos", "docs")

    with pytest.raises(ChannelBroken, match="manage the community"):
        await hub.connector.subscribe()


async def test_ten_servers_of_others_are_left_alone(
    make_hooked: Callable[..., Awaitable[Hub]],
) -> None:
    hub = await make_hooked()
    hub.platform.community.servers.extend(
        {"id": 100 + n, "url": f"https://o{n}.example", "secret_key": "", "events": {}}
        for n in range(10)
    )

    with pytest.raises(ChannelBroken, match="remove one"):
        await hub.connector.subscribe()


def _said(parsed: Parsed) -> list[dict[str, Any]]:
    """Without the times, which are those of the reading."""
    return [one.model_dump(exclude={"received_at", "occurred_at"}) for one in parsed.inbound]


async def test_a_body_that_proved_itself_says_the_same_as_one_that_is_read_anew(
    http: ClientSession,
) -> None:
    connector = make_connector(http, callback_secret=SECRET)
    body = _body()
    (anew,) = connector.split(body)
    connector.verify(make_request(body))
    (event,) = connector.split(body)

    assert (event.body, event.key) == (anew.body, anew.key)
    assert _said(connector.parse(event)) == _said(connector.parse(anew))
    assert SECRET not in f"{event.body!r} {connector.parse(event)!r}"


async def test_what_another_body_proved_is_not_taken_for_this_one(http: ClientSession) -> None:
    connector = make_connector(http, callback_secret=SECRET)
    body = _body()
    said = _said(connector.parse(connector.split(body)[0]))
    connector.verify(make_request(_body(event_id="another")))

    assert _said(connector.parse(connector.split(body)[0])) == said
