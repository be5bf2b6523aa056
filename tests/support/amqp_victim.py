"""A process that reads a queue with a full prefetch and dies of it.

It takes some items, acknowledges fewer and is killed while the rest of its prefetch lies in its
hands. Usage: ``amqp_victim <broker> <folder> <prefetch> <take> <acknowledge>``.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from shared.bus.amqp import AmqpBus
from shared.clock import SystemClock
from tests.support.amqp_buses import QUEUES, own_vhost
from tests.support.buses import queue_of, take_exactly


async def main(broker: str, folder: str, prefetch: int, take: int, acknowledge: int) -> None:
    """Run until killed by its own hand."""
    url, _ = await own_vhost(broker, Path(folder))
    bus = await AmqpBus.open(str(url), SystemClock(), queues=QUEUES)
    async with bus.consume(queue_of(), prefetch=prefetch) as subscription:
        taken = await take_exactly(subscription, take)
        await subscription.ack(taken[:acknowledge])
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])))
