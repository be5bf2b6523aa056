"""Fixtures of the store contract: every test runs on every implementation."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.document_stores import (
    COLLECTIONS,
    IMPLEMENTATIONS,
    ManagedStore,
    StoreImplementation,
)


@pytest.fixture(params=list(IMPLEMENTATIONS))
def implementation(request: pytest.FixtureRequest) -> StoreImplementation:
    name: str = request.param
    return IMPLEMENTATIONS[name]


@pytest.fixture
async def store(implementation: StoreImplementation, tmp_path: Path) -> AsyncIterator[ManagedStore]:
    async with implementation.open(tmp_path, COLLECTIONS) as store:
        yield store
