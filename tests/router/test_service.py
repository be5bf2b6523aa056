"""The router as a service: started, cancelled, with its sweeps and its keeper."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from router.dead import letter_of
from router.service import Router
from shared.collections import DEAD_LETTERS, LEASES, SEEN_EVENTS
from shared.commands import Snooze
from shared.envelope import Envelope
from shared.ids import Partition, partition_of_slot, slot_for
from shared.model.conversation import Status
from shared.model.people import Actor, ActorKind
from shared.model.records import DeadLetter, DeadLetterState, SeenEvent
from shared.ports.bus import Exchange, Publication
from shared.ports.store import Put, Store, Update
from shared.topology import DEAD_QUEUE, events_queue, partition_queue
from tests.router.faulty import FaultyStore
from tests.router.world import (
    AGENT,
    CHANNEL,
    START,
    World,
    a_world,
    inbound,
    item_publication,
    until,
)

HOME = partition_of_slot(slot_for(CHANNEL, "chat-1"))


@asynccontextmanager
async def running(world: World, store: Store | None = None) -> AsyncIterator[Router]:
    """A router on a clock that is moved on all the time."""
    router = Router(world.bus, store or world.store, world.clock, world.leases())
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        task = group.create_task(router.run())
        moving = group.create_task(move(world))
        yield router
        task.cancel()
        await asyncio.wait([task])
        moving.cancel()


async def move(world: World) -> None:
    while True:
        await world.clock.advance(0.2)
        await asyncio.sleep(0.002)


async def is_empty(world: World, partition: Partition = HOME) -> bool:
    return (await world.bus.depth(partition_queue(partition))).items == 0


async def test_what_waits_is_handled_after_the_start(world: World) -> None:
    await world.bus.publish([item_publication(inbound(text="one"))])

    async with running(world):
        await until(lambda: is_empty(world))

    assert await world.texts() == ["one"]


async def test_a_snooze_ends_by_itself(world: World) -> None:
    await world.tell(inbound())
    conversation = await world.conversation()
    until_at = START + timedelta(minutes=1)
    await world.ask(Snooze(conversation_id=conversation.id, actor=AGENT, until=until_at))

    async with running(world):
        await until(lambda: is_open(world))

    assert await world.texts() == ["hello", "[snoozed]", "[woke]"]


async def is_open(world: World) -> bool:
    return (await world.conversation()).status is Status.OPEN


async def test_what_has_outlived_its_time_is_removed(world: World) -> None:
    old = SeenEvent(id="old", at=START - timedelta(days=40))
    await world.store.commit([Put(SEEN_EVENTS, old)])

    async with running(world):
        await until(lambda: is_gone(world, "old"))


async def is_gone(world: World, id: str) -> bool:
    return await world.store.get(SEEN_EVENTS, id) is None


async def test_the_commit_in_hand_is_finished_before_the_end(world: World) -> None:
    slow = FaultyStore(world.store)
    slow.gate = asyncio.Event()
    router = Router(world.bus, slow, world.clock, world.leases())
    await world.bus.publish([item_publication(inbound(text="one"))])

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        task = group.create_task(router.run())
        await slow.reached.wait()
        task.cancel()
        await asyncio.sleep(0)
        slow.gate.set()
        await asyncio.wait([task])

    row = await world.lease(HOME)
    assert await world.texts() == ["one"]
    assert await is_empty(world)
    assert row.until <= world.clock.now()
    assert row.published_seq == row.seq


async def test_a_store_that_never_answers_does_not_hold_up_the_end(world: World) -> None:
    slow = FaultyStore(world.store)
    slow.gate = asyncio.Event()
    router = Router(world.bus, slow, world.clock, world.leases())
    await world.bus.publish([item_publication(inbound(text="one"))])

    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        task = group.create_task(router.run())
        await slow.reached.wait()
        task.cancel()

    assert not await is_empty(world)


QUARANTINED = DeadLetter(
    id="q1",
    source="intake/shop",
    reason="unusable",
    channel_id=CHANNEL,
    raw_base64="AAE=",
    at=START,
)


def quarantine(letter: DeadLetter) -> Publication:
    envelope = Envelope(
        id=letter.id,
        kind="quarantine",
        at=letter.at,
        source=letter.source,
        trace_id="t",
        payload=letter.model_dump(mode="json"),
    )
    return Publication(Exchange.DEAD, "intake.shop", envelope)


async def dead_is_empty(world: World) -> bool:
    return (await world.bus.depth(DEAD_QUEUE)).items == 0


async def keep(world: World, *publications: Publication) -> None:
    await world.bus.publish(publications)
    async with running(world):
        await until(lambda: dead_is_empty(world))


async def test_a_payload_in_quarantine_is_kept_once_and_told(world: World) -> None:
    async with world.bus.consume(events_queue("t", "settings-changed.#"), prefetch=5) as events:
        await keep(world, quarantine(QUARANTINED), quarantine(QUARANTINED))
        (heard,) = await events.take(5)

    letter = await world.store.get(DEAD_LETTERS, "q1")
    assert letter == QUARANTINED
    assert heard.envelope.payload["id"] == "q1"


@pytest.mark.parametrize(
    "failed_after_s, state", [(-1, DeadLetterState.REPLAYED), (1, DeadLetterState.OPEN)]
)
async def test_a_replayed_letter_opens_again_only_by_failing_again(
    world: World, failed_after_s: int, state: DeadLetterState
) -> None:
    await keep(world, quarantine(QUARANTINED))
    closed_at = world.clock.now()
    closing = {
        "state": DeadLetterState.REPLAYED,
        "closed_at": closed_at,
        "closed_by": Actor(kind=ActorKind.AGENT, id="anna"),
    }
    await world.store.commit([Update(DEAD_LETTERS, "q1", closing)])

    again = QUARANTINED.model_copy(update={"at": closed_at + timedelta(seconds=failed_after_s)})
    await keep(world, quarantine(again))

    letter = await world.store.get(DEAD_LETTERS, "q1")
    assert letter is not None
    assert letter.state is state


@pytest.mark.parametrize("kind", ["quarantine", "dead_letter", "something"])
def test_a_dead_letter_of_any_shape_is_kept_whole(kind: str) -> None:
    envelope = Envelope(
        id="x", kind=kind, at=START, source="s", trace_id="t", payload={"envelope": "odd"}
    )

    letter = letter_of(envelope)

    assert letter.id == "x"
    assert letter.envelope is not None
    assert letter.envelope["payload"] == {"envelope": "odd"}


async def test_a_new_owner_publishes_what_the_one_before_may_not_have(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.tell(inbound(text="one"))
        row = await world.lease(HOME)
        await world.store.commit([Update(LEASES, row.id, {"published_seq": 0})])

        listening = world.bus.consume(events_queue("t", "message-added.#"), prefetch=5)
        async with listening as events, running(world):
            (heard,) = await events.take(5)

        assert heard.envelope.payload["message"]["content"]["text"] == "one"
