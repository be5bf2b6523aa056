"""Fixtures of the bus contract: every test runs on every implementation."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.ports.bus import Bus
from tests.support.buses import IMPLEMENTATIONS, BusImplementation, OpenBus


@pytest.fixture(params=list(IMPLEMENTATIONS))
def implementation(request: pytest.FixtureRequest) -> BusImplementation:
    name: str = request.param
    return IMPLEMENTATIONS[name]


@pytest.fixture
async def opened(implementation: BusImplementation, tmp_path: Path) -> AsyncIterator[OpenBus]:
    async with implementation.open(tmp_path) as opened:
        yield opened


@pytest.fixture
def bus(opened: OpenBus) -> Bus:
    return opened.bus
