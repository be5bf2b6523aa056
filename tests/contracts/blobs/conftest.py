"""Fixtures of the blobs contract: every test runs on every implementation."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from shared.ports.blobs import Blobs
from tests.support.blob_stores import IMPLEMENTATIONS, BlobsImplementation
from tests.support.s3_server import S3_VARIABLE, S3Server


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The run's S3 server, named by the environment."""
    server = S3Server.start(tmp_path_factory.mktemp("s3"))
    try:
        with pytest.MonkeyPatch.context() as environ:
            environ.setenv(S3_VARIABLE, server.url)
            yield
    finally:
        server.stop()


@pytest.fixture(params=list(IMPLEMENTATIONS))
def implementation(request: pytest.FixtureRequest) -> BlobsImplementation:
    name: str = request.param
    if name == "s3":
        request.getfixturevalue("s3_server")
    return IMPLEMENTATIONS[name]


@pytest.fixture
async def blobs(implementation: BlobsImplementation, tmp_path: Path) -> AsyncIterator[Blobs]:
    async with implementation.open(tmp_path) as blobs:
        yield blobs


@pytest.fixture
def objects(
    implementation: BlobsImplementation, tmp_path: Path
) -> Callable[[], Awaitable[list[str]]]:
    """What lies in the store now, temporary things included."""
    return lambda: implementation.objects(tmp_path)
