"""Commands over HTTP, for bots without access to a broker."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.support.hub_process import HubProcess
from tests.support.simulated import write_as
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(90)
AGENT = {"kind": "agent", "id": "a1", "name": "Anna"}


@asynccontextmanager
async def bot_of(hub: HubProcess, name: str) -> AsyncIterator[ClientSession]:
    made = await hub.call("POST", "/api/v1/bots", {"name": name})
    async with ClientSession(headers={"Authorization": f"Bearer {made['token']}"}) as http:
        yield http


async def give(http: ClientSession, hub: HubProcess, **body: Any) -> tuple[int, Any]:
    async with http.post(f"{hub.url}/api/v1/commands", json=body) as answer:
        return answer.status, await answer.json(content_type=None)


async def conversation_of(hub: HubProcess) -> str:
    async def ready() -> bool:
        path = f"{hub.url}/simulators/sim-telegram/messages?customer=ann"
        async with hub.http.get(path) as answer:
            return answer.status == 200

    await until(ready, limit_s=40)
    await write_as(hub, "sim-telegram", "ann", "hello")
    conversations = await hub.items("/api/v1/conversations", view="open")
    id: str = conversations[0]["id"]
    return id


async def test_a_command_is_done_once_in_the_name_of_the_bot(embedded_hub: HubProcess) -> None:
    hub = embedded_hub
    conversation = await conversation_of(hub)
    reply = {"conversation_id": conversation, "actor": AGENT, "text": "hi"}
    async with bot_of(hub, "echo") as echo, bot_of(hub, "other") as other:
        first = await give(echo, hub, id="command-1", kind="command.reply", payload=reply)
        again = await give(echo, hub, id="command-1", kind="command.reply", payload=reply)
        others = await give(other, hub, id="command-1", kind="command.note", payload=reply)
        async with echo.get(f"{hub.url}/api/v1/commands/command-1") as answer:
            kept = await answer.json()

    assert (first[0], again[0], others[0]) == (200, 200, 200)
    message = first[1]["outcome"]["result"]["message"]
    assert message["author"] == {"kind": "bot", "id": "bot-echo", "name": "echo"}
    assert again[1]["outcome"]["result"]["message"]["id"] == message["id"]
    assert others[1]["outcome"]["result"]["message"]["author"]["id"] == "bot-other"
    assert kept["result"]["message"]["id"] == message["id"]


async def test_what_is_no_command_of_a_bot_is_refused(embedded_hub: HubProcess) -> None:
    hub = embedded_hub
    missing = f"c00{'0' * 32}"
    wake = {"conversation_id": missing, "timer_id": "t", "due_at": "2026-01-01T00:00:00Z"}
    async with bot_of(hub, "echo") as echo:
        answers = [
            await give(echo, hub, kind="inbound", payload={}),
            await give(echo, hub, kind="command.wake", payload=wake),
            await give(echo, hub, kind="command.reply", payload={"text": "to whom?"}),
            await give(echo, hub, kind="command.resolve", payload={"conversation_id": "nonsense"}),
            await give(echo, hub, kind="command.resolve", payload={"conversation_id": missing}),
        ]
        async with echo.get(f"{hub.url}/api/v1/bots") as answer:
            listing = answer.status

    assert [status for status, _ in answers] == [422, 422, 422, 404, 404]
    assert answers[0][1]["field"] == answers[1][1]["field"] == "kind"
    assert answers[2][1]["errors"][0]["field"] == "payload.conversation_id"
    assert listing == 403


async def test_without_a_broker_a_bot_has_a_token_only(
    embedded_hub: HubProcess,
) -> None:
    made = await embedded_hub.call("POST", "/api/v1/bots", {"name": "echo"})

    assert made["broker_url"] is None
    assert made["bot"] == {
        "id": "bot-echo",
        "name": "echo",
        "on_broker": False,
        "created_at": made["bot"]["created_at"],
    }
