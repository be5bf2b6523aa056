"""One person who writes on Telegram and in the site chat, and goes from one to the other."""

import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.far_ends import Visitor
from tests.support.hub_process import HubProcess
from tests.support.simulated import phone, until_phone_shows, write_as
from tests.support.waiting import until

TELEGRAM, SITE = "sim-telegram", "site"

pytestmark = [pytest.mark.timeout(120), pytest.mark.usefixtures("forked_programs")]


async def of_channel(hub: HubProcess, channel_id: str) -> dict[str, Any]:
    found = await hub.items("/api/v1/conversations", channel_id=channel_id)
    (one,) = found
    return dict(one)


async def answer(hub: HubProcess, conversation_id: str, text: str) -> None:
    await hub.call("POST", f"/api/v1/conversations/{conversation_id}/messages", {"text": text})


async def said(hub: HubProcess, contact_id: str) -> list[tuple[str, str]]:
    """The contact's timeline as it is read: which channel, and what; oldest first."""
    items = await hub.items(f"/api/v1/contacts/{contact_id}/timeline")
    shown = [one for one in items if one["direction"] in ("inbound", "outbound")]
    return [(one["channel_id"], one["content"]["text"]) for one in shown][::-1]


async def widget_shows(visitor: Visitor, text: str) -> bool:
    return any(item["text"] == text for item in await visitor.shown())


async def next_second() -> None:
    """Telegram tells whole seconds: what is written in one cannot be told apart."""
    began = int(time.time())

    async def passed() -> bool:
        return int(time.time()) > began

    await until(passed, limit_s=5)


async def seen_by_agents(hub: HubProcess, visitor: Visitor, text: str) -> None:
    await visitor.write(text)

    async def stored() -> bool:
        found = await hub.items("/api/v1/conversations", channel_id=SITE)
        return any((one["preview"] or {}).get("text") == text for one in found)

    await until(stored, limit_s=40)


async def test_who_goes_on_by_another_channel_is_one_timeline_and_answered_where_they_are(
    tmp_path: Path,
) -> None:
    environ = {"HUB_UNDO_S": "0"}
    async with HubProcess(tmp_path, "--simulators", environ=environ) as hub:
        visitor = Visitor(hub, "ann of the site")
        await write_as(hub, TELEGRAM, "ann", "my order is late")
        telegram = await of_channel(hub, TELEGRAM)
        await answer(hub, telegram["id"], "which order?")
        await until_phone_shows(hub, TELEGRAM, "ann", "which order?")
        await seen_by_agents(hub, visitor, "the one of Monday")
        site = await of_channel(hub, SITE)
        apart = await said(hub, telegram["contact_id"]), await said(hub, site["contact_id"])

        body = {"from_id": site["contact_id"]}
        merge = await hub.call("POST", f"/api/v1/contacts/{telegram['contact_id']}/merge", body)
        await answer(hub, site["id"], "it leaves today")
        await until(lambda: widget_shows(visitor, "it leaves today"), limit_s=30)
        await next_second()
        await write_as(hub, TELEGRAM, "ann", "thank you")
        together = await said(hub, telegram["contact_id"])
        by_the_old_link = await said(hub, site["contact_id"])
        on_the_phone = [item["text"] for item in await phone(hub, TELEGRAM, "ann")]
        in_the_widget = [item["text"] for item in await visitor.shown()]

        merges = await hub.items(f"/api/v1/contacts/{telegram['contact_id']}/merges")
        undo = {"merge_id": merges[0]["id"]}
        await hub.call("POST", f"/api/v1/contacts/{telegram['contact_id']}/unmerge", undo)
        parted = await said(hub, site["contact_id"])

    assert merge is not None
    assert apart == (
        [(TELEGRAM, "my order is late"), (TELEGRAM, "which order?")],
        [(SITE, "the one of Monday")],
    )
    assert together == [
        (TELEGRAM, "my order is late"),
        (TELEGRAM, "which order?"),
        (SITE, "the one of Monday"),
        (SITE, "it leaves today"),
        (TELEGRAM, "thank you"),
    ]
    assert by_the_old_link == together
    assert on_the_phone == ["my order is late", "which order?", "thank you"]
    assert in_the_widget == ["the one of Monday", "it leaves today"]
    assert parted == [(SITE, "the one of Monday"), (SITE, "it leaves today")]
