"""What bots run on: side by side across conversations, in order within each, nothing lost."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from shared.bots.bus_transport import BusTransport
from shared.bots.echo import echo
from shared.bots.runner import Answer, Runner
from shared.clock import SystemClock
from shared.collections import CURSORS, EVENT_LOG
from shared.commands import Command
from shared.envelope import Envelope
from shared.errors import Unavailable
from shared.eventlog import decode_positions
from shared.events import MessageAdded, logged
from shared.ids import partition_of
from shared.model.conversation import Conversation
from shared.model.message import Direction
from shared.model.people import Actor
from shared.ports.bus import Exchange, Publication
from shared.ports.store import Put
from shared.topology import partition_queue
from tests.inbox.stage import AT, a_conversation, a_message
from tests.support.stores import Embedded, open_embedded
from tests.support.waiting import until

ANN, BORIS = a_conversation("ann"), a_conversation("boris")


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Embedded]:
    async with open_embedded(tmp_path) as embedded:
        yield embedded


def added(conversation: Conversation, number: int, direction: str = "inbound") -> Envelope:
    """A message, as its event."""
    message = a_message(
        conversation, number, f"{conversation.thread} {number}", direction=Direction(direction)
    )
    event = MessageAdded(message=message, conversation=conversation)
    return Envelope(
        id=message.id,
        kind=event.kind,
        at=AT,
        source="router",
        trace_id="t",
        payload=event.model_dump(mode="json"),
    )


class Script:
    """A transport with given events, which notes what a bot hands in and when it asks for more."""

    def __init__(self, *batches: Sequence[Envelope], away: int = 0) -> None:
        self._batches = batches
        self._away = away
        self.given: list[list[str]] = []
        self.done = 0

    async def events(self) -> AsyncGenerator[Sequence[Envelope], None]:
        for batch in self._batches:
            yield batch
            self.done += 1

    async def give(self, commands: Sequence[Publication]) -> Mapping[str, str]:
        if self._away > 0:
            self._away -= 1
            raise Unavailable("away for a moment")
        self.given.append([str(command.envelope.payload["text"]) for command in commands])
        return {}


async def run(script: Script, answer: Answer = echo) -> None:
    async with asyncio.timeout(10):
        await Runner("echo", answer, script).run()


async def test_what_came_together_is_answered_by_one_hand_in() -> None:
    script = Script([added(ANN, 1), added(BORIS, 1), added(ANN, 2)], [added(ANN, 3)])

    await run(script)

    assert script.given == [["ann 1", "ann 2", "boris 1"], ["ann 3"]]


async def test_a_bot_answers_customers_only() -> None:
    script = Script([added(ANN, 1, "outbound"), added(ANN, 2, "note"), added(ANN, 3)])

    await run(script)

    assert script.given == [["ann 3"]]


async def test_conversations_are_answered_side_by_side_and_each_in_order() -> None:
    both = asyncio.Barrier(2)
    begun: list[str] = []

    async def answer(event: MessageAdded, actor: Actor) -> Sequence[Command]:
        begun.append(event.message.content.text)
        await both.wait()
        return await echo(event, actor)

    script = Script([added(ANN, 1), added(ANN, 2), added(BORIS, 1), added(BORIS, 2)])

    await run(script, answer)

    assert sorted(begun[:2]) == ["ann 1", "boris 1"]
    assert script.given == [["ann 1", "ann 2", "boris 1", "boris 2"]]


async def test_a_hub_that_is_away_gets_the_same_commands_again() -> None:
    script = Script([added(ANN, 1), added(BORIS, 1)], away=1)

    await run(script)

    assert script.given == [["ann 1", "boris 1"]]
    assert script.done == 1


async def test_more_is_asked_for_only_when_all_is_handed_in() -> None:
    script = Script([added(ANN, 1), added(BORIS, 1)])

    async def answer(event: MessageAdded, actor: Actor) -> Sequence[Command]:
        if event.conversation.id == BORIS.id:
            raise RuntimeError("a bug of the bot's")
        return await echo(event, actor)

    with pytest.raises(ExceptionGroup):
        await run(script, answer)

    assert (script.given, script.done) == ([], 0)


async def happen(hub: Embedded, seqs: range) -> None:
    """Messages of two customers, logged and told."""
    for seq in seqs:
        for conversation in (ANN, BORIS):
            entry = logged(
                added(conversation, seq).read(MessageAdded),
                partition=partition_of(conversation.id),
                seq=seq,
                at=AT,
                trace_id="t",
                source="router",
                key="message-added.webchat.site",
            )
            await hub.store.commit([Put(EVENT_LOG, entry)])
            told = Envelope.from_text(entry.envelope)
            await hub.bus.publish([Publication(Exchange.EVENTS, entry.routing_key, told)])


@asynccontextmanager
async def an_echo_bot(hub: Embedded) -> AsyncIterator[None]:
    """A bot in the hub's process, until it is killed."""
    transport = BusTransport("echo", hub.bus, hub.store, SystemClock())
    async with asyncio.TaskGroup() as group:
        task = group.create_task(Runner("echo", echo, transport).run())
        await until(lambda: has_a_place(hub), limit_s=10)
        yield
        task.cancel()


async def has_a_place(hub: Embedded) -> bool:
    return await hub.store.get(CURSORS, "bot/echo") is not None


async def asked(hub: Embedded, conversation: Conversation) -> list[str]:
    """What a bot has asked in a conversation, in order, each once."""
    queue = partition_queue(partition_of(conversation.id))
    count = (await hub.bus.depth(queue)).items
    texts: list[str] = []
    async with hub.bus.consume(queue, prefetch=1000) as subscription:
        while len(texts) < count:
            texts += [str(one.envelope.payload["text"]) for one in await subscription.take(1000)]
    return list(dict.fromkeys(texts))


async def has_asked(hub: Embedded, conversation: Conversation, text: str) -> bool:
    return text in await asked(hub, conversation)


async def test_a_bot_that_is_killed_answers_everything_in_order(hub: Embedded) -> None:
    async with an_echo_bot(hub):
        await happen(hub, range(1, 41))
        await until(lambda: has_asked(hub, ANN, "ann 1"), limit_s=10)
    await happen(hub, range(41, 61))
    async with an_echo_bot(hub):
        await happen(hub, range(61, 81))
        await until(lambda: has_asked(hub, ANN, "ann 80"), limit_s=10)
        await until(lambda: has_asked(hub, BORIS, "boris 80"), limit_s=10)
        place = await hub.store.get(CURSORS, "bot/echo")

    assert await asked(hub, ANN) == [f"ann {number}" for number in range(1, 81)]
    assert await asked(hub, BORIS) == [f"boris {number}" for number in range(1, 81)]
    assert place is not None
    assert decode_positions(place.value)[partition_of(ANN.id)] <= 80
