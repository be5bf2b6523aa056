"""Webhooks: who may call, and where Telegram is told to call."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web

from connectors.base import RawRequest
from shared.errors import ChannelBroken, Unauthorised
from tests.connectors.telegram.player import SECRET, Hub, MakeHub, make_connector

_HEADER = "x-telegram-bot-api-secret-token"


class Inbox:
    """A hub's webhook endpoint that answers as it is told."""

    def __init__(self) -> None:
        self.answers: list[web.Response] = []
        self.requests: list[RawRequest] = []
        self.arrived = asyncio.Condition()

    async def handle(self, request: web.Request) -> web.Response:
        """Keep the request; answer 200 unless told otherwise."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        async with self.arrived:
            self.requests.append(
                RawRequest(request.method, request.path, {}, headers, await request.read())
            )
            self.arrived.notify_all()
        return self.answers.pop(0) if self.answers else web.Response()

    async def count(self, number: int) -> None:
        """Return once that many requests have come."""
        async with self.arrived:
            await asyncio.wait_for(self.arrived.wait_for(lambda: len(self.requests) >= number), 5)


@pytest.fixture
async def inbox() -> Inbox:
    """The endpoint's memory."""
    return Inbox()


@pytest.fixture
async def hooked(inbox: Inbox, make_hub: MakeHub) -> AsyncIterator[Hub]:
    """A bot whose webhook is the inbox."""
    app = web.Application()
    app.router.add_post("/hooks/test-telegram", inbox.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    hub = await make_hub(public_url=base, mode="webhook", webhook_secret=SECRET)
    await hub.connector.subscribe()
    yield hub
    await hub.platform.close()
    await runner.cleanup()


def _request(secret: str | None) -> RawRequest:
    headers = {_HEADER: secret} if secret is not None else {}
    return RawRequest("POST", "/hooks/test-telegram", {}, headers, b"{}")


async def test_an_update_is_delivered_with_our_secret(hooked: Hub, inbox: Inbox) -> None:
    await hooked.platform.write("Ann", "hello")
    await inbox.count(1)

    hooked.connector.verify(inbox.requests[0])
    event = hooked.connector.split(inbox.requests[0].body)[0]

    assert hooked.connector.parse(event).inbound[0].content.text == "hello"


async def test_an_update_that_was_not_taken_comes_again_before_the_next_of_its_chat(
    hooked: Hub, inbox: Inbox
) -> None:
    inbox.answers = [web.Response(status=503)]
    await hooked.platform.write("Ann", "one")
    await hooked.platform.write("Ann", "two")

    await inbox.count(3)

    first, again, other = (request.body for request in inbox.requests)
    assert first == again != other


async def test_the_asked_pause_is_kept(hooked: Hub, inbox: Inbox) -> None:
    inbox.answers = [web.Response(status=503, headers={"Retry-After": "1"})]
    loop = asyncio.get_running_loop()
    began = loop.time()
    await hooked.platform.write("Ann", "one")

    await inbox.count(2)

    assert loop.time() - began >= 0.9


@pytest.mark.parametrize("secret", [None, "", "wrong", f"{SECRET}x", "\udcff", "секрет"])
async def test_a_request_without_the_secret_is_refused(
    http: ClientSession, secret: str | None
) -> None:
    with pytest.raises(Unauthorised):
        make_connector(http).verify(_request(secret))


async def test_the_right_secret_is_let_in(http: ClientSession) -> None:
    make_connector(http).verify(_request(SECRET))


async def test_nobody_is_let_in_while_there_is_no_secret(http: ClientSession) -> None:
    with pytest.raises(Unauthorised):
        make_connector(http, webhook_secret=None).verify(_request(""))


async def test_a_webhook_without_a_public_address_breaks_the_channel(http: ClientSession) -> None:
    with pytest.raises(ChannelBroken, match="public address"):
        await make_connector(http, mode="webhook").subscribe()


async def test_an_address_that_telegram_refuses_breaks_the_channel(make_hub: MakeHub) -> None:
    hub = await make_hub(public_url="http://hub.example", mode="webhook", webhook_secret=SECRET)

    with pytest.raises(ChannelBroken, match="HTTPS"):
        await hub.connector.subscribe()


async def test_unsubscribing_takes_the_webhook_away(hooked: Hub, http: ClientSession) -> None:
    await hooked.connector.unsubscribe()

    polling = make_connector(http, **(dict(hooked.platform.settings()) | {"poll_timeout_s": 0}))
    assert (await polling.pull(None)).events == []
