"""Events and hints: transient queues."""

import asyncio

import pytest

from shared.ids import ChannelId
from shared.ports.bus import Bus, Exchange, Publication
from shared.topology import events_queue, hints_queue
from tests.support.buses import (
    drain_to,
    envelope,
    numbers,
    take_exactly,
)

SOON_S = 0.05


def event(number: int, key: str = "message.telegram.main") -> Publication:
    return Publication(Exchange.EVENTS, key, envelope(number, kind="event"))


async def test_events_need_no_reader(bus: Bus) -> None:
    await bus.publish([event(1)])

    async with bus.consume(events_queue("inbox"), prefetch=10) as subscription:
        await bus.publish([event(2)])

        assert numbers(await subscription.take(10)) == [2]


async def test_every_reader_of_events_gets_those_that_match(bus: Bus) -> None:
    async with (
        bus.consume(events_queue("a"), prefetch=10) as everything,
        bus.consume(events_queue("b", "*.vk.#"), prefetch=10) as only_vk,
    ):
        await bus.publish([event(1), event(2, "message.vk.club"), event(3, "read.vk.a.b")])

        assert numbers(await take_exactly(everything, 3)) == [1, 2, 3]
        assert numbers(await take_exactly(only_vk, 2)) == [2, 3]


async def test_a_full_transient_queue_drops_the_oldest(bus: Bus) -> None:
    """What the reader's prefetch bound let through is out of the queue; of what had to wait the
    newest are kept and nothing else."""
    async with bus.consume(events_queue("a", capacity=3), prefetch=2) as subscription:
        await bus.publish([event(number) for number in range(10)])
        found = await drain_to(subscription, 9)

    assert found[-3:] == [7, 8, 9]
    assert found[:-3] in ([], [0], [0, 1])


async def test_prefetch_bounds_a_transient_queue_too(bus: Bus) -> None:
    async with bus.consume(events_queue("a"), prefetch=2) as subscription:
        await bus.publish([event(number) for number in range(3)])
        taken = await take_exactly(subscription, 2)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(subscription.take(1), SOON_S)
        await subscription.ack(taken)

        assert numbers(await subscription.take(5)) == [2]


async def test_hints_reach_the_dispatcher_of_their_channel_only(bus: Bus) -> None:
    async with bus.consume(hints_queue("d1", ChannelId("tg")), prefetch=10) as subscription:
        await bus.publish([Publication(Exchange.OUTBOUND, "vk", envelope(1))])
        await bus.publish([Publication(Exchange.OUTBOUND, "tg", envelope(2))])

        assert numbers(await subscription.take(10)) == [2]
