"""Fixtures of the bus contract: every test runs on every implementation."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from shared.ports.bus import Bus
from tests.support.amqp_buses import BROKER_VARIABLE
from tests.support.buses import IMPLEMENTATIONS, BusImplementation, OpenBus

AMQP = pytest.param("amqp", marks=[pytest.mark.broker, pytest.mark.xdist_group("broker")])


@pytest.fixture(scope="session")
def broker(broker_url: str) -> Iterator[None]:
    """The run's RabbitMQ node, named to the child processes of tests by the environment."""
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv(BROKER_VARIABLE, broker_url)
        yield


@pytest.fixture(params=["embedded", AMQP])
def implementation(request: pytest.FixtureRequest) -> BusImplementation:
    name: str = request.param
    if name == "amqp":
        request.getfixturevalue("broker")
    return IMPLEMENTATIONS[name]


@pytest.fixture
async def opened(implementation: BusImplementation, tmp_path: Path) -> AsyncIterator[OpenBus]:
    async with implementation.open(tmp_path) as opened:
        yield opened


@pytest.fixture
def bus(opened: OpenBus) -> Bus:
    return opened.bus
