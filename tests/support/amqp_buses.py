"""RabbitMQ as an implementation of the bus, for the contract suite.

The node is started once per test run by the fixture ``broker`` and named by the environment, so
that child processes of a test find it too. A folder is a virtual host: opened again, it is a
restart.
"""

import asyncio
import os
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from yarl import URL

from shared.bus.amqp import AmqpBus
from shared.clock import SystemClock
from tests.support.broker import add_vhost
from tests.support.tcp_proxy import TcpProxy, tcp_proxy

BROKER_VARIABLE: Final = "HUB_TEST_BROKER"
"""``amqp://user:password@host:port/#management port`` of the run's own node."""


def vhost_of(folder: Path) -> str:
    """The virtual host that stands for a folder."""
    return f"t{zlib.crc32(str(folder).encode()):08x}"


@asynccontextmanager
async def open_amqp(
    folder: Path, publish_timeout_s: float
) -> AsyncIterator[tuple[AmqpBus, TcpProxy]]:
    """The bus, and the proxy that stands before its broker."""
    url = URL(os.environ[BROKER_VARIABLE])
    await asyncio.to_thread(add_vhost, int(url.fragment), vhost_of(folder))
    async with tcp_proxy(url.port or 5672) as proxy:
        through = url.with_port(proxy.port).with_path(f"/{vhost_of(folder)}").with_fragment(None)
        bus = await AmqpBus.open(str(through), SystemClock(), publish_timeout_s=publish_timeout_s)
        try:
            yield bus, proxy
        finally:
            proxy.resume()
            await bus.close()
