"""Fixtures of the tests of the `hub` command."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.hub_process import HubProcess


@pytest.fixture
async def hub(forked_programs: None, tmp_path: Path) -> AsyncIterator[HubProcess]:
    """A hub with its site chat only; the commands are what is started as people start it."""
    async with HubProcess(tmp_path) as running:
        yield running
