"""The hub of the stage, on which every scene of the agent's window can be played."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser

from tests.screens.stage import Stage, set_stage
from tests.support.running_hub import RunningHub


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(hub: RunningHub, browser: Browser) -> AsyncIterator[Stage]:
    yield await set_stage(hub, browser)
