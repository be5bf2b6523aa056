"""Conversations have short numbers, unique in the hub, in the order in which they were opened."""

import asyncio

from router.numbers import Numbers
from shared.clock import ManualClock
from shared.commands import Resolve
from shared.ids import partition_of
from tests.router.world import AGENT, START, World, inbound


async def test_new_conversations_are_numbered_from_one_and_keep_their_numbers(
    world: World,
) -> None:
    for chat in ("one", "two", "three"):
        await world.tell(inbound(chat))
    await world.tell(inbound("one", text="again"))
    found = [await world.conversation(chat) for chat in ("one", "two", "three")]

    numbers = sorted(one.number or 0 for one in found)
    assert len(set(numbers)) == 3
    assert numbers[0] >= 1
    assert found[0].messages == 2


async def test_the_next_case_of_a_thread_has_a_number_of_its_own(world: World) -> None:
    await world.tell(inbound("one"))
    first = await world.conversation("one")
    await world.ask(Resolve(conversation_id=first.id, actor=AGENT))
    await world.clock.advance(8 * 86_400)
    await world.tell(inbound("one"))
    second = await world.conversation("one")

    assert first.number is not None
    assert second.number is not None
    assert second.number > first.number
    assert partition_of(second.id) == partition_of(first.id)


async def test_one_process_gives_numbers_in_their_order_without_gaps(world: World) -> None:
    numbers = Numbers(world.store, ManualClock(START))

    assert [await numbers.next() for _ in range(200)] == list(range(1, 201))


async def test_a_quiet_process_keeps_none_for_later(world: World) -> None:
    clock = ManualClock(START)
    for expected in range(1, 6):
        # Each is another process: what one has reserved and not used would be a gap.
        assert await Numbers(world.store, clock).next() == expected
        await clock.advance(60)


async def test_processes_never_give_the_same_number(world: World) -> None:
    async def take(numbers: Numbers) -> list[int]:
        return [await numbers.next() for _ in range(50)]

    processes = [Numbers(world.store, ManualClock(START)) for _ in range(4)]
    taken = await asyncio.gather(*(take(one) for one in processes))

    every = [number for one in taken for number in one]
    assert len(set(every)) == 200
    assert all(one == sorted(one) for one in taken)
