"""The implementations of the bus that the contract suite runs on. A new one is named here."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from shared.bus.embedded import EmbeddedBus
from shared.clock import SystemClock
from shared.envelope import Envelope
from shared.ids import Partition
from shared.ports.bus import Bus, Delivery, Exchange, Publication, Queue, Subscription
from shared.sqlite import Database
from shared.topology import partition_key, partition_queue
from tests.support.amqp_buses import open_amqp

PUBLISH_TIMEOUT_S: Final = 3.0
"""Enough for hundreds of items on a machine that has other things to do."""


@dataclass(frozen=True, slots=True)
class OpenBus:
    """A bus, and a way to make it slower than its time limit."""

    bus: Bus
    stalled: Callable[[], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class BusImplementation:
    """How to open one; opening the same folder again is what a restart sees."""

    name: str
    open: Callable[[Path], AbstractAsyncContextManager[OpenBus]]


@asynccontextmanager
async def _embedded(folder: Path) -> AsyncIterator[OpenBus]:
    async with await Database.open(folder / "hub.db", exclusive=True) as database:
        bus = await EmbeddedBus.open(database, SystemClock(), publish_timeout_s=PUBLISH_TIMEOUT_S)

        @asynccontextmanager
        async def stalled() -> AsyncIterator[None]:
            blocked, go_on = threading.Event(), threading.Event()
            # The writer does nothing else until the end of the block.
            waiter = database.write(lambda _: hold(blocked, go_on))
            async with asyncio.TaskGroup() as group:
                group.create_task(waiter)
                await asyncio.to_thread(blocked.wait, 20)
                try:
                    yield
                finally:
                    go_on.set()

        try:
            yield OpenBus(bus, stalled)
        finally:
            await bus.close()


def hold(reached: threading.Event, go_on: threading.Event) -> None:
    """Keep the thread here until told to go on."""
    reached.set()
    go_on.wait(10)


@asynccontextmanager
async def _amqp(folder: Path) -> AsyncIterator[OpenBus]:
    async with open_amqp(folder, PUBLISH_TIMEOUT_S) as (bus, proxy):

        @asynccontextmanager
        async def stalled() -> AsyncIterator[None]:
            proxy.stall()
            try:
                yield
            finally:
                proxy.resume()

        yield OpenBus(bus, stalled)


IMPLEMENTATIONS: Final = {
    one.name: one
    for one in (BusImplementation("embedded", _embedded), BusImplementation("amqp", _amqp))
}


def envelope(number: int | str, *, kind: str = "inbound") -> Envelope:
    """An envelope whose id is the number."""
    return Envelope(
        id=str(number),
        kind=kind,
        at=datetime(2026, 1, 5, 9, 0, tzinfo=UTC),
        source="test",
        trace_id="t",
        payload={"number": number},
    )


def inbound(number: int | str, partition: int = 0) -> Publication:
    """A publication to a partition."""
    return Publication(
        Exchange.CONVERSATIONS, partition_key(Partition(partition)), envelope(number)
    )


def queue_of(partition: int = 0) -> Queue:
    """The durable queue of a partition."""
    return partition_queue(Partition(partition))


def numbers(deliveries: Sequence[Delivery]) -> list[int]:
    """The numbers that were published."""
    return [int(delivery.envelope.id) for delivery in deliveries]


async def take_exactly(subscription: Subscription, count: int) -> list[Delivery]:
    """Take until so many have come, without acknowledging."""
    found: list[Delivery] = []
    while len(found) < count:
        found += await subscription.take(count - len(found))
    return found


async def drain(subscription: Subscription, count: int) -> list[Delivery]:
    """Take and acknowledge until so many have come."""
    found: list[Delivery] = []
    while len(found) < count:
        batch = await subscription.take(count - len(found))
        await subscription.ack(batch)
        found += batch
    return found


async def drain_to(subscription: Subscription, last: int) -> list[int]:
    """Take and acknowledge until that number has come; all numbers in their order."""
    found: list[int] = []
    while last not in found:
        batch = await subscription.take(100)
        await subscription.ack(batch)
        found += numbers(batch)
    return found
