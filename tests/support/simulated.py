"""Playing the customers of the simulated channels through the API of the simulators.

What arrives is waited for by asking again: the API is asked as a customer's phone is looked at.
"""

import asyncio
from typing import Any

from tests.support.hub_process import HubProcess


async def write_as(hub: HubProcess, channel_id: str, customer: str, text: str) -> None:
    """A customer writes from the phone; returns when the agents could see it.

    The first message after a start waits for the connector, whose library takes seconds to load.
    """
    await hub.call(
        "POST", f"/simulators/{channel_id}/messages", {"customer": customer, "text": text}
    )
    async with asyncio.timeout(40):
        while not await _stored(hub, text):
            await asyncio.sleep(0.05)


async def _stored(hub: HubProcess, text: str) -> bool:
    conversations = await hub.items("/api/v1/conversations", view="open")
    return any((c["preview"] or {}).get("text") == text for c in conversations)


async def phone(hub: HubProcess, channel_id: str, customer: str) -> list[dict[str, Any]]:
    """What the customer's phone shows, oldest first."""
    shown = await hub.call("GET", f"/simulators/{channel_id}/messages", customer=customer)
    items: list[dict[str, Any]] = shown["items"]
    return items


async def until_phone_shows(hub: HubProcess, channel_id: str, customer: str, text: str) -> None:
    """Wait until the hub's answer is on the phone."""
    async with asyncio.timeout(15):
        while not any(
            item["from"] == "hub" and item["text"] == text
            for item in await phone(hub, channel_id, customer)
        ):
            await asyncio.sleep(0.05)
