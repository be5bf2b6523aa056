"""Fixtures of WhatsApp's tests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import ClientSession, web

from connectors.simulator import SimulatorContext
from connectors.whatsapp.connector import WhatsAppConnector
from connectors.whatsapp.simulator import simulate
from shared.clock import SystemClock
from shared.ids import ChannelId
from tests.connectors.whatsapp.player import Hub, MakeHub, make_connector
from tests.connectors.whatsapp.scripted import MakeScripted, Scripted


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    """The hub's HTTP session."""
    async with ClientSession() as session:
        yield session


@pytest.fixture
def connector(http: ClientSession) -> WhatsAppConnector:
    """A connector that talks to nobody."""
    return make_connector(http)


@pytest.fixture
async def make_hub(http: ClientSession) -> AsyncIterator[MakeHub]:
    """Opens simulators with a connector each; they are closed after the test."""
    async with AsyncExitStack() as stack:

        async def opened(public_url: str | None = None, **settings: Any) -> Hub:
            hooks: asyncio.Queue[bytes] = asyncio.Queue()

            async def take(request: web.Request) -> web.Response:
                hooks.put_nowait(await request.read())
                return web.Response()

            app = web.Application()
            app.router.add_post("/hooks", take)
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            stack.push_async_callback(runner.cleanup)
            context = SimulatorContext(
                channel_id=ChannelId("test-whatsapp"),
                webhook_url=f"http://127.0.0.1:{runner.addresses[0][1]}/hooks",
                http=http,
                clock=SystemClock(),
                changed=lambda _: None,
            )
            platform = simulate(context)
            await platform.start()
            stack.push_async_callback(platform.close)
            given = {**platform.settings(), **settings}
            return Hub(make_connector(http, public_url=public_url, **given), platform, hooks)

        yield opened


@pytest.fixture
async def hub(make_hub: MakeHub) -> Hub:
    """A number on its simulator."""
    return await make_hub()


@pytest.fixture
async def scripted() -> AsyncIterator[MakeScripted]:
    """Opens servers that answer every call as they are told; they are closed after the test."""
    async with AsyncExitStack() as stack:

        async def opened(status: int, body: str | bytes) -> Scripted:
            server = Scripted(status, body)
            await server.start()
            stack.push_async_callback(server.close)
            return server

        yield opened
