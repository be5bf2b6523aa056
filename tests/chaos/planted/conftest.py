"""Processes of the hub that start in a moment."""

from collections.abc import Iterator

import pytest

from tests.support.fork_server import ForkServer


@pytest.fixture(scope="module")
def forks() -> Iterator[ForkServer]:
    """A process that has imported everything."""
    with ForkServer() as server:
        yield server
