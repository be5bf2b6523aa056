"""Playing the customers of the simulated channels through the API of the simulators.

What arrives is waited for by asking again: the API is asked as a customer's phone is looked at.
"""

from typing import Any

from tests.support.running_hub import RunningHub
from tests.support.waiting import until


async def write_as(hub: RunningHub, channel_id: str, customer: str, text: str) -> None:
    """A customer writes from the phone; returns when the agents could see it.

    The first message after a start waits for the connector, whose library takes seconds to load.
    """
    await hub.call(
        "POST", f"/simulators/{channel_id}/messages", {"customer": customer, "text": text}
    )
    await until(lambda: _stored(hub, text), limit_s=40)


async def _stored(hub: RunningHub, text: str) -> bool:
    conversations = await hub.items("/api/v1/conversations", view="open")
    return any((c["preview"] or {}).get("text") == text for c in conversations)


async def phone(hub: RunningHub, channel_id: str, customer: str) -> list[dict[str, Any]]:
    """What the customer's phone shows, oldest first."""
    shown = await hub.call("GET", f"/simulators/{channel_id}/messages", customer=customer)
    items: list[dict[str, Any]] = shown["items"]
    return items


async def until_phone_shows(hub: RunningHub, channel_id: str, customer: str, text: str) -> None:
    """Wait until the hub's answer is on the phone."""
    await until(lambda: _shown(hub, channel_id, customer, text), limit_s=15)


async def _shown(hub: RunningHub, channel_id: str, customer: str, text: str) -> bool:
    items = await phone(hub, channel_id, customer)
    return any(item["from"] == "hub" and item["text"] == text for item in items)


async def resolve_all(hub: RunningHub) -> None:
    """Resolve every open conversation."""
    for conversation in await hub.items("/api/v1/conversations", view="open"):
        await hub.call("POST", f"/api/v1/conversations/{conversation['id']}/resolve", {})
