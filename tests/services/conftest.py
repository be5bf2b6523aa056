"""Services on a broker of their own, for tests that restart it."""

from collections.abc import Iterator

import pytest

from hub.services.broker import Broker


@pytest.fixture(scope="module")
def own_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A RabbitMQ node that the tests of a module may stop and start."""
    node = Broker.start(tmp_path_factory.mktemp("broker"))
    try:
        yield node
    finally:
        node.stop()
