"""One hub and one Chromium for what agents write."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.support.browser import open_browser
from tests.support.hub_process import HubProcess
from tests.support.running_hub import RunningHub


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningHub]:
    folder = tmp_path_factory.mktemp("hub")
    async with HubProcess(folder, "--simulators", environ={"HUB_UNDO_S": "0"}) as running:
        yield running


@pytest.fixture
def customer() -> str:
    """Somebody who has never written before."""
    return f"Anna {uuid4().hex[:6]}"
