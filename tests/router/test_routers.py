"""Several routers on the same data: shares, takeover, fencing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from router.ledger import LeaseLost
from router.partition import PartitionTask
from router.partitions import fair_share
from router.service import Router
from shared.clock import ManualClock, SystemClock
from shared.collections import LEASES, MEMBERS
from shared.ids import PARTITIONS, Partition, partition_of_slot, slot_for
from shared.leases import Leases
from shared.model.records import Lease, Member
from shared.partitions import lease_id
from shared.ports.bus import Bus
from shared.ports.store import Put, Store
from shared.topology import partition_queue
from tests.router.faulty import FaultyStore
from tests.router.world import (
    CHANNEL,
    World,
    add_channel,
    capabilities,
    inbound,
    item_publication,
    until,
)
from tests.support.stores import open_embedded

HOME = partition_of_slot(slot_for(CHANNEL, "chat-1"))
LEASE_S = 0.6
HALF = PARTITIONS // 2


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A hub on the machine's clock, for routers with short leases."""
    async with open_embedded(tmp_path) as embedded:
        await add_channel(embedded.store, capabilities())
        clock = SystemClock()
        yield World(embedded.bus, embedded.store, clock, embedded)  # type: ignore[arg-type]


def a_router(
    world: World, owner: str, *, store: Store | None = None, bus: Bus | None = None
) -> Router:
    leases = Leases(store or world.store, SystemClock(), owner, for_s=LEASE_S)
    return Router(bus or world.bus, store or world.store, SystemClock(), leases)


@asynccontextmanager
async def running(*routers: Router) -> AsyncIterator[list[asyncio.Task[None]]]:
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        tasks = [group.create_task(router.run()) for router in routers]
        yield tasks
        for task in tasks:
            task.cancel()


async def owners(world: World) -> dict[str, int]:
    """How many partitions each router holds by lease."""
    rows = await world.store.get_many(LEASES, [lease_id(Partition(n)) for n in range(PARTITIONS)])
    now = SystemClock().now()
    held: dict[str, int] = {}
    for row in rows.values():
        if row.until > now:
            held[row.owner] = held.get(row.owner, 0) + 1
    return held


async def has(world: World, **shares: int) -> bool:
    return await owners(world) == shares


async def has_handled(world: World, number: int) -> bool:
    depth = await world.bus.depth(partition_queue(HOME))
    return depth.items == 0 and len(await world.texts()) == number


async def test_one_router_holds_everything(world: World) -> None:
    async with running(a_router(world, "a")):
        await until(lambda: has(world, a=PARTITIONS))


async def test_two_routers_share_and_the_rest_goes_back_when_one_ends(world: World) -> None:
    async with running(a_router(world, "a"), a_router(world, "b")) as (_, second):
        await until(lambda: has(world, a=HALF, b=HALF))
        second.cancel()
        await until(lambda: has(world, a=PARTITIONS))


async def test_a_router_that_joins_gets_its_share(world: World) -> None:
    async with running(a_router(world, "a")):
        await until(lambda: has(world, a=PARTITIONS))
        async with running(a_router(world, "b"), a_router(world, "c")):
            await until(lambda: is_shared_by_three(world))


async def is_shared_by_three(world: World) -> bool:
    fair = [fair_share(PARTITIONS, 3, place) for place in range(3)]
    return sorted((await owners(world)).values(), reverse=True) == fair


async def test_the_end_of_a_router_releases_everything_at_once(world: World) -> None:
    async with running(a_router(world, "a")):
        await until(lambda: has(world, a=PARTITIONS))

    assert await owners(world) == {}
    assert await world.store.get(MEMBERS, "router/a") is None


async def test_partitions_of_a_router_that_vanished_are_taken_over(world: World) -> None:
    gone = FaultyStore(world.store)
    async with running(a_router(world, "a", store=gone), a_router(world, "b")):
        await until(lambda: has(world, a=HALF, b=HALF))
        gone.away = True

        await until(lambda: has(world, b=PARTITIONS))


