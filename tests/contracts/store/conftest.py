"""Fixtures of the store contract: every test runs on every implementation."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.document_stores import (
    COLLECTIONS,
    IMPLEMENTATIONS,
    ManagedStore,
    StoreImplementation,
)
from tests.support.mongo_stores import MONGO_VARIABLE

MONGO = pytest.param("mongo", marks=pytest.mark.xdist_group("mongo"))


@pytest.fixture(scope="session")
def mongo(mongo_url: str) -> Iterator[None]:
    """The run's MongoDB, named to the child processes of tests by the environment."""
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv(MONGO_VARIABLE, mongo_url)
        yield


@pytest.fixture(params=["sqlite", MONGO])
def implementation(request: pytest.FixtureRequest) -> StoreImplementation:
    name: str = request.param
    if name == "mongo":
        request.getfixturevalue("mongo")
    return IMPLEMENTATIONS[name]


@pytest.fixture
async def store(implementation: StoreImplementation, tmp_path: Path) -> AsyncIterator[ManagedStore]:
    async with implementation.open(tmp_path, COLLECTIONS) as store:
        yield store
