"""The broker as the three processes use it: batches out, batches in, acknowledged as one."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final, Self

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

INBOUND: Final = "bare.inbound"
TO_BOT: Final = "bare.bot"
OUTBOUND: Final = "bare.outbound"
_QUEUES: Final = (INBOUND, TO_BOT, OUTBOUND)
_PREFETCH: Final = 200


class Broker:
    """One connection with a channel that publishes, confirmed."""

    def __init__(self, connection: aio_pika.abc.AbstractConnection, out: AbstractChannel) -> None:
        self._connection = connection
        self._exchange = out.default_exchange

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator[Self]:
        """Connect and declare the queues."""
        async with await aio_pika.connect(url) as connection:
            out = await connection.channel(publisher_confirms=True, on_return_raises=True)
            for name in _QUEUES:
                await out.declare_queue(name, durable=True, arguments={"x-queue-type": "quorum"})
            yield cls(connection, out)

    async def publish(self, queue: str, bodies: Sequence[bytes]) -> None:
        """Return once the broker has confirmed all of them."""
        if len(bodies) == 1:
            await self._publish(queue, bodies[0])
        else:
            await asyncio.gather(*(self._publish(queue, body) for body in bodies))

    async def _publish(self, queue: str, body: bytes) -> None:
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await self._exchange.publish(message, queue, mandatory=True)

    async def batches(self, queue: str) -> AsyncIterator[list[bytes]]:
        """What waits, again and again; acknowledged when the next batch is asked for."""
        channel = await self._connection.channel()
        await channel.set_qos(prefetch_count=_PREFETCH)
        waiting: list[AbstractIncomingMessage] = []
        came = asyncio.Event()

        async def receive(message: AbstractIncomingMessage) -> None:
            waiting.append(message)
            came.set()

        await (await channel.get_queue(queue, ensure=False)).consume(receive)
        while True:
            await came.wait()
            came.clear()
            batch, waiting[:] = list(waiting), []
            if batch:
                yield [message.body for message in batch]
                await batch[-1].ack(multiple=True)
