"""Fixtures of the site chat's tests."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.connectors.webchat.mailbox import Hub, OpenHub, open_hub
from tests.support.stores import open_embedded


@pytest.fixture
async def open_chat(tmp_path: Path) -> AsyncIterator[OpenHub]:
    """Opens site chats with given settings; they are closed after the test."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(ClientSession())
        embedded = await stack.enter_async_context(open_embedded(tmp_path))

        async def opened(**settings: Any) -> Hub:
            hub = await open_hub(session, embedded, **settings)
            stack.push_async_callback(hub.client.close)
            stack.push_async_callback(hub.connector.close)
            return hub

        yield opened


@pytest.fixture
async def hub(open_chat: OpenHub) -> Hub:
    """A site chat with its default settings."""
    return await open_chat()
