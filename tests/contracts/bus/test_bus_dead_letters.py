"""Dead letters: items that nobody can handle."""

from shared.envelope import Envelope
from shared.ports.bus import Bus
from shared.topology import DEAD_QUEUE
from tests.support.buses import (
    inbound,
    queue_of,
    take_exactly,
)


async def test_a_dead_letter_names_its_queue_and_reason_and_holds_the_item(bus: Bus) -> None:
    await bus.publish([inbound(7)])
    async with bus.consume(queue_of(), prefetch=1) as subscription:
        [delivery] = await subscription.take(1)
        await bus.dead_letter(delivery, queue=queue_of().name, reason="KeyError")
        await subscription.ack([delivery])

    async with bus.consume(DEAD_QUEUE, prefetch=1) as subscription:
        [letter] = await subscription.take(1)

    assert letter.envelope.kind == "dead_letter"
    assert letter.envelope.payload["queue"] == "conversations.p00"
    assert letter.envelope.payload["reason"] == "KeyError"
    assert Envelope.model_validate(letter.envelope.payload["envelope"]) == delivery.envelope


async def test_a_repeated_dead_letter_carries_the_same_id(bus: Bus) -> None:
    await bus.publish([inbound(7)])
    async with bus.consume(queue_of(), prefetch=1) as subscription:
        [delivery] = await subscription.take(1)
        await bus.dead_letter(delivery, queue=queue_of().name, reason="a")
        await bus.dead_letter(delivery, queue=queue_of().name, reason="a")

    async with bus.consume(DEAD_QUEUE, prefetch=2) as subscription:
        first, second = await take_exactly(subscription, 2)

    assert first.envelope.id == second.envelope.id != delivery.envelope.id


async def test_an_item_put_aside_stays_until_it_is_acknowledged(bus: Bus) -> None:
    await bus.publish([inbound(7)])
    async with bus.consume(queue_of(), prefetch=1) as subscription:
        await bus.dead_letter((await subscription.take(1))[0], queue="q", reason="a")

    assert (await bus.depth(queue_of())).items == 1
