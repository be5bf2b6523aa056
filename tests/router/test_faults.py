"""Crashes, outages and items that cannot be handled."""

import asyncio
from typing import Any

import pytest

from router.commands import handling as commands
from router.dead import DeadLetterKeeper
from router.health import Troubles
from router.inbound import handling
from router.inbound import messages as inbound_messages
from router.items import read
from router.partition import PartitionTask
from shared.bus.dead_letters import dead_letter
from shared.collections import CHANNEL_HOURS, DEAD_LETTERS, OUTCOMES, SEEN_EVENTS, STARTS
from shared.commands import Note, publication
from shared.envelope import Envelope
from shared.errors import BadPayload, Conflict, Unavailable
from shared.ids import (
    PARTITIONS,
    CommandId,
    ConversationId,
    Partition,
    partition_of,
    partition_of_slot,
    slot_for,
)
from shared.model.inbound import InboundKind
from shared.model.records import OutcomeStatus, Start, channel_hour_id
from shared.ports.bus import Delivery, Exchange, Publication, Queue
from shared.ports.store import Put
from shared.topology import DEAD_QUEUE, events_queue, partition_key, partition_queue
from tests.router.faulty import Crash, FaultyBus, FaultyStore
from tests.router.world import AGENT, CHANNEL, World, inbound, item_publication, until

HOME = partition_of_slot(slot_for(CHANNEL, "chat-1"))


async def crash(world: World, **ports: Any) -> None:
    """Run the partition until the fault ends the process."""
    with pytest.raises(BaseExceptionGroup) as caught:
        await world.run_partition(HOME, **ports)
    assert caught.group_contains(Crash)


async def waiting(world: World, queue: Queue | None = None) -> int:
    return (await world.bus.depth(queue or partition_queue(HOME))).items


async def is_empty(world: World, queue: Queue) -> bool:
    return await waiting(world, queue) == 0


async def is_in_trouble(task: PartitionTask) -> bool:
    return f"partition/{partition_key(HOME)}" in task.troubles


async def test_a_crash_between_commit_and_publish_loses_no_event(world: World) -> None:
    faulty = FaultyBus(world.bus)
    faulty.on_publish = [Crash()]
    await world.bus.publish([item_publication(inbound(text="one"))])
    async with world.bus.consume(events_queue("test"), prefetch=10) as events:
        await crash(world, bus=faulty)

        await world.settle()

        heard = await events.take(10)
    assert [d.envelope.kind for d in heard[:2]] == [
        "event.conversation.changed",
        "event.message.added",
    ]
    assert await world.texts() == ["one"]


async def test_a_crash_between_publish_and_acknowledgement_stores_nothing_twice(
    world: World,
) -> None:
    faulty = FaultyBus(world.bus)
    faulty.on_ack = [Crash()]
    await world.bus.publish([item_publication(inbound(text=text)) for text in ("one", "two")])

    await crash(world, bus=faulty)
    await world.settle()

    assert await world.texts() == ["one", "two"]
    assert len(await world.events(HOME)) == 3


async def test_an_acknowledgement_that_fails_leads_to_a_new_subscription_while_nothing_comes(
    world: World,
) -> None:
    faulty = FaultyBus(world.bus)
    faulty.on_ack = [Unavailable("no answer in time")]
    await world.bus.publish([item_publication(inbound(text="one"))])

    async with asyncio.TaskGroup() as group:
        group.create_task(world.run_partition(HOME, bus=faulty))
        group.create_task(keep_moving(world))

    assert await waiting(world) == 0
    assert await world.texts() == ["one"]
    assert len(await world.events(HOME)) == 2


async def test_a_commit_whose_outcome_is_unknown_is_applied_once(world: World) -> None:
    faulty = FaultyStore(world.store)
    faulty.after = [lambda _: Unavailable("no answer in time")]
    await world.bus.publish([item_publication(inbound(text="one"))])

    async with asyncio.TaskGroup() as group:
        group.create_task(world.run_partition(HOME, store=faulty))
        group.create_task(keep_moving(world))

    assert await world.texts() == ["one"]
    assert len(await world.events(HOME)) == 2


async def test_a_commit_that_was_not_applied_is_repeated(world: World) -> None:
    faulty = FaultyStore(world.store)
    faulty.before = [lambda _: Unavailable("away"), lambda _: Unavailable("away")]
    await world.bus.publish([item_publication(inbound(text="one"))])

    async with asyncio.TaskGroup() as group:
        group.create_task(world.run_partition(HOME, store=faulty))
        group.create_task(keep_moving(world))

    assert await world.texts() == ["one"]


