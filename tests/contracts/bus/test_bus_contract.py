"""What every bus does for whoever publishes and consumes."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress

import pytest

from shared.envelope import Envelope
from shared.errors import BadPayload, Unavailable
from shared.ports.bus import Bus, Delivery, Exchange, Publication, Queue
from tests.support.buses import (
    PUBLISH_TIMEOUT_S,
    OpenBus,
    drain,
    envelope,
    inbound,
    numbers,
    queue_of,
    take_exactly,
)

SOON_S = 0.05
"""Long enough to see that something does not happen."""


async def publish_one_by_one(bus: Bus, first: int, count: int, partition: int = 0) -> None:
    for number in range(first, first + count):
        await bus.publish([inbound(number, partition)])


async def drain_numbers(bus: Bus, count: int, partition: int = 0, prefetch: int = 20) -> list[int]:
    async with bus.consume(queue_of(partition), prefetch=prefetch) as subscription:
        return numbers(await drain(subscription, count))


async def test_items_of_one_call_keep_their_order(bus: Bus) -> None:
    await bus.publish([inbound(number) for number in range(50)])

    assert await drain_numbers(bus, 50) == list(range(50))


async def test_an_envelope_arrives_as_it_was_published_with_fields_nobody_knows(bus: Bus) -> None:
    sent = Envelope.model_validate(
        {**envelope(1).model_dump(), "payload": {"текст": "ё", "n": [1.5, None]}, "later": {"a": 1}}
    )
    await bus.publish([Publication(Exchange.CONVERSATIONS, "p00", sent)])

    async with bus.consume(queue_of(), prefetch=1) as subscription:
        [delivery] = await subscription.take(1)

    assert delivery.envelope == sent
    assert delivery.envelope.model_extra == {"later": {"a": 1}}


async def test_each_publisher_keeps_its_order_in_each_partition(bus: Bus) -> None:
    async with asyncio.TaskGroup() as group:
        readers = [group.create_task(drain_numbers(bus, 120, partition)) for partition in range(3)]
        for publisher in range(4):
            for partition in range(3):
                group.create_task(publish_one_by_one(bus, publisher * 1000, 30, partition))

    found = [
        [number for number in reader.result() if number // 1000 == publisher]
        for reader in readers
        for publisher in range(4)
    ]
    assert found == [
        list(range(publisher * 1000, publisher * 1000 + 30))
        for _ in range(3)
        for publisher in range(4)
    ]


async def test_order_holds_while_a_long_backlog_is_read_and_grows(bus: Bus) -> None:
    await bus.publish([inbound(number) for number in range(700)])

    async with asyncio.TaskGroup() as group:
        reader = group.create_task(drain_numbers(bus, 1400, prefetch=7))
        for start in range(700, 1400, 100):
            await bus.publish([inbound(number) for number in range(start, start + 100)])

    assert reader.result() == list(range(1400))


async def test_a_slow_reader_finds_everything_that_came_meanwhile_in_order(bus: Bus) -> None:
    async with bus.consume(queue_of(), prefetch=5) as subscription:
        await bus.publish([inbound(0)])
        first = await subscription.take(1)
        await bus.publish([inbound(number) for number in range(1, 900)])
        await subscription.ack(first)

        assert numbers(await drain(subscription, 899)) == list(range(1, 900))


async def test_both_exchanges_of_a_partition_share_one_order(bus: Bus) -> None:
    command = Publication(Exchange.COMMANDS, "p00", envelope(2))
    await bus.publish([inbound(1), command, inbound(3)])

    assert await drain_numbers(bus, 3) == [1, 2, 3]


async def test_what_was_not_acknowledged_comes_again_in_its_old_place(bus: Bus) -> None:
    await bus.publish([inbound(number) for number in range(6)])
    async with bus.consume(queue_of(), prefetch=10) as subscription:
        taken = await take_exactly(subscription, 4)
        await subscription.ack([taken[1]])
    await bus.publish([inbound(6)])

    async with bus.consume(queue_of(), prefetch=10) as subscription:
        again = await take_exactly(subscription, 6)

    assert numbers(again) == [0, 2, 3, 4, 5, 6]
    repeats = [delivery.redelivered for delivery in again]
    assert repeats[:3] == [True, True, True]
    assert repeats[-1] is False


async def test_the_first_delivery_is_not_called_a_repeat(bus: Bus) -> None:
    async with bus.consume(queue_of(), prefetch=10) as subscription:
        waiting = asyncio.create_task(subscription.take(1))
        await bus.publish([inbound(1)])
        [delivery] = await waiting

    assert delivery.redelivered is False


async def test_no_more_than_prefetch_items_are_out_at_a_time(bus: Bus) -> None:
    await bus.publish([inbound(number) for number in range(10)])

    async with bus.consume(queue_of(), prefetch=3) as subscription:
        first = await take_exactly(subscription, 3)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(subscription.take(1), SOON_S)
        await subscription.ack(first[:2])
        second = await take_exactly(subscription, 2)

    assert numbers(second) == [3, 4]


async def test_take_returns_at_most_its_limit_and_does_not_wait_for_more(bus: Bus) -> None:
    await bus.publish([inbound(number) for number in range(5)])

    async with bus.consume(queue_of(), prefetch=10) as subscription:
        first = await subscription.take(3)
        rest = list(await subscription.take(10))
        # A broker may still have been handing out the last one.
        if len(first) + len(rest) < 5:
            rest += await subscription.take(10)

    assert (numbers(first), numbers(rest)) == ([0, 1, 2], [3, 4])


async def test_a_cancelled_take_loses_nothing(bus: Bus) -> None:
    async with bus.consume(queue_of(), prefetch=10) as subscription:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(subscription.take(1), SOON_S)
        await bus.publish([inbound(1)])

        assert numbers(await subscription.take(1)) == [1]


async def test_a_take_cancelled_while_the_bus_is_slow_loses_nothing(opened: OpenBus) -> None:
    await opened.bus.publish([inbound(number) for number in range(5)])

    async with opened.bus.consume(queue_of(), prefetch=3) as subscription:
        taken: Sequence[Delivery] = []
        async with opened.stalled():
            # A broker may have sent its items just before: these are no less there.
            with suppress(TimeoutError):
                taken = await asyncio.wait_for(subscription.take(3), SOON_S)
        await subscription.ack(taken)
        rest = await drain(subscription, 5 - len(taken))

    assert numbers([*taken, *rest]) == list(range(5))


async def test_large_items_keep_their_order_too(bus: Bus) -> None:
    large = {"raw": "x" * 60_000}
    async with bus.consume(queue_of(), prefetch=4) as subscription:
        for number in range(40):
            item = envelope(number).model_copy(update={"payload": large})
            await bus.publish([Publication(Exchange.CONVERSATIONS, "p00", item)])

        assert numbers(await drain(subscription, 40)) == list(range(40))


async def test_a_second_reader_of_a_durable_queue_waits(bus: Bus) -> None:
    await bus.publish([inbound(number) for number in range(3)])

    async with (
        bus.consume(queue_of(), prefetch=10) as active,
        bus.consume(queue_of(), prefetch=10) as waiting,
    ):
        await take_exactly(active, 1)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(waiting.take(1), SOON_S)


async def test_the_waiting_reader_takes_over_what_the_first_left(bus: Bus) -> None:
    await bus.publish([inbound(number) for number in range(3)])

    async with AsyncExitStack() as first_reader:
        first = await first_reader.enter_async_context(bus.consume(queue_of(), prefetch=10))
        async with bus.consume(queue_of(), prefetch=10) as second, asyncio.TaskGroup() as group:
            heir = group.create_task(take_exactly(second, 3))
            await take_exactly(first, 2)
            await first_reader.aclose()

    assert numbers(heir.result()) == [0, 1, 2]


async def test_half_a_surrogate_pair_is_refused_as_a_bad_payload(bus: Bus) -> None:
    broken = envelope(1).model_copy(update={"payload": {"text": "\ud800"}})

    with pytest.raises(BadPayload):
        await bus.publish([inbound(0), Publication(Exchange.CONVERSATIONS, "p00", broken)])

    assert (await bus.depth(queue_of())).items == 0


async def test_publishing_where_no_durable_queue_is_bound_fails(bus: Bus) -> None:
    with pytest.raises(Unavailable):
        await bus.publish([Publication(Exchange.CONVERSATIONS, "p99", envelope(1))])


async def test_a_publication_that_cannot_be_confirmed_ends_at_the_limit(opened: OpenBus) -> None:
    async with opened.stalled():
        began = time.monotonic()
        with pytest.raises(Unavailable):
            await opened.bus.publish([inbound(1)])
        took_s = time.monotonic() - began

    await opened.bus.publish([inbound(2)])
    assert took_s < PUBLISH_TIMEOUT_S + 5
    assert (await drain_numbers(opened.bus, (await opened.bus.depth(queue_of())).items))[-1] == 2


async def test_depth_counts_what_is_not_acknowledged(bus: Bus) -> None:
    await bus.publish([inbound(number) for number in range(3)])
    async with bus.consume(queue_of(), prefetch=3) as subscription:
        taken = await take_exactly(subscription, 3)
        await subscription.ack(taken[:1])
        depth = await bus.depth(queue_of())

    assert depth.items == 2
    assert depth.oldest_at is not None


async def test_an_empty_queue_has_no_depth(bus: Bus) -> None:
    depth = await bus.depth(queue_of())

    assert (depth.items, depth.oldest_at) == (0, None)


async def test_a_queue_declared_by_its_reader_is_filled_from_then_on(bus: Bus) -> None:
    queue = Queue("assign", durable=True, bindings=((Exchange.ASSIGN, "#"),))
    async with bus.consume(queue, prefetch=1):
        await bus.publish([Publication(Exchange.ASSIGN, "any", envelope(1))])

    async with bus.consume(queue, prefetch=1) as subscription:
        assert numbers(await subscription.take(1)) == [1]
