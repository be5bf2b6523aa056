"""How soon after the end a customer goes on in the same case is a setting of the hub."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.hub_process import HubProcess
from tests.support.simulated import write_as

TELEGRAM = "sim-telegram"

pytestmark = [pytest.mark.timeout(120), pytest.mark.usefixtures("forked_programs")]


@pytest.mark.parametrize(
    "reopen_for_s, expected",
    [
        ("0", [("resolved", ["first"]), ("resolved", ["second"]), ("open", ["third"])]),
        ("inf", [("open", ["first", "second", "third"])]),
    ],
)
async def test_a_customer_who_writes_after_the_end_goes_on_or_begins_anew(
    tmp_path: Path, reopen_for_s: str, expected: list[Any]
) -> None:
    environ = {"HUB_REOPEN_FOR_S": reopen_for_s}
    async with HubProcess(tmp_path, "--simulators", environ=environ) as hub:
        for text in ("first", "second", "third"):
            await write_as(hub, TELEGRAM, "ann", text)
            (case,) = await hub.items("/api/v1/conversations", view="open")
            if text != "third":
                await hub.call("POST", f"/api/v1/conversations/{case['id']}/resolve", {})

        contact_id = case["contact_id"]
        cases = await hub.items(f"/api/v1/contacts/{contact_id}/conversations")
        timeline = await hub.items(f"/api/v1/contacts/{contact_id}/timeline")
        found = [
            (one["status"], [
                message["content"]["text"]
                for message in await hub.items(f"/api/v1/conversations/{one['id']}/messages")
                if message["direction"] == "inbound"
            ])
            for one in cases
        ]  # fmt: skip

    assert found[::-1] == expected
    heard = [one["content"]["text"] for one in timeline if one["direction"] == "inbound"]
    assert heard[::-1] == ["first", "second", "third"]
