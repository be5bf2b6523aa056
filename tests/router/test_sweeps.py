"""What one router does now and then: on time, whatever the clock does, and for everybody."""

import asyncio
from datetime import datetime, timedelta

from router.health import Troubles
from router.sweep import Sweep
from router.timers import Timers
from shared.collections import TIMERS
from shared.ids import ChannelId, new_conversation_id, slot_for
from shared.leases import Leases
from shared.model.records import Timer
from shared.ports.store import Put
from tests.router.faulty import FaultyBus
from tests.router.world import START, World


class PutBack:
    """A clock that can be put back, and on which nobody sleeps for long."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time

    async def sleep(self, _seconds: float) -> None:
        await asyncio.sleep(0.005)


async def test_a_clock_that_was_put_back_stops_no_sweep(world: World) -> None:
    clock = PutBack()
    done = asyncio.Event()

    async def work() -> None:
        done.set()

    leases = Leases(world.store, clock, "router-1")
    sweep = Sweep(leases, clock, Troubles(), id="sweep/test", every_s=60, work=work)
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        task = group.create_task(sweep.run())
        await done.wait()
        done.clear()

        clock.time -= timedelta(hours=1)

        await done.wait()
        task.cancel()


async def test_timers_that_nobody_handles_keep_no_other_from_firing(world: World) -> None:
    id = new_conversation_id(slot_for(ChannelId("shop"), "chat-1"))
    stuck = [
        Timer(id=f"stuck/{number:03d}", kind="wake", conversation_id=id, due_at=START)
        for number in range(300)
    ]
    bus = FaultyBus(world.bus)
    timers = Timers(bus, world.store, world.clock)
    await world.store.commit([Put(TIMERS, timer) for timer in stuck])
    await timers.fire()
    later = stuck[0].model_copy(update={"id": "later", "due_at": START + timedelta(seconds=1)})
    await world.store.commit([Put(TIMERS, later)])
    await world.clock.advance(2)

    await timers.fire()

    assert bus.published[-1].envelope.payload["timer_id"] == "later"