async def keep_moving(world: World) -> None:
    """Let the time pass until nothing waits in the partition."""
    while await waiting(world):
        await world.clock.advance(0.5)
        await asyncio.sleep(0.005)


async def test_a_store_that_is_away_holds_the_items_and_heals(world: World) -> None:
    faulty = FaultyStore(world.store)
    task = await world.partition_task(HOME, store=faulty)
    await world.bus.publish([item_publication(inbound(text="one"))])
    faulty.away = True

    async with asyncio.TaskGroup() as group:
        group.create_task(task.run())
        for _ in range(20):
            await world.clock.advance(2)
            await asyncio.sleep(0.002)
        held = await waiting(world)
        trouble = task.troubles
        faulty.away = False
        await keep_moving(world)
        task.leave()

    assert held == 1
    assert "store" in trouble
    assert "store" not in task.troubles
    assert await world.texts() == ["one"]


async def test_a_bus_that_is_lost_delivers_again_in_order(world: World) -> None:
    faulty = FaultyBus(world.bus)
    faulty.on_ack = [Unavailable("connection lost")]
    await world.bus.publish([item_publication(inbound(text=str(n))) for n in range(60)])

    async with asyncio.TaskGroup() as group:
        group.create_task(world.run_partition(HOME, bus=faulty))
        group.create_task(keep_moving(world))

    assert await world.texts() == [str(n) for n in range(60)]


async def test_a_bus_that_refuses_is_asked_until_everything_is_out(world: World) -> None:
    faulty = FaultyBus(world.bus)
    faulty.on_publish = [Unavailable("away"), Unavailable("away")]
    await world.bus.publish([item_publication(inbound(text="one"))])

    async with asyncio.TaskGroup() as group:
        group.create_task(world.run_partition(HOME, bus=faulty))
        group.create_task(keep_moving(world))

    assert [p.envelope.kind for p in faulty.published] == [
        "event.conversation.changed",
        "event.message.added",
    ]


async def test_a_lost_condition_on_a_shared_document_is_decided_again(world: World) -> None:
    faulty = FaultyStore(world.store)
    faulty.before = [lambda _: Conflict("contacts k1")] * 3
    await world.bus.publish([item_publication(inbound(text="one"))])

    await world.run_partition(HOME, store=faulty)

    assert await world.texts() == ["one"]


