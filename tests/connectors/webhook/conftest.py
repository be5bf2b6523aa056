"""Fixtures of the webhook channel's tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.connectors.webhook.shop import Shop, open_shop


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    """A hub with a webhook channel, to which Anna has written."""
    async with open_shop(tmp_path) as opened:
        await opened.far_end.write("Anna", "hello")
        await opened.arrived()
        yield opened
