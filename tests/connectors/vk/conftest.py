"""Fixtures of VK's tests."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import ClientSession

from connectors.base import Parsed
from connectors.simulator import SimulatorContext
from connectors.vk.simulator import simulate
from shared.clock import SystemClock
from shared.ids import ChannelId
from tests.connectors.vk.player import Hub, MakeHub, make_connector
from tests.connectors.vk.scripted import MakeScripted, Scripted


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    """The hub's HTTP session."""
    async with ClientSession() as session:
        yield session


@pytest.fixture
async def make_hub(http: ClientSession) -> AsyncIterator[MakeHub]:
    """Opens simulators with a connector each; they are closed after the test."""
    async with AsyncExitStack() as stack:

        async def opened(
            public_url: str | None = None, *, begin: bool = True, **settings: Any
        ) -> Hub:
            context = SimulatorContext(
                channel_id=ChannelId("test-vk"),
                webhook_url=None,
                http=http,
                clock=SystemClock(),
                changed=lambda _: None,
            )
            platform = simulate(context)
            await platform.start()
            stack.push_async_callback(platform.close)
            accepted: list[Parsed] = []

            async def accept(parsed: Parsed) -> None:
                accepted.append(parsed)

            given = {"poll_wait_s": 0, **platform.settings(), **settings}
            connector = make_connector(http, public_url=public_url, accept=accept, **given)
            stack.push_async_callback(connector.close)
            hub = Hub(connector, platform, accepted)
            if begin:
                await hub.begin()
            return hub

        yield opened


@pytest.fixture
async def hub(make_hub: MakeHub) -> Hub:
    """A community on its simulator, polled."""
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
