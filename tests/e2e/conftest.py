"""A hub, a browser and a customer for the stories; those of the first day run on every set-up."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.support.browser import open_browser
from tests.support.hub_process import HubProcess
from tests.support.running_hub import RunningHub
from tests.support.set_ups import SET_UPS, StartHub, embedded, services


@pytest.fixture(scope="module", autouse=True)
def forked(forked_programs: None) -> None:
    """Hubs of stories begin in a moment; how a hub starts is told in `tests/hub`."""


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


@pytest.fixture(scope="module", params=SET_UPS)
def start_hub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> StartHub:
    """Starts a hub of the set-up, each in a folder of its own."""

    def folder() -> Path:
        return tmp_path_factory.mktemp("hub")

    if request.param == "embedded":
        return embedded(folder)
    broker = request.getfixturevalue("broker_url")
    if request.param == "services-sqlite":
        return services(folder, broker)
    return services(folder, broker, request.getfixturevalue("mongo_url"))
