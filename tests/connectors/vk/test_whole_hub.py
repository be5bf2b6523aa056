"""A whole hub with a community of VK: what customers and agents see, also after a power cut."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout

from connectors.simulator import SimulatorContext
from connectors.vk.simulator import simulate
from connectors.vk.simulator.simulator import VkSimulator
from shared.clock import SystemClock
from shared.ids import ChannelId
from tests.support.hub_process import HubProcess
from tests.support.waiting import until

pytestmark = pytest.mark.usefixtures("forked_programs")

_LIMIT_S = 40.0


@asynccontextmanager
async def _community() -> AsyncIterator[VkSimulator]:
    async with ClientSession(timeout=ClientTimeout(total=3)) as http:
        context = SimulatorContext(ChannelId("shop"), None, http, SystemClock(), lambda _: None)
        platform = simulate(context)
        await platform.start()
        try:
            yield platform
        finally:
            await platform.close()


async def _add(hub: HubProcess, platform: VkSimulator) -> None:
    settings = {**platform.settings(), "poll_wait_s": 1}
    body = {"id": "shop", "type": "vk", "name": "Shop", "settings": settings}
    await hub.call("POST", "/api/v1/channels", body, check="false")


async def _messages(hub: HubProcess) -> list[dict[str, Any]]:
    """The messages of all conversations of the channel."""
    conversations = await hub.items("/api/v1/conversations", channel_id="shop")
    found: list[dict[str, Any]] = []
    for conversation in conversations:
        path = f"/api/v1/conversations/{conversation['id']}/messages"
        found += (await hub.call("GET", path, limit="100"))["items"]
    return found


async def _texts(hub: HubProcess, direction: str) -> Counter[str]:
    messages = await _messages(hub)
    texts = [m["content"]["text"] for m in messages if m["direction"] == direction]
    return Counter(text for text in texts if text)


async def _reply(hub: HubProcess, text: str) -> None:
    conversations = await hub.items("/api/v1/conversations", channel_id="shop")
    path = f"/api/v1/conversations/{conversations[0]['id']}/messages"
    await hub.call("POST", path, {"kind": "reply", "text": text})


@pytest.mark.timeout(120)
async def test_both_sides_see_a_conversation_whole_and_once(tmp_path: Path) -> None:
    async with _community() as platform, HubProcess(tmp_path) as hub:
        await platform.write("Anna Smith", "before the channel was added")
        await _add(hub, platform)
        await until(lambda: _has(hub, "inbound", "before the channel was added"), limit_s=_LIMIT_S)

        await _reply(hub, "our answer")
        await until(lambda: _shown(platform, "our answer"), limit_s=_LIMIT_S)
        await platform.act("Anna Smith", {"type": "read"})
        await platform.act("Anna Smith", {"type": "react", "emoji": "🔥"})
        await platform.act("Anna Smith", {"type": "admin", "text": "from VK itself"})
        await platform.act("Anna Smith", {"type": "album", "count": 3, "text": "photos"})
        await until(lambda: _has(hub, "inbound", "photos"), limit_s=_LIMIT_S)

        outbound = [m for m in await _messages(hub) if m["direction"] == "outbound"]
        assert [m["content"]["text"] for m in outbound] == ["our answer", "from VK itself"]
        assert outbound[0]["delivery"] == "read"
        assert [reaction["emoji"] for reaction in outbound[0]["reactions"]] == ["🔥"]
        assert outbound[1]["author"]["kind"] == "platform"
        await until(lambda: _is_named(hub, "Anna Smith"), limit_s=_LIMIT_S)


@pytest.mark.timeout(150)
async def test_a_hub_that_is_killed_loses_and_doubles_nothing(tmp_path: Path) -> None:
    async with _community() as platform, HubProcess(tmp_path) as hub:
        await _add(hub, platform)
        await platform.write("Ann", "first")
        await until(lambda: _has(hub, "inbound", "first"), limit_s=_LIMIT_S)
        for number in range(5):
            await _reply(hub, f"answer {number}")
            await platform.write("Ann", f"at work {number}")

        await hub.kill()
        for number in range(5):
            await platform.write("Ann", f"without a hub {number}")
        platform.fault("lose", 1)
        await platform.write("Ben", "told by no event")
        platform.fault("failed1", 1)
        await hub.start()
        await platform.write("Ann", "last")

        wanted = [
            "first",
            "last",
            "told by no event",
            *(f"at work {number}" for number in range(5)),
            *(f"without a hub {number}" for number in range(5)),
        ]
        await until(lambda: _has(hub, "inbound", *wanted), limit_s=_LIMIT_S)
        await until(lambda: _shown(platform, *(f"answer {n}" for n in range(5))), limit_s=_LIMIT_S)
        assert await _texts(hub, "inbound") == Counter(wanted)
        answers = Counter(f"answer {number}" for number in range(5))
        assert await _texts(hub, "outbound") == answers
        shown = [str(m["text"]) for m in platform.phone("Ann") if m["from"] == "hub"]
        assert Counter(shown) == answers
        assert shown == sorted(shown)


async def _is_named(hub: HubProcess, name: str) -> bool:
    conversations = await hub.items("/api/v1/conversations", channel_id="shop")
    return [conversation["contact_name"] for conversation in conversations] == [name]


async def _has(hub: HubProcess, direction: str, *texts: str) -> bool:
    found = await _texts(hub, direction)
    return all(found[text] for text in texts)


async def _shown(platform: VkSimulator, *texts: str) -> bool:
    names = platform.customers()
    shown = {str(line["text"]) for name in names for line in platform.phone(name)}
    return set(texts) <= shown
