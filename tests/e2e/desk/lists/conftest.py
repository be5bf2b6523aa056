"""Each story of the list begins without an open conversation."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.hub_process import HubProcess
from tests.support.running_hub import RunningHub
from tests.support.simulated import resolve_all


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningHub]:
    folder = tmp_path_factory.mktemp("hub")
    async with HubProcess(folder, "--simulators", environ={"HUB_UNDO_S": "1"}) as hub:
        yield hub


@pytest_asyncio.fixture(loop_scope="module")
async def hub(running: RunningHub) -> AsyncIterator[RunningHub]:
    """A hub without an open conversation."""
    yield running
    await resolve_all(running)
