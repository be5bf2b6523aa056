"""The assigner within running routers: one at a time, taken over, switched on and off."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from router.service import Router
from shared.clock import SystemClock
from shared.collections import (
    AGENTS,
    ATTENDANCE,
    AUDIT,
    CONVERSATIONS,
    LEASES,
    QUEUEING,
    RESERVATIONS,
    SETTINGS,
)
from shared.envelope import Envelope
from shared.events import PresenceChanged, SettingsChanged, routing_key
from shared.ids import AgentId, new_id
from shared.model.presence import Attendance, PresenceState
from shared.model.records import HubSetting
from shared.payload import Payload
from shared.policies.book import EDITION
from shared.ports.bus import Exchange, Publication
from shared.ports.store import Put, Update
from shared.topology import events_queue
from tests.router.faulty import FaultyStore
from tests.router.office import agent, queueing
from tests.router.test_routers import a_router, is_alive, running
from tests.router.world import World, add_channel, capabilities, inbound, item_publication, until
from tests.support.stores import open_embedded

AGENT_IDS = tuple(f"agent{n}" for n in range(6))
CAPACITY = 5


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A hub on the machine's clock in which the assignment is on, with six agents online."""
    async with open_embedded(tmp_path) as embedded:
        await add_channel(embedded.store, capabilities())
        clock = SystemClock()
        made = World(embedded.bus, embedded.store, clock, embedded)  # type: ignore[arg-type]
        await embedded.store.commit(
            [
                Put(QUEUEING, queueing(capacity=CAPACITY)),
                Put(SETTINGS, HubSetting(id=EDITION, value=None)),
                *(Put(AGENTS, agent(id)) for id in AGENT_IDS),
                *(Put(ATTENDANCE, attendance(id)) for id in AGENT_IDS),
            ]
        )
        yield made


def attendance(agent_id: str) -> Attendance:
    now = SystemClock().now()
    return Attendance(
        id=f"{agent_id}/p",
        agent_id=AgentId(agent_id),
        process="p",
        connections=1,
        active_at=now,
        until=now + timedelta(hours=1),
    )


async def arrive(world: World, start: int, count: int) -> None:
    chats = [f"chat-{n}" for n in range(start, start + count)]
    await world.bus.publish([item_publication(inbound(chat)) for chat in chats])


async def held(world: World) -> Counter[str]:
    page = await world.store.find(
        CONVERSATIONS, equal={"status": "open"}, order="last_activity_at", limit=500
    )
    return Counter(one.assignee_id for one in page.items if one.assignee_id is not None)


async def everybody_is_full(world: World) -> bool:
    return (await held(world)).total() >= CAPACITY * len(AGENT_IDS)


async def given(world: World) -> Counter[str | None]:
    """How often each conversation was given to somebody."""
    page = await world.store.find(AUDIT, equal={}, order="at", limit=500)
    return Counter(e.conversation_id for e in page.items if e.action == "assign")


async def test_of_two_routers_one_assigns_and_nothing_is_given_twice(world: World) -> None:
    async with running(a_router(world, "a"), a_router(world, "b")):
        await arrive(world, 0, 60)
        await until(lambda: everybody_is_full(world))

    assert await held(world) == dict.fromkeys(AGENT_IDS, CAPACITY)
    assert set((await given(world)).values()) == {1}


async def test_routers_that_come_and_go_give_nothing_twice_and_nobody_too_much(
    world: World,
) -> None:
    async with running(a_router(world, "a")) as (first,):
        await arrive(world, 0, 20)
        async with running(a_router(world, "b")):
            await until(lambda: is_alive(world, "b"))
            first.cancel()
            await arrive(world, 20, 20)
            async with running(a_router(world, "c")):
                await until(lambda: is_alive(world, "c"))
                await arrive(world, 40, 20)
                await until(lambda: everybody_is_full(world))

    assert await held(world) == dict.fromkeys(AGENT_IDS, CAPACITY)
    assert set((await given(world)).values()) == {1}


async def holds(world: World, owner: str) -> bool:
    lease = await world.store.get(LEASES, "assigner")
    return lease is not None and lease.owner == owner


async def test_it_begins_when_an_admin_switches_it_on(world: World) -> None:
    await world.store.commit([Update(QUEUEING, "queueing", {"assignment": False})])
    async with running(a_router(world, "a")):
        await arrive(world, 0, 10)
        await until(lambda: has_stored(world, 10))
        assert (await held(world)).total() == 0

        await switch(world, on=True)
        await until(lambda: all_are_held(world, 10))


async def has_stored(world: World, count: int) -> bool:
    page = await world.store.find(
        CONVERSATIONS, equal={"status": "open"}, order="last_activity_at", limit=500
    )
    return len(page.items) == count


async def all_are_held(world: World, count: int) -> bool:
    return (await held(world)).total() == count


async def switch(world: World, *, on: bool) -> None:
    """As an admin does, other processes being told."""
    await world.store.commit(
        [
            Update(QUEUEING, "queueing", {"assignment": on}),
            Update(SETTINGS, EDITION, {"version": 2}),
        ]
    )
    await tell(world, QUEUEING.name)


async def tell(world: World, collection: str) -> None:
    event = SettingsChanged(collection=collection, id="x")
    envelope = Envelope(
        id=new_id("e"),
        kind=event.kind,
        at=SystemClock().now(),
        source="inbox",
        trace_id="t",
        payload=Payload.of(event),
    )
    await world.bus.publish([Publication(Exchange.EVENTS, routing_key(event.kind), envelope)])


async def test_whoever_comes_or_goes_is_told_to_everybody(world: World) -> None:
    async with (
        world.bus.consume(events_queue("t", "presence-changed.#"), prefetch=50) as events,
        running(a_router(world, "a")) as _,
    ):
        await until(lambda: holds(world, "a"))
        await asyncio.sleep(0.2)
        now = SystemClock().now()
        await world.store.commit([Update(ATTENDANCE, "agent0/p", {"until": now})])
        await tell(world, ATTENDANCE.name)
        (told,) = await events.take(50)

    standing = told.envelope.read(PresenceChanged).standing
    assert (standing.agent_id, standing.state) == ("agent0", PresenceState.OFFLINE)


async def test_readiness_names_the_assigner_while_it_cannot_work(world: World) -> None:
    async def is_ready() -> bool:
        return (await router.health()).ready

    async def names_it() -> bool:
        return "assigner" in router.troubles()

    store = FaultyStore(world.store)
    router: Router = a_router(world, "a", store=store)
    async with running(router):
        await until(is_ready)
        store.away = True
        await until(names_it)
        store.away = False
        await until(is_ready)


async def test_no_place_stays_reserved_once_everything_is_quiet(world: World) -> None:
    async def is_empty() -> bool:
        return not (await world.store.find(RESERVATIONS, equal={})).items

    async with running(a_router(world, "a")):
        await arrive(world, 0, 40)
        await until(lambda: everybody_is_full(world))
        await until(is_empty)
