"""Fixtures of the tests of bots."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from yarl import URL

from tests.support.hub_process import HubProcess
from tests.support.set_ups import own_vhost


@pytest.fixture
def on_broker(broker_url: str, tmp_path: Path) -> Mapping[str, str]:
    """Settings of a hub on a virtual host of its own, whose management it may use."""
    return {
        "HUB_BUS_URL": own_vhost(broker_url, tmp_path),
        "HUB_BROKER_MANAGEMENT_URL": f"http://127.0.0.1:{URL(broker_url).fragment}",
    }


@pytest.fixture
async def broker_hub(
    on_broker: Mapping[str, str], tmp_path: Path, forked_programs: None
) -> AsyncIterator[HubProcess]:
    """A hub on RabbitMQ, with simulators."""
    async with HubProcess(tmp_path, "--simulators", environ=on_broker) as hub:
        yield hub


@pytest.fixture
async def embedded_hub(tmp_path: Path, forked_programs: None) -> AsyncIterator[HubProcess]:
    """A hub in one process that needs no server, with simulators."""
    async with HubProcess(tmp_path, "--simulators") as hub:
        yield hub
