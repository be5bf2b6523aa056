"""A Telegram channel at work in a whole hub: its mode is switched, its groups talk and move."""

import socket
from pathlib import Path
from typing import Any

import pytest

from tests.support.hub_process import HubProcess
from tests.support.waiting import until

pytestmark = [pytest.mark.timeout(120), pytest.mark.usefixtures("forked_programs")]

CHANNEL = "sim-telegram"


def free_port() -> int:
    """A port that nobody has now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


async def write(hub: HubProcess, customer: str, text: str) -> None:
    await hub.call("POST", f"/simulators/{CHANNEL}/messages", {"customer": customer, "text": text})


async def act(hub: HubProcess, customer: str, **action: Any) -> None:
    body = {"customer": customer, "action": action}
    async with hub.http.post(f"{hub.url}/simulators/{CHANNEL}/actions", json=body) as answer:
        assert answer.status == 204, await answer.text()


async def phone(hub: HubProcess, customer: str) -> list[Any]:
    answer = await hub.call("GET", f"/simulators/{CHANNEL}/messages", customer=customer)
    return [line for line in answer["items"] if line["from"] == "hub"]


async def said(hub: HubProcess, conversation: str) -> list[str]:
    """What the customers said, as the agent sees it."""
    items = await hub.items(f"/api/v1/conversations/{conversation}/messages")
    return [one["content"]["text"] for one in items if one["direction"] == "inbound"]


async def conversations(hub: HubProcess) -> list[Any]:
    return await hub.items("/api/v1/conversations", channel_id=CHANNEL)


async def mode_of(hub: HubProcess) -> str:
    report = await hub.call("POST", f"/api/v1/channels/{CHANNEL}/check")
    detail: str = next(item["detail"] for item in report["items"] if item["name"] == "mode")
    return detail


async def switch(hub: HubProcess, mode: str, expected: str) -> None:
    await hub.call("PATCH", f"/api/v1/channels/{CHANNEL}", {"settings": {"mode": mode}})

    async def switched() -> bool:
        return await mode_of(hub) == expected

    await until(switched, limit_s=20)


async def test_the_mode_is_switched_while_messages_arrive_and_none_is_lost(tmp_path: Path) -> None:
    port = free_port()
    environ = {"HUB_PORT": str(port), "HUB_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    async with HubProcess(tmp_path, "--simulators", environ=environ) as hub:
        for n in range(5):
            await write(hub, "Ann", f"{n:02d}")
        await switch(hub, "webhook", "the webhook is ours")
        for n in range(5, 10):
            await write(hub, "Ann", f"{n:02d}")
        await switch(hub, "polling", "updates are polled")
        for n in range(10, 15):
            await write(hub, "Ann", f"{n:02d}")

        async def arrived() -> bool:
            found = await conversations(hub)
            return bool(found) and len(await said(hub, found[0]["id"])) >= 15

        await until(arrived, limit_s=20)
        (conversation,) = await conversations(hub)
        assert await said(hub, conversation["id"]) == [f"{n:02d}" for n in range(15)]


async def test_a_group_is_one_conversation_that_follows_it_into_a_supergroup(
    tmp_path: Path,
) -> None:
    async with HubProcess(tmp_path, "--simulators") as hub:
        await write(hub, "Ann @ Builders", "who has paint?")
        await write(hub, "Ben @ Builders", "I do")

        async def both() -> bool:
            found = await conversations(hub)
            return bool(found) and len(await said(hub, found[0]["id"])) == 2

        await until(both, limit_s=20)
        (group,) = await conversations(hub)
        await act(hub, "Ann @ Builders", type="upgrade")
        await write(hub, "Ben @ Builders", "still here")

        async def moved() -> bool:
            return len(await said(hub, group["id"])) == 3

        await until(moved, limit_s=20)
        await hub.call(
            "POST", f"/api/v1/conversations/{group['id']}/messages", {"text": "so are we"}
        )

        async def answered() -> bool:
            return [line["text"] for line in await phone(hub, "Ann @ Builders")] == ["so are we"]

        await until(answered, limit_s=20)
        (after,) = await conversations(hub)
        assert after["thread"].startswith("-100")
        assert (after["title"], after["thread_kind"]) == ("Builders", "group")


async def test_topics_and_a_business_account_are_answered_where_they_are_also_with_a_place(
    tmp_path: Path,
) -> None:
    places = ("Ann @ Market / Paint", "Ben @ Market / Wood", "Cyd @ business Olga")
    async with HubProcess(tmp_path, "--simulators") as hub:
        for place in places:
            await write(hub, place, f"from {place}")

        async def all_of_them() -> bool:
            found = [await said(hub, one["id"]) for one in await conversations(hub)]
            return sorted(text for texts in found for text in texts) == sorted(
                f"from {place}" for place in places
            )

        await until(all_of_them, limit_s=20)
        for one in await conversations(hub):
            (text,) = await said(hub, one["id"])
            body = {"text": f"to {text.removeprefix('from ')}"}
            await hub.call("POST", f"/api/v1/conversations/{one['id']}/messages", body)

        async def answered() -> bool:
            shown = [[line["text"] for line in await phone(hub, place)] for place in places]
            return shown == [[f"to {place}"] for place in places]

        await until(answered, limit_s=20)
        echoed = [await said(hub, one["id"]) for one in await conversations(hub)]
        assert [len(texts) for texts in echoed] == [1, 1, 1]
        office = {"type": "location", "latitude": 1.5, "longitude": 2}
        path = f"/api/v1/conversations/{one['id']}/messages"
        sent = await hub.call("POST", path, {"blocks": [office]})

        async def there() -> bool:
            lines = [line for where in places for line in await phone(hub, where)]
            return [line["blocks"] for line in lines if "blocks" in line] == [
                {"location": {"latitude": 1.5, "longitude": 2.0}}
            ]

        await until(there, limit_s=20)
        assert sent["message"]["content"]["blocks"][0]["type"] == "location"
