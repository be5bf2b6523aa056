"""The webhook channel on a whole hub: from the customer's phone to the agents and back."""

import base64
from pathlib import Path
from typing import Any

import pytest

from tests.support.hub_process import HubProcess
from tests.support.simulated import phone, until_phone_shows, write_as
from tests.support.waiting import until

SIM = "sim-webhook"
LIMIT_S = 20.0
pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.usefixtures("forked_programs"),
]  # whole hubs are started


async def act(hub: HubProcess, **action: Any) -> None:
    """Anna does something."""
    await hub.call("POST", f"/simulators/{SIM}/actions", {"customer": "Anna", "action": action})


async def conversation(hub: HubProcess) -> dict[str, Any]:
    """The only one."""
    (found,) = await hub.items("/api/v1/conversations", view="open")
    whole: dict[str, Any] = found
    return whole


async def messages(hub: HubProcess) -> list[dict[str, Any]]:
    """What stands in it, oldest first."""
    id = (await conversation(hub))["id"]
    found = await hub.items(f"/api/v1/conversations/{id}/messages")
    return sorted(found, key=lambda message: int(message["seq"]))


async def has_files(hub: HubProcess, count: int) -> bool:
    """Whether so many files are stored."""
    files = [file for m in await messages(hub) for file in m["content"].get("attachments", ())]
    return len([file for file in files if file.get("state") == "stored"]) == count


async def calls_back(hub: HubProcess) -> bool:
    """Whether somebody is to be called back."""
    return (await conversation(hub)).get("due_at") is not None


async def delivered(hub: HubProcess) -> bool:
    """Whether the reply has come through to the far end's own receipt."""
    return any(message.get("delivery") == "delivered" for message in await messages(hub))


async def is_reachable(hub: HubProcess, wanted: bool) -> bool:
    """Whether the agents are told so."""
    return (await conversation(hub)).get("reachable", True) is wanted


async def test_a_customer_who_leaves_is_out_of_reach_and_comes_back_and_no_repeat_is_shown(
    tmp_path: Path,
) -> None:
    async with HubProcess(tmp_path, "--simulators") as hub:
        await write_as(hub, SIM, "Anna", "hello")
        await act(hub, type="block")
        await until(lambda: is_reachable(hub, False), limit_s=LIMIT_S)
        await act(hub, type="unblock")
        await until(lambda: is_reachable(hub, True), limit_s=LIMIT_S)
        await hub.call("POST", f"/simulators/{SIM}/faults", {"kind": "duplicate", "times": 2})
        await write_as(hub, SIM, "Anna", "twice")
        await write_as(hub, SIM, "Anna", "last")
        texts = [message["content"].get("text") for message in await messages(hub)]

    assert [text for text in texts if text] == ["hello", "twice", "last"]


async def test_a_customer_of_any_system_is_served_like_any_other(tmp_path: Path) -> None:
    photo = {
        "name": "photo.png",
        "mime": "image/png",
        "data_base64": base64.b64encode(b"x" * 100_000).decode(),
    }
    async with HubProcess(tmp_path, "--simulators") as hub:
        await write_as(hub, SIM, "Anna", "Where is my order?")
        body = {"customer": "Anna", "text": "here", "attachments": [photo]}
        await hub.call("POST", f"/simulators/{SIM}/messages", body)
        await until(lambda: has_files(hub, 1), limit_s=LIMIT_S)
        id = (await conversation(hub))["id"]
        reply = {"kind": "reply", "text": "On its way."}
        await hub.call("POST", f"/api/v1/conversations/{id}/messages", reply)
        await until_phone_shows(hub, SIM, "Anna", "On its way.")
        await until(lambda: delivered(hub), limit_s=LIMIT_S)
        await act(hub, type="call")
        await until(lambda: calls_back(hub), limit_s=LIMIT_S)
        missed = await conversation(hub)
        await act(hub, type="recording")
        await until(lambda: has_files(hub, 2), limit_s=LIMIT_S)
        shown = await messages(hub)
        seen = await phone(hub, SIM, "Anna")

    call = shown[-1]
    assert missed["labels"] == ["call-back"]
    assert missed["contact_name"] == "Anna"
    assert call["content"]["blocks"][0]["answered"] is False
    assert call["content"]["attachments"][0]["kind"] == "audio"
    assert call.get("edited_at") is None
    assert [line["text"] for line in seen if line["from"] == "hub"] == ["On its way."]
    assert "127.0.0.1" not in str(shown)
