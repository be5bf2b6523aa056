"""What RabbitMQ and the way to it can do to a bus: nothing is lost, and the order stays."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

import aio_pika
import pytest

from shared.bus.amqp import AmqpBus
from shared.clock import SystemClock
from shared.errors import Unavailable
from shared.ports.bus import Bus, Exchange, Publication
from shared.topology import DURABLE_QUEUES
from tests.support.amqp_buses import QUEUES, open_amqp, own_vhost
from tests.support.broker import Broker
from tests.support.buses import (
    envelope,
    inbound,
    numbers,
    queue_of,
    take_exactly,
)
from tests.support.processes import run_module
from tests.support.tcp_proxy import TcpProxy

pytestmark = [
    pytest.mark.broker,
    pytest.mark.xdist_group("outages"),
    # A node takes seconds to start, and more where the machine is busy.
    pytest.mark.timeout(120),
]

ITEMS = 300
PUBLISH_TIMEOUT_S = 1.0
AGAIN_AFTER_S = 0.02
HEALED_WITHIN_S = 15.0


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A node of these tests alone: they take it down."""
    broker = Broker.start(tmp_path_factory.mktemp("node"))
    yield broker
    broker.stop()


@pytest.fixture
async def opened(node: Broker, tmp_path: Path) -> AsyncIterator[tuple[AmqpBus, TcpProxy]]:
    async with open_amqp(tmp_path, PUBLISH_TIMEOUT_S, broker=node.url) as pair:
        yield pair


@pytest.fixture
def bus(opened: tuple[AmqpBus, TcpProxy]) -> AmqpBus:
    return opened[0]


@pytest.fixture
def proxy(opened: tuple[AmqpBus, TcpProxy]) -> TcpProxy:
    return opened[1]


