"""Processes that end at any moment: nothing lost, nothing doubled, nothing out of order."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from shared.clock import SystemClock
from shared.collections import ALL_COLLECTIONS, CONVERSATIONS, LEASES, MESSAGES, PARTS
from shared.commands import Reply, publication
from shared.ids import CommandId, partition_of_slot, slot_for
from shared.leases import Leases
from shared.partitions import lease_id
from shared.sqlite import Database
from shared.store.sqlite import SqliteStore
from shared.topology import partition_queue
from tests.router.faulty import Crash, FaultyBus, FaultyStore
from tests.router.world import (
    AGENT,
    CHANNEL,
    World,
    add_channel,
    capabilities,
    inbound,
    item_publication,
    until,
)

HOME = partition_of_slot(slot_for(CHANNEL, "chat-1"))
ROOT = Path(__file__).parents[2]


class Dice:
    """Faults that fall now and then, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def falls(self) -> BaseException | None:
        return Crash() if self._random.random() < 0.3 else None

    def bus(self, world: World) -> FaultyBus:
        bus = FaultyBus(world.bus)
        bus.on_publish = [e for e in (self.falls(),) if e]
        bus.on_ack = [e for e in (self.falls(),) if e]
        return bus

    def store(self, world: World) -> FaultyStore:
        store = FaultyStore(world.store)
        before, after = self.falls(), self.falls()
        store.before = [lambda _: before]
        store.after = [lambda _: after]
        return store


async def waits(world: World) -> bool:
    return (await world.bus.depth(partition_queue(HOME))).items > 0


async def run_until_the_end(world: World, dice: Dice) -> int:
    """Start the partition again and again until its queue is empty; how often it ended badly."""
    crashes = 0
    while await waits(world):
        try:
            await world.run_partition(HOME, bus=dice.bus(world), store=dice.store(world))
        except* Crash:
            crashes += 1
    return crashes


@pytest.mark.parametrize("seed", range(6))
async def test_a_process_that_ends_at_any_moment_loses_doubles_and_reorders_nothing(
    world: World, seed: int
) -> None:
    dice = Dice(seed)
    await world.tell(inbound(text="first"))
    conversation = await world.conversation()
    crashes = 0
    for start in range(0, 60, 10):
        await world.bus.publish(
            [item_publication(inbound(text=f"{n}", key=f"{n}")) for n in range(start, start + 10)]
        )
        reply = Reply(conversation_id=conversation.id, actor=AGENT, text=f"r{start}")
        await world.bus.publish(
            [
                publication(
                    reply, CommandId(f"x{start}"), at=world.clock.now(), source="t", trace_id="t"
                )
            ]
        )
        crashes += await run_until_the_end(world, dice)

    said = [m.content.text for m in await world.messages() if m.content.text]
    parts = await world.store.find(
        PARTS, equal={"channel_id": CHANNEL, "open": True}, order="order"
    )
    expected = ["first"]
    for start in range(0, 60, 10):
        expected += [str(n) for n in range(start, start + 10)] + [f"r{start}"]
    assert said == expected
    assert [part.content.text for part in parts.items] == [f"r{n}" for n in range(0, 60, 10)]
    assert crashes > 3


async def test_a_stopped_process_that_wakes_up_late_changes_nothing(tmp_path: Path) -> None:
    """A router is stopped between deciding and committing, and continued after a takeover."""
    async with await Database.open(tmp_path / "data" / "hub.db", exclusive=False) as database:
        store = SqliteStore(database)

        await store.prepare(ALL_COLLECTIONS)
        await add_channel(store, capabilities())
        child = subprocess.Popen(  # noqa: ASYNC220 - started once; nothing here waits for it
            [sys.executable, "-m", "tests.router.stopped_router", str(tmp_path)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            await until(lambda: is_stopped(child.pid))
            leases = Leases(store, SystemClock(), "other")
            await until(lambda: is_free(store, leases))
            taken = await leases.claim(lease_id(HOME))
            os.kill(child.pid, signal.SIGCONT)
            output, _ = child.communicate(timeout=15)
        finally:
            child.kill()
            child.wait()

        row = await store.get(LEASES, lease_id(HOME))
        assert output.strip().endswith("lost")
        assert row == taken
        assert not (await store.find(CONVERSATIONS, equal={}, limit=5)).items
        assert not (await store.find(MESSAGES, equal={}, limit=5)).items


async def is_stopped(pid: int) -> bool:
    _, status = os.waitpid(pid, os.WNOHANG | os.WUNTRACED)  # noqa: ASYNC222 - does not wait
    return os.WIFSTOPPED(status)


async def is_free(store: SqliteStore, leases: Leases) -> bool:
    return leases.may_claim(await store.get(LEASES, lease_id(HOME)))