class Poison:
    """Lets the handling of one text fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tries = 0
        real = inbound_messages.receive

        async def receive(work: Any, item: Any, place: Any) -> Any:
            if item.content.text == "poison":
                self.tries += 1
                raise ZeroDivisionError("secret text")
            return await real(work, item, place)

        monkeypatch.setitem(handling._HANDLERS, InboundKind.MESSAGE, receive)


async def kept(world: World) -> list[Any]:
    """Let the keeper store what lies in the dead queue; the dead letters."""
    keeper = DeadLetterKeeper(world.bus, world.store, world.clock, Troubles())
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        task = group.create_task(keeper.run())
        await until(lambda: is_empty(world, DEAD_QUEUE))
        task.cancel()
    page = await world.store.find(DEAD_LETTERS, equal={}, order="at")
    return list(page.items)


async def test_an_item_that_always_fails_goes_to_the_dead_letters_and_the_stream_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = Poison(monkeypatch)

    await world.tell(inbound(text="one"), inbound(text="poison", key="p"), inbound(text="two"))

    (letter,) = await kept(world)
    assert await world.texts() == ["one", "[gap]", "two"]
    assert letter.reason == "ZeroDivisionError"
    assert letter.queue == partition_queue(HOME).name
    assert letter.source == f"router/{partition_key(HOME)}"
    assert letter.channel_id == CHANNEL
    assert letter.envelope["payload"]["event_key"] == "p"
    assert poison.tries == 3


async def test_a_dead_letter_counts_once_in_its_channels_hour(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    Poison(monkeypatch)

    await world.tell(inbound(text="poison", key="p"))
    (letter,) = await kept(world)
    again = dead_letter(
        Envelope.model_validate(letter.envelope),
        queue=letter.queue or "",
        reason="again",
        at=letter.at,
    )
    await world.bus.publish([again])
    await kept(world)

    row = await world.store.get(CHANNEL_HOURS, channel_hour_id(CHANNEL, letter.at))
    assert row is not None
    assert (row.dead, row.channel_id) == (1, CHANNEL)


async def test_a_replayed_dead_letter_is_handled(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        Poison(patched)
        await world.tell(inbound(text="one"), inbound(text="poison"))
    (letter,) = await kept(world)
    again = Envelope.model_validate({**letter.envelope, "id": letter.envelope["id"] + "/replay"})

    await world.bus.publish([Publication(Exchange.CONVERSATIONS, partition_key(HOME), again)])
    await world.settle()

    assert await world.texts() == ["one", "[gap]", "poison"]


async def test_an_item_that_was_begun_five_times_before_is_not_begun_again(world: World) -> None:
    await world.tell(inbound(text="one"))
    publishing = item_publication(inbound(text="killer"))
    start = Start(id=publishing.envelope.id, count=5, at=world.clock.now())
    await world.store.commit([Put(STARTS, start)])
    await world.bus.publish([publishing])
    faulty = FaultyStore(world.store)
    faulty.before = [lambda _: Crash()]

    await crash(world, store=faulty)
    await world.settle()

    (letter,) = await kept(world)
    assert letter.reason == "the process ended while it was being handled"
    assert await world.texts() == ["one", "[gap]"]


async def test_an_item_that_a_few_kills_hit_by_chance_is_handled_in_the_end(world: World) -> None:
    publishing = item_publication(inbound(text="innocent"))
    start = Start(id=publishing.envelope.id, count=3, at=world.clock.now())
    await world.store.commit([Put(STARTS, start)])
    await world.bus.publish([publishing])
    faulty = FaultyStore(world.store)
    faulty.before = [lambda _: Crash()]

    await crash(world, store=faulty)
    await world.settle()

    assert await world.texts() == ["innocent"]
    assert await kept(world) == []


async def test_an_item_that_went_well_in_the_end_is_not_counted_any_more(world: World) -> None:
    publishing = item_publication(inbound(text="one"))
    await world.bus.publish([publishing])
    faulty = FaultyStore(world.store)
    faulty.before = [lambda _: Crash()]

    await crash(world, store=faulty)
    await world.settle()

    assert await world.texts() == ["one"]
    assert await world.store.get(STARTS, publishing.envelope.id) is None


async def test_a_payload_that_cannot_be_read_goes_to_the_dead_letters_at_once(
    world: World,
) -> None:
    good = item_publication(inbound(text="one"))
    bad = Publication(
        good.exchange,
        good.routing_key,
        good.envelope.model_copy(update={"id": "bad", "payload": {"kind": "message"}}),
    )

    await world.bus.publish([bad, good])
    await world.settle()

    (letter,) = await kept(world)
    assert letter.id == "bad.dead"
    assert letter.reason.startswith("inbound: unusable")
    assert await world.texts() == ["one"]


async def test_a_dead_lettered_command_is_answered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    await world.tell(inbound(text="one"))
    conversation = await world.conversation()
    handlers: dict[Any, Any] = dict(commands._HANDLERS) | {Note: broken}
    monkeypatch.setattr(commands, "_HANDLERS", handlers)

    outcome = await world.ask(Note(conversation_id=conversation.id, actor=AGENT, text="x"))

    assert outcome.status is OutcomeStatus.REFUSED
    assert outcome.code == 500
    assert await world.texts() == ["one", "[gap]"]


@pytest.mark.parametrize(
    "changes", [{"kind": "inbound.from.the.future"}, {"version": 2}], ids=["kind", "version"]
)
async def test_what_only_a_newer_router_knows_stops_the_partition_with_its_items(
    world: World, changes: dict[str, Any]
) -> None:
    first, unknown, last = (item_publication(inbound(text=text)) for text in ("one", "?", "two"))
    changed = unknown.envelope.model_copy(update=changes)
    await world.bus.publish(
        [first, Publication(unknown.exchange, unknown.routing_key, changed), last]
    )
    task = await world.partition_task(HOME)

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        group.create_task(task.run())
        await until(lambda: is_in_trouble(task))
        troubles = task.troubles
        task.leave()

    assert "does not know" in troubles[f"partition/{partition_key(HOME)}"]
    assert await world.texts() == ["one"]
    assert await waiting(world) == 2


async def test_a_bot_cannot_stop_a_partition(world: World) -> None:
    envelope = item_publication(inbound()).envelope.model_copy(update={"kind": "nonsense"})

    with pytest.raises(BadPayload):
        read(Delivery(1, envelope, redelivered=False, user_id="bot"))


async def test_everything_delivered_twice_yields_the_same_store(world: World) -> None:
    items = [inbound(text=str(n), key=f"e{n}") for n in range(10)]
    await world.tell(*items)
    conversation = await world.conversation()
    note = Note(conversation_id=conversation.id, actor=AGENT, text="note")
    await world.ask(note, id="note-1")
    before = await everything(world, conversation.id)

    await world.tell(*items)
    await world.ask(note, id="note-1")

    assert await everything(world, conversation.id) == before


async def everything(world: World, id: ConversationId) -> Any:
    conversation = await world.conversation()
    return (
        conversation,
        await world.messages(),
        await world.events(partition_of(id)),
        await world.store.get(OUTCOMES, CommandId("note-1")),
        (await world.store.find(SEEN_EVENTS, equal={}, limit=100)).items,
    )


async def test_a_repeated_command_wakes_whoever_waits_for_its_outcome(world: World) -> None:
    await world.tell(inbound())
    conversation = await world.conversation()
    note = Note(conversation_id=conversation.id, actor=AGENT, text="note")
    await world.ask(note, id="note-1")
    again = publication(note, CommandId("note-1"), at=world.clock.now(), source="x", trace_id="t")

    async with world.bus.consume(events_queue("test", "command-done.#"), prefetch=10) as events:
        await world.bus.publish([again])
        await world.settle()
        # The claim publishes what the holder before may not have published, then comes the repeat.
        heard = [d.envelope for d in await events.take(10)]

    assert heard[-1].payload["seq"] is None
    assert heard[-1].payload["outcome"]["id"] == "note-1"


async def test_a_command_for_another_partition_is_refused(world: World) -> None:
    await world.tell(inbound())
    conversation = await world.conversation()
    note = Note(conversation_id=conversation.id, actor=AGENT, text="note")
    right = publication(note, CommandId("n"), at=world.clock.now(), source="x", trace_id="t")
    wrong = partition_key(Partition((HOME + 1) % PARTITIONS))

    await world.bus.publish([Publication(right.exchange, wrong, right.envelope)])
    await world.settle()

    outcome = await world.store.get(OUTCOMES, CommandId("n"))
    assert outcome is not None
    assert outcome.status is OutcomeStatus.REFUSED
    assert await world.texts() == ["hello"]


async def test_a_dead_lettered_command_that_is_handed_in_again_is_tried_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    await world.tell(inbound(text="one"))
    conversation = await world.conversation()
    note = Note(conversation_id=conversation.id, actor=AGENT, text="note")
    with monkeypatch.context() as patched:
        handlers: dict[Any, Any] = dict(commands._HANDLERS) | {Note: broken}
        patched.setattr(commands, "_HANDLERS", handlers)
        await world.ask(note, id="n")

    outcome = await world.ask(note, id="n")

    assert outcome.status is OutcomeStatus.DONE
    assert await world.texts() == ["one", "[gap]", "note"]


async def test_an_outage_while_an_item_is_begun_counts_once(world: World) -> None:
    task = await world.partition_task(HOME)
    before = [await task.ledger.start("item") for _ in range(2)]
    faulty = FaultyStore(world.store)
    task = await world.partition_task(HOME, store=faulty)
    faulty.on_start = [Unavailable("no answer in time")] * 3

    async with asyncio.TaskGroup() as group:
        beginning = group.create_task(task.ledger.start("item"))
        group.create_task(advance_until_done(world, beginning))

    assert before == [0, 1]
    assert beginning.result() == 2
    row = await world.store.get(STARTS, "item")
    assert row is not None
    assert row.count == 3


async def advance_until_done(world: World, task: "asyncio.Task[int]") -> None:
    while not task.done():
        await world.clock.advance(1)
        await asyncio.sleep(0.002)


async def test_what_was_handed_out_before_is_left_for_the_next_holder_when_it_is_time_to_leave(
    world: World,
) -> None:
    await world.bus.publish([item_publication(inbound(text=str(n))) for n in range(10)])
    async with world.bus.consume(partition_queue(HOME), prefetch=10) as somebody:
        await somebody.take(10)
    slow = FaultyStore(world.store)
    slow.gate = asyncio.Event()
    task = await world.partition_task(HOME, store=slow)

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        group.create_task(task.run())
        await slow.reached.wait()
        task.leave()
        slow.gate.set()

    assert await world.texts() == ["0"]
    assert await waiting(world) == 9


async def test_a_partition_that_is_told_to_leave_again_while_it_leaves_just_leaves(
    world: World,
) -> None:
    task = await world.partition_task(HOME)

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        running = group.create_task(task.run())
        await until(lambda: asyncio.sleep(0, result=task.waits))
        while not running.done():
            task.leave()
            await asyncio.sleep(0)

    assert not task.lost
