"""The hub of the stage, on which every scene of the agent's window can be played."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.screens.stage import ENVIRON, Stage, set_stage
from tests.support.hub_process import HubProcess


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> AsyncIterator[Stage]:
    async with HubProcess(tmp_path_factory.mktemp("stage"), "--simulators", environ=ENVIRON) as hub:
        yield await set_stage(hub, browser)
