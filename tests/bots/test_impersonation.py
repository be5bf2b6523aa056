"""What a bot writes into its commands does not count: who it is, the broker has checked."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import aio_pika
import pytest

from shared.commands import COMMAND_KINDS, HUBS_OWN
from shared.ids import ConversationId, partition_of
from shared.ports.bus import Exchange
from shared.topology import bot_queue, partition_key
from tests.support.hub_process import HubProcess
from tests.support.simulated import write_as
from tests.support.waiting import until

pytestmark = [
    pytest.mark.broker,
    pytest.mark.xdist_group("broker"),
    pytest.mark.timeout(120),
]
AGENT = {"kind": "agent", "id": "a1", "name": "Anna"}


class RawBot:
    """A bot that writes whatever it likes."""

    def __init__(self, name: str, channel: aio_pika.abc.AbstractChannel) -> None:
        self.name = name
        self.channel = channel

    async def say(self, body: bytes, to: str, *, signed: bool = True) -> None:
        exchange = await self.channel.get_exchange(Exchange.COMMANDS, ensure=False)
        user = f"bot.{self.name}" if signed else None
        await exchange.publish(aio_pika.Message(body, user_id=user), partition_key_of(to))

    async def told(self) -> list[dict[str, Any]]:
        """What waits in its queue."""
        queue = await self.channel.get_queue(bot_queue(self.name).name, ensure=False)
        found = []
        while (message := await queue.get(fail=False, no_ack=True)) is not None:
            assert message.delivery_mode is aio_pika.DeliveryMode.PERSISTENT
            found.append(json.loads(message.body))
        return found


def partition_key_of(conversation_id: str) -> str:
    return partition_key(partition_of(ConversationId(conversation_id)))


@asynccontextmanager
async def raw_bot(hub: HubProcess, name: str) -> AsyncIterator[RawBot]:
    made = await hub.call("POST", "/api/v1/bots", {"name": name})
    async with await aio_pika.connect(made["broker_url"]) as connection:
        yield RawBot(name, await connection.channel())


def item(kind: str, id: str, conversation_id: str, **payload: Any) -> bytes:
    envelope = {
        "id": id,
        "kind": kind,
        "at": datetime.now(UTC).isoformat(),
        "partition": partition_of(ConversationId(conversation_id)),
        "source": "inbox",
        "trace_id": id,
        "payload": {"conversation_id": conversation_id, "actor": AGENT, **payload},
    }
    return json.dumps(envelope).encode()


async def conversation_of(hub: HubProcess) -> str:
    """A customer has written; the conversation's id."""

    async def ready() -> bool:
        path = f"{hub.url}/simulators/sim-telegram/messages?customer=ann"
        async with hub.http.get(path) as answer:
            return answer.status == 200

    await until(ready, limit_s=40)
    await write_as(hub, "sim-telegram", "ann", "hello")
    conversations = await hub.items("/api/v1/conversations", view="open")
    id: str = conversations[0]["id"]
    return id


async def replies(hub: HubProcess, conversation_id: str) -> dict[str, str]:
    """The author of each reply, by its text."""
    messages = await hub.items(f"/api/v1/conversations/{conversation_id}/messages")
    return {
        m["content"]["text"]: m["author"]["id"] for m in messages if m["direction"] == "outbound"
    }


async def test_the_author_is_the_bot_and_ids_of_others_are_out_of_its_reach(
    broker_hub: HubProcess,
) -> None:
    conversation = await conversation_of(broker_hub)
    async with raw_bot(broker_hub, "echo") as echo, raw_bot(broker_hub, "other") as other:
        await echo.say(item("command.reply", "x1", conversation, text="one"), conversation)
        await other.say(item("command.reply", "x1", conversation, text="two"), conversation)
        await other.say(
            item("command.reply", "bot-echo.x1", conversation, text="three"), conversation
        )

        async def all_there() -> bool:
            return len(await replies(broker_hub, conversation)) == 3

        await until(all_there, limit_s=20)
        authors = await replies(broker_hub, conversation)
        told = {bot.name: await bot.told() for bot in (echo, other)}

    outcomes = {
        name: [e["payload"]["outcome"]["id"] for e in events if e["kind"] == "event.command.done"]
        for name, events in told.items()
    }
    kinds = {event["kind"] for events in told.values() for event in events}
    assert authors == {"one": "bot-echo", "two": "bot-other", "three": "bot-other"}
    assert outcomes == {
        "echo": ["bot-echo.x1"],
        "other": ["bot-other.x1", "bot-other.bot-echo.x1"],
    }
    assert kinds <= {
        "event.command.done",
        "event.message.added",
        "event.message.changed",
        "event.conversation.changed",
    }


async def test_what_no_bot_may_say_is_put_aside_and_stays_aside(broker_hub: HubProcess) -> None:
    conversation = await conversation_of(broker_hub)
    wake = HUBS_OWN[0].kind
    async with raw_bot(broker_hub, "echo") as bot:
        await bot.say(item("inbound", "r1", conversation), conversation)
        await bot.say(item("receipt", "r2", conversation), conversation)
        await bot.say(item("nonsense", "r3", conversation), conversation)
        await bot.say(
            item(wake, "r4", conversation, timer_id="t", due_at="2026-01-01T00:00:00Z"),
            conversation,
        )
        unsigned = item("command.reply", "r5", conversation, text="not signed")
        await bot.say(unsigned, conversation, signed=False)
        await bot.say(b"no envelope at all", conversation)

        async def all_aside() -> bool:
            return len(await letters(broker_hub)) == 6

        await until(all_aside, limit_s=20)
        before = await letters(broker_hub)
        for id in [id for id, letter in before.items() if "rubbish" not in letter["reason"]]:
            await broker_hub.call("POST", f"/api/v1/dead-letters/{id}/replay", {})

        async def again() -> bool:
            now = await letters(broker_hub)
            moved = [id for id in now if now[id]["at"] > before[id]["at"]]
            return len(now) == 6 and len(moved) == 5

        await until(again, limit_s=20)
        await bot.say(item("command.reply", "r7", conversation, text="well"), conversation)

        async def goes_on() -> bool:
            return await replies(broker_hub, conversation) == {"well": "bot-echo"}

        await until(goes_on, limit_s=20)
        told = await bot.told()

    done = [e["payload"]["outcome"] for e in told if e["kind"] == "event.command.done"]
    refused = {one["id"]: one["reason"] for one in done if one["status"] == "refused"}
    assert set(refused) >= {f"bot-echo.r{number}" for number in range(1, 5)}
    assert refused["bot-echo.r4"] == "only the hub itself may ask for this"
    assert wake in COMMAND_KINDS
    reasons = {letter["reason"] for letter in before.values()}
    assert len(reasons) == 5
    async with broker_hub.http.get(f"{broker_hub.url}/readyz") as answer:
        assert answer.status == 200


async def letters(hub: HubProcess) -> dict[str, Any]:
    """The open dead letters by their ids."""
    return {d["id"]: d for d in await hub.items("/api/v1/dead-letters", state="open")}