async def test_on_data_of_its_own_it_waits_for_no_router_that_was_killed(world: World) -> None:
    later = SystemClock().now() + timedelta(hours=1)
    await world.store.commit([Put(MEMBERS, Member(id="router/k", service="router", until=later))])
    leases = Leases(world.store, SystemClock(), "started", for_s=3600, exclusive=True)
    router = Router(world.bus, world.store, SystemClock(), leases)

    async with running(router):
        await until(lambda: has(world, started=PARTITIONS))


async def test_everything_is_handled_once_while_routers_come_and_go(world: World) -> None:
    texts = [str(number) for number in range(200)]
    async with running(a_router(world, "a")):
        for start in range(0, 200, 20):
            batch = [inbound(text=text, key=text) for text in texts[start : start + 20]]
            await world.bus.publish([item_publication(item) for item in batch])
            await come_and_go(world, f"r{start}")
        await until(lambda: has_handled(world, 200))

    assert await world.texts() == texts


async def come_and_go(world: World, owner: str) -> None:
    """A router that lives until it holds a partition."""
    async with running(a_router(world, owner)):
        await until(lambda: is_alive(world, owner))


async def is_alive(world: World, owner: str) -> bool:
    return (await owners(world)).get(owner, 0) > 0


async def test_a_router_that_was_stopped_in_the_middle_commits_nothing(world: World) -> None:
    """Its commit stands still, as in a process that is stopped, until another has taken over."""
    await world.bus.publish([item_publication(inbound(text="one"))])
    await world.settle()
    stopped = FaultyStore(world.store)
    stopped.gate = asyncio.Event()
    slow = await world.partition_task(HOME, store=stopped)
    await world.bus.publish([item_publication(inbound(text="two"))])

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        group.create_task(slow.run())
        await stopped.reached.wait()
        taken = await take_over(world)
        stopped.gate.set()
        await until(lambda: has_lost(slow))

    row = await world.store.get(LEASES, lease_id(HOME))
    assert row is not None
    assert (row.owner, row.epoch, row.seq) == ("other", taken.epoch, taken.seq)
    assert await world.texts() == ["one"]
    assert (await world.bus.depth(partition_queue(HOME))).items == 1


async def test_the_one_who_took_over_handles_what_the_stopped_one_had_in_hand(
    world: World,
) -> None:
    stopped = FaultyStore(world.store)
    stopped.gate = asyncio.Event()
    slow = a_router(world, "slow", store=stopped)
    async with running(slow):
        await until(lambda: has(world, slow=PARTITIONS))
        await world.bus.publish([item_publication(inbound(text="one"))])
        await stopped.reached.wait()
        stopped.away = True
        async with running(a_router(world, "other")):
            await until(lambda: has(world, other=PARTITIONS))
            stopped.away = False
            stopped.gate.set()
            await until(lambda: has_handled_some(world))

    assert await world.texts() == ["one"]
    partition_events = await world.events(HOME)
    assert len(partition_events) == 2


async def has_handled_some(world: World) -> bool:
    depth = await world.bus.depth(partition_queue(HOME))
    return depth.items == 0


async def has_lost(task: PartitionTask) -> bool:
    return task.lost


async def take_over(world: World) -> Lease:
    """Another router claims the partition, its holder's time being over."""
    later = ManualClock(SystemClock().now())
    await later.advance(60)
    lease = await Leases(world.store, later, "other").claim(lease_id(HOME))
    assert lease is not None
    return lease


async def test_the_health_names_what_is_held_and_what_is_wrong(world: World) -> None:
    store = FaultyStore(world.store)
    router = a_router(world, "a", store=store)
    before = await router.health()
    async with running(router):
        await until(lambda: has(world, a=PARTITIONS))
        await until(lambda: is_ready(router))
        well = await router.health()
        store.away = True
        await until(lambda: is_in_trouble(router))
        ill = await router.health()
        store.away = False
        await until(lambda: is_ready(router))

    assert not before.ready
    assert len(well.partitions) == PARTITIONS
    assert not ill.ready
    assert "store" in ill.troubles


async def is_ready(router: Router) -> bool:
    return (await router.health()).ready


async def is_in_trouble(router: Router) -> bool:
    return "store" in router.troubles()


async def test_a_lease_that_was_taken_over_lets_no_commit_through(world: World) -> None:
    task = await world.partition_task(HOME)
    await take_over(world)

    with pytest.raises(LeaseLost):
        await task.ledger.start("item")
