"""One reply to three hundred customers of four channels: each gets it once, at its time."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.support.hub_process import HubProcess
from tests.support.simulated import phone
from tests.support.waiting import until

CHANNELS = ("sim-telegram", "sim-vk", "sim-whatsapp", "sim-webhook")
EACH = 75
PER_MINUTE = 1000
TEXT = "We are back: the outage is over."

pytestmark = [pytest.mark.timeout(300), pytest.mark.usefixtures("forked_programs")]


async def write(hub: HubProcess, channel_id: str, customer: str) -> None:
    body = {"customer": customer, "text": f"is it down? {customer}"}
    await hub.call("POST", f"/simulators/{channel_id}/messages", body)


async def everybody_writes(hub: HubProcess) -> list[dict[str, Any]]:
    """Three hundred customers; the conversations that this makes."""
    for channel_id in CHANNELS:
        for number in range(EACH):
            await write(hub, channel_id, f"c{number:03d}")

    async def arrived() -> bool:
        return len(await hub.items("/api/v1/conversations", view="open")) == 4 * EACH

    await until(arrived, limit_s=120)
    return await hub.items("/api/v1/conversations", view="open")


def of(conversations: list[dict[str, Any]], channel_id: str) -> list[dict[str, Any]]:
    return [one for one in conversations if one["channel_id"] == channel_id]


async def test_each_of_three_hundred_gets_exactly_one_and_failures_are_listed(
    tmp_path: Path,
) -> None:
    async with HubProcess(tmp_path, "--simulators", environ={"HUB_UNDO_S": "0"}) as hub:
        conversations = await everybody_writes(hub)
        blocked, *_ = of(conversations, "sim-telegram")
        merged, into, *_ = of(conversations, "sim-vk")
        body = {"reason": "insults"}
        await hub.call("POST", f"/api/v1/contacts/{blocked['contact_id']}/block", body)
        body = {"into_id": into["id"]}
        await hub.call("POST", f"/api/v1/conversations/{merged['id']}/merge", body)
        ids = [one["id"] for one in conversations]
        request = {"id": "outage-of-monday", "ids": ids, "text": TEXT, "per_minute": PER_MINUTE}

        made = await hub.call("POST", "/api/v1/bulk/replies", request)
        again = await hub.call("POST", "/api/v1/bulk/replies", request)
        path = f"/api/v1/bulk/{made['id']}"

        async def sent() -> bool:
            counts: dict[str, int] = (await hub.call("GET", path))["deliveries"]
            done = sum(counts.get(state, 0) for state in ("sent", "delivered", "read"))
            return done == 4 * EACH - 2

        await until(sent, limit_s=120)
        standing = await hub.call("GET", path)
        got = {
            (channel_id, f"c{number:03d}"): await received(hub, channel_id, f"c{number:03d}")
            for channel_id in CHANNELS
            for number in range(EACH)
        }
        times = await asyncio.gather(*(leaving(hub, id) for id in ids))

    assert again["id"] == made["id"]
    assert [one["conversation_id"] for one in standing["left_out"]] == [merged["id"]]
    assert [(one["conversation_id"], one["reason_code"]) for one in standing["failed"]] == [
        (blocked["id"], "blocked")
    ]
    counts = Counter(got.values())
    assert counts == {1: 4 * EACH - 2, 0: 2}
    check_pace([pair for pairs in times for pair in pairs])


async def received(hub: HubProcess, channel_id: str, customer: str) -> int:
    """How often the customer's phone shows the reply."""
    items = await phone(hub, channel_id, customer)
    return sum(item["from"] == "hub" and TEXT in item["text"] for item in items)


async def leaving(hub: HubProcess, id: str) -> list[tuple[datetime, datetime]]:
    """When the reply was to leave, and when it was sent."""
    messages = await hub.items(f"/api/v1/conversations/{id}/messages")
    return [
        (
            datetime.fromisoformat(one["send_at"] or one["at"]),
            datetime.fromisoformat(one["parts"][0]["at"]),
        )
        for one in messages
        if one["direction"] == "outbound"
    ]


def check_pace(times: list[tuple[datetime, datetime]]) -> None:
    """So many a minute were to leave, and none left before its time."""
    due = sorted(at for at, _ in times)
    gap = timedelta(minutes=1) / PER_MINUTE
    # The first leaves at once, when the router hears of it; the others stand at even distances.
    steps = [later - earlier for earlier, later in pairwise(due[1:])]
    assert all(step >= gap - timedelta(milliseconds=1) for step in steps)
    # Some platforms tell when it was delivered in whole seconds.
    assert all(sent >= at.replace(microsecond=0) for at, sent in times)
