"""Fixtures of the blobs contract: every test runs on every implementation."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.ports.blobs import Blobs
from tests.support.blob_stores import IMPLEMENTATIONS, BlobsImplementation


@pytest.fixture(params=list(IMPLEMENTATIONS))
def implementation(request: pytest.FixtureRequest) -> BlobsImplementation:
    name: str = request.param
    return IMPLEMENTATIONS[name]


@pytest.fixture
async def blobs(implementation: BlobsImplementation, tmp_path: Path) -> AsyncIterator[Blobs]:
    async with implementation.open(tmp_path) as blobs:
        yield blobs
