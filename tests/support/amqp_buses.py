"""RabbitMQ as an implementation of the bus, for the contract suite.

The node is started once per test run by the fixture ``broker`` and named by the environment, so
that child processes of a test find it too. A folder is a virtual host: opened again, it is a
restart.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import aio_pika
from aio_pika.exceptions import ChannelNotFoundEntity
from yarl import URL

from shared.bus.amqp import AmqpBus
from shared.clock import SystemClock
from shared.ids import Partition
from shared.topology import DEAD_QUEUE, partition_queue
from tests.support.broker import add_vhost
from tests.support.places import place_of
from tests.support.tcp_proxy import TcpProxy, tcp_proxy

BROKER_VARIABLE: Final = "HUB_TEST_BROKER"
"""``amqp://user:password@host:port/#management port`` of the run's own node."""
QUEUES: Final = (*(partition_queue(Partition(n)) for n in range(3)), DEAD_QUEUE)
"""As many as the suite uses: each costs the broker a group of its own."""
_NOTICE_LIMIT_S: Final = 10.0


async def own_vhost(broker: str, folder: Path) -> tuple[URL, bool]:
    """The address of a virtual host of the folder's own on that node; whether it is new."""
    url = URL(broker)
    name = place_of(folder)
    # The management API answers seconds late about what is not there.
    known = folder / f"{name}.vhost"
    new = not await asyncio.to_thread(known.exists)
    if new:
        await asyncio.to_thread(add_vhost, int(url.fragment), name)
        await asyncio.to_thread(known.touch)
    return url.with_path(f"/{name}").with_fragment(None), new


@asynccontextmanager
async def open_amqp(
    folder: Path, publish_timeout_s: float, *, broker: str | None = None
) -> AsyncIterator[tuple[AmqpBus, TcpProxy]]:
    """The bus, and the proxy that stands before its broker: the run's own node, or that one."""
    url, new = await own_vhost(broker or os.environ[BROKER_VARIABLE], folder)
    if not new:
        await _until_nobody_reads(url)
    async with tcp_proxy(url.port or 5672) as proxy:
        bus = await AmqpBus.open(
            str(url.with_port(proxy.port)),
            SystemClock(),
            queues=QUEUES,
            publish_timeout_s=publish_timeout_s,
        )
        try:
            yield bus, proxy
        finally:
            proxy.resume()
            await bus.close()


async def _until_nobody_reads(url: URL) -> None:
    """Wait for the broker to have noticed that the readers of before are gone: in the same step it
    puts back what they had in hand."""
    async with asyncio.timeout(_NOTICE_LIMIT_S), await aio_pika.connect(url) as connection:
        for queue in QUEUES:
            while await _readers(connection, queue.name):  # noqa: ASYNC110 - the broker tells nobody
                await asyncio.sleep(0.01)


async def _readers(connection: aio_pika.abc.AbstractConnection, queue_name: str) -> int:
    channel = await connection.channel()
    try:
        queue = await channel.declare_queue(queue_name, passive=True)
    except ChannelNotFoundEntity:
        return 0
    await channel.close()
    return queue.declaration_result.consumer_count or 0
