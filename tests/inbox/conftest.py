"""The inbox, running, for every test of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.inbox.stage import Stage, open_stage
from tests.support.stores import Embedded, open_embedded


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Embedded]:
    """Bus, store and blobs."""
    async with open_embedded(tmp_path) as embedded:
        yield embedded


@pytest.fixture
async def stage(hub: Embedded) -> AsyncIterator[Stage]:
    """An inbox that runs, with one admin."""
    async with open_stage(hub) as opened:
        yield opened