class Traffic:
    """One publisher and one reader that go on through every outage."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.outages = 0
        self.seen: list[int] = []
        """Every number in the order of its first arrival."""
        self._reached = asyncio.Condition()

    async def publish(self) -> None:
        """Publish all items one after another, each until it is confirmed."""
        for number in range(ITEMS):
            while not await self._published(number):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(AGAIN_AFTER_S)

    async def _published(self, number: int) -> bool:
        try:
            await self._bus.publish([inbound(number)])
        except Unavailable:
            self.outages += 1
            return False
        return True

    async def read(self) -> None:
        """Take and acknowledge until the last one has come."""
        while ITEMS - 1 not in self.seen:
            try:
                async with self._bus.consume(queue_of(), prefetch=20) as subscription:
                    while ITEMS - 1 not in self.seen:
                        batch = await subscription.take(5)
                        await self._see(numbers(batch))
                        await subscription.ack(batch)
            except Unavailable:
                await asyncio.sleep(AGAIN_AFTER_S)

    async def _see(self, found: Sequence[int]) -> None:
        async with self._reached:
            # One whose confirmation was lost is published again: at least once.
            self.seen = list(dict.fromkeys([*self.seen, *found]))
            self._reached.notify_all()

    async def until_seen(self, count: int) -> None:
        """Wait until so many have come."""
        async with self._reached:
            await self._reached.wait_for(lambda: len(self.seen) >= count)


async def run_through(bus: Bus, outages: Sequence[Callable[[], None]]) -> Traffic:
    """Traffic from start to end, with the outages in the middle of it."""
    traffic = Traffic(bus)
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(traffic.publish())
        group.create_task(traffic.read())
        for number, outage in enumerate(outages, start=1):
            await traffic.until_seen(number * ITEMS // (len(outages) + 2))
            await asyncio.to_thread(outage)
    return traffic


async def until_healed(bus: AmqpBus) -> None:
    """Wait until publishing works again."""
    async with asyncio.timeout(HEALED_WITHIN_S):
        while not await _works(bus):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(AGAIN_AFTER_S)


async def _works(bus: AmqpBus) -> bool:
    try:
        await bus.probe()
    except Unavailable:
        return False
    return True


async def test_a_publisher_whose_connection_another_one_gives_up_is_told_so(
    bus: AmqpBus, proxy: TcpProxy
) -> None:
    await bus.publish([inbound(0)])
    proxy.stall()
    first = asyncio.create_task(bus.publish([inbound(1)]))
    await asyncio.sleep(PUBLISH_TIMEOUT_S / 2)  # so that it is the first to give up
    second = asyncio.create_task(bus.publish([inbound(2)]))

    ended = await asyncio.gather(first, second, return_exceptions=True)

    assert [type(error) for error in ended] == [Unavailable, Unavailable]


async def test_a_broker_restarted_in_the_middle_loses_and_disorders_nothing(
    bus: AmqpBus, node: Broker
) -> None:
    traffic = await run_through(bus, [node.restart])

    assert traffic.seen == list(range(ITEMS))
    assert traffic.outages > 0


async def test_a_connection_cut_in_the_middle_loses_and_disorders_nothing(
    bus: AmqpBus, proxy: TcpProxy
) -> None:
    loop = asyncio.get_running_loop()

    def cut() -> None:
        loop.call_soon_threadsafe(proxy.cut)

    traffic = await run_through(bus, [cut] * 4)

    assert traffic.seen == list(range(ITEMS))


async def test_a_lost_connection_drops_the_buffer_and_goes_on_in_order(
    bus: AmqpBus, proxy: TcpProxy
) -> None:
    await bus.publish([inbound(number) for number in range(40)])
    async with bus.consume(queue_of(), prefetch=20) as subscription:
        taken = await take_exactly(subscription, 5)
        await subscription.ack(taken[:2])
        proxy.cut()
        with pytest.raises(Unavailable):
            await take_exactly(subscription, 36)
        with pytest.raises(Unavailable):
            await subscription.ack(taken[2:])

    async with bus.consume(queue_of(), prefetch=50) as subscription:
        again = await take_exactly(subscription, 38)

    assert numbers(again) == list(range(2, 40))
    assert [delivery.redelivered for delivery in again[:3]] == [True, True, True]


async def test_the_prefetch_of_a_killed_process_goes_to_the_next_in_order(
    bus: AmqpBus, node: Broker, tmp_path: Path
) -> None:
    await bus.publish([inbound(number) for number in range(60)])

    status, _ = await run_module(
        "tests.support.amqp_victim", node.url, str(tmp_path), "50", "10", "4"
    )
    async with bus.consume(queue_of(), prefetch=100) as subscription:
        found = await take_exactly(subscription, 56)

    assert status == -9
    assert numbers(found) == list(range(4, 60))
    assert all(delivery.redelivered for delivery in found[:6])


ALARMS = {
    "memory": (
        ("set_vm_memory_high_watermark", "absolute", "1MB"),
        ("set_vm_memory_high_watermark", "absolute", "1GB"),
    ),
    "disk": (("set_disk_free_limit", "100000GB"), ("set_disk_free_limit", "50MB")),
}


@pytest.mark.parametrize("on, off", ALARMS.values(), ids=ALARMS)
async def test_publishers_are_told_of_an_alarm_and_readers_go_on(
    bus: AmqpBus, node: Broker, on: tuple[str, ...], off: tuple[str, ...]
) -> None:
    await bus.publish([inbound(number) for number in range(5)])
    async with bus.consume(queue_of(), prefetch=10) as subscription:
        await asyncio.to_thread(node.control, *on)
        began = time.monotonic()
        with pytest.raises(Unavailable):
            await bus.publish([inbound(5)])
        took_s = time.monotonic() - began
        with pytest.raises(Unavailable, match="alarm"):
            await bus.probe()
        await subscription.ack(await take_exactly(subscription, 5))
        await asyncio.to_thread(node.control, *off)

    await until_healed(bus)
    await bus.publish([inbound(6)])
    async with bus.consume(queue_of(), prefetch=10) as subscription:
        found = numbers(await subscription.take(1))

    assert took_s < PUBLISH_TIMEOUT_S + 5
    assert found in ([5], [6])


async def test_two_buses_declare_the_same_at_once(node: Broker, tmp_path: Path) -> None:
    url, _ = await own_vhost(node.url, tmp_path)

    buses = await asyncio.gather(
        *(AmqpBus.open(str(url), SystemClock(), queues=DURABLE_QUEUES) for _ in range(2))
    )
    try:
        await buses[0].publish([inbound(1)])
        async with buses[1].consume(queue_of(), prefetch=1) as subscription:
            [found] = await subscription.take(1)
    finally:
        for one in buses:
            await one.close()

    assert found.envelope.id == "1"


async def test_a_queue_that_was_removed_is_declared_again(
    bus: AmqpBus, node: Broker, tmp_path: Path
) -> None:
    url, _ = await own_vhost(node.url, tmp_path)
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        await channel.queue_delete(QUEUES[0].name)

    missing = await bus.depth(queue_of())
    with pytest.raises(Unavailable):
        await bus.publish([inbound(1)])
    await bus.publish([inbound(2)])

    assert (missing.items, missing.oldest_at) == (0, None)
    assert (await bus.depth(queue_of())).items == 1


async def test_an_exchange_that_was_removed_is_declared_again(
    bus: AmqpBus, node: Broker, tmp_path: Path
) -> None:
    url, _ = await own_vhost(node.url, tmp_path)
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        await channel.exchange_delete(Exchange.CONVERSATIONS.value)

    with pytest.raises(Unavailable):
        await bus.publish([inbound(1)])
    await bus.publish([inbound(2)])

    assert (await bus.depth(queue_of())).items == 1


async def test_repeats_under_one_id_are_told_apart(bus: AmqpBus) -> None:
    """One that no queue takes and one that a queue takes are on their way at the same time."""
    lost = Publication(Exchange.CONVERSATIONS, "p99", envelope(1))

    results = await asyncio.gather(
        *(bus.publish([one]) for one in [lost, inbound(1)] * 20), return_exceptions=True
    )

    assert all(isinstance(result, Unavailable) for result in results[::2])


async def test_a_slow_broker_leaves_no_connection_behind(
    bus: AmqpBus, proxy: TcpProxy, node: Broker
) -> None:
    proxy.stall()
    for _ in range(3):
        with pytest.raises(Unavailable):
            await bus.publish([inbound(1)])
    proxy.resume()
    await until_healed(bus)

    assert proxy.connections <= 2
