"""Fixtures of the router's tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.router.world import World, a_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A hub with one channel, on which partitions run when something waits."""
    async with a_world(tmp_path) as made:
        yield made
