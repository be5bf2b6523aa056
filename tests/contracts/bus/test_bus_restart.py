"""What a bus keeps over a restart, and what closing does."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from shared.errors import Unavailable
from shared.ports.bus import Bus
from tests.support.buses import (
    BusImplementation,
    drain,
    inbound,
    numbers,
    queue_of,
    take_exactly,
)


async def drain_numbers(bus: Bus, count: int, partition: int = 0, prefetch: int = 20) -> list[int]:
    async with bus.consume(queue_of(partition), prefetch=prefetch) as subscription:
        return numbers(await drain(subscription, count))


async def publish_until_refused(
    bus: Bus, first: int, confirmed: list[int], busy: asyncio.Event
) -> None:
    with suppress(Unavailable):
        for number in range(first, first + 100_000, 1000):
            await bus.publish([inbound(number)])
            confirmed.append(number)
            if len(confirmed) > 100:
                busy.set()


async def wait_to_be_told(bus: Bus, reading: asyncio.Event) -> bool:
    async with bus.consume(queue_of(), prefetch=1) as subscription:
        reading.set()
        with pytest.raises(Unavailable):
            await subscription.take(1)
        return True


async def test_a_restart_forgets_nothing_but_what_was_acknowledged(
    implementation: BusImplementation, tmp_path: Path
) -> None:
    async with implementation.open(tmp_path) as opened:
        await opened.bus.publish([inbound(number) for number in range(5)])
        async with opened.bus.consume(queue_of(), prefetch=2) as subscription:
            taken = await take_exactly(subscription, 2)
            await subscription.ack(taken[:1])

    async with (
        implementation.open(tmp_path) as opened,
        opened.bus.consume(queue_of(), prefetch=10) as subscription,
    ):
        again = await take_exactly(subscription, 4)

    assert numbers(again) == [1, 2, 3, 4]
    assert again[0].redelivered is True


async def test_a_restart_knows_what_a_waiting_reader_got(
    implementation: BusImplementation, tmp_path: Path
) -> None:
    async with (
        implementation.open(tmp_path) as opened,
        opened.bus.consume(queue_of(), prefetch=10) as subscription,
        asyncio.TaskGroup() as group,
    ):
        waiting = group.create_task(subscription.take(1))
        await asyncio.sleep(0)
        await opened.bus.publish([inbound(1)])
    before = waiting.result()

    async with (
        implementation.open(tmp_path) as opened,
        opened.bus.consume(queue_of(), prefetch=10) as subscription,
    ):
        [again] = await subscription.take(1)

    assert before[0].redelivered is False
    assert again.redelivered is True


async def test_items_published_after_a_restart_come_after_the_older_ones(
    implementation: BusImplementation, tmp_path: Path
) -> None:
    async with implementation.open(tmp_path) as opened:
        await opened.bus.publish([inbound(0), inbound(1)])
        await drain_numbers(opened.bus, 2)
        await opened.bus.publish([inbound(2)])

    async with implementation.open(tmp_path) as opened:
        await opened.bus.publish([inbound(3)])
        async with opened.bus.consume(queue_of(), prefetch=10) as subscription:
            found = await take_exactly(subscription, 2)

    assert numbers(found) == [2, 3]
    assert [delivery.redelivered for delivery in found] == [False, False]


async def test_what_was_confirmed_while_the_bus_closed_is_there_afterwards(
    implementation: BusImplementation, tmp_path: Path
) -> None:
    confirmed: list[int] = []
    async with asyncio.TaskGroup() as group, implementation.open(tmp_path) as opened:
        busy = asyncio.Event()
        for start in range(0, 400, 100):
            group.create_task(publish_until_refused(opened.bus, start, confirmed, busy))
        await busy.wait()

    async with implementation.open(tmp_path) as opened:
        found = await drain_numbers(opened.bus, len(confirmed))

    assert set(confirmed) <= set(found)


async def test_a_reader_that_waits_is_told_when_the_bus_closes(
    implementation: BusImplementation, tmp_path: Path
) -> None:
    async with asyncio.TaskGroup() as group, implementation.open(tmp_path) as opened:
        reading = asyncio.Event()
        told = group.create_task(wait_to_be_told(opened.bus, reading))
        await asyncio.wait_for(reading.wait(), 20)

    assert told.result() is True
