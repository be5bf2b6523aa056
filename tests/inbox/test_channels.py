"""Channels: added, changed, paused, checked and removed through the API."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from inbox.service import InboxOptions
from shared.checks import (
    ChannelChecked,
    CheckedItem,
    CheckReport,
    CheckRequest,
    SettingProblem,
    check_answer,
    checks_queue,
)
from shared.collections import AUDIT, CHANNEL_HOURS, CHANNEL_TYPES, CHANNELS
from shared.ids import ChannelId
from shared.model.channel import Capabilities, ChannelState, ChannelTypeInfo
from shared.model.people import Role
from shared.model.records import channel_hour_id
from shared.ports.store import Increment, Put, Update
from shared.sealing import Seal
from tests.inbox.stage import AT, KEY, Stage, frames, next_event, open_stage
from tests.support.stores import Embedded

TYPE = ChannelTypeInfo(
    id="telegram",
    title="Telegram",
    settings_schema={
        "type": "object",
        "required": ["token"],
        "properties": {
            "api_base": {"type": "string"},
            "token": {"type": "string", "writeOnly": True},
            "hook_secret": {"type": "string", "writeOnly": True},
        },
    },
    capabilities=Capabilities(max_text=4096),
)
GOOD = CheckReport(ok=True, account="@shop_bot", items=(CheckedItem(name="token", ok=True),))
NEW: dict[str, Any] = {
    "id": "shop",
    "type": "telegram",
    "name": "Shop",
    "settings": {"api_base": "http://api", "token": "123:secret"},
}


@pytest.fixture
async def stage(hub: Embedded) -> AsyncIterator[Stage]:
    """An inbox that knows one type of channel and has little patience with checks."""
    async with open_stage(hub, InboxOptions(check_limit_s=1.0)) as opened:
        await hub.store.commit([Put(CHANNEL_TYPES, TYPE)])
        yield opened


@asynccontextmanager
async def connectors(hub: Embedded, report: CheckReport) -> AsyncIterator[list[CheckRequest]]:
    """The far end of the checks; tells what it was asked."""
    asked: list[CheckRequest] = []
    ready = asyncio.Event()

    async def answer() -> None:
        async with hub.bus.consume(checks_queue("test"), prefetch=10) as queue:
            ready.set()
            while True:
                for delivery in await queue.take(1):
                    request = delivery.envelope.read(CheckRequest)
                    asked.append(request)
                    told = ChannelChecked(request_id=request.request_id, report=report)
                    await hub.bus.publish([check_answer(told, request, at=AT, source="test")])
                    await queue.ack([delivery])

    async with asyncio.TaskGroup() as group:
        task = group.create_task(answer())
        await ready.wait()
        try:
            yield asked
        finally:
            task.cancel()


async def test_a_channel_is_looked_at_and_stored_with_its_secrets_sealed(stage: Stage) -> None:
    async with connectors(stage.hub, GOOD) as asked, stage.browser() as admin:
        answer = await admin.post("/channels", NEW)

    stored = await stage.hub.store.get(CHANNELS, "shop")
    assert answer.status == 201
    assert answer.data["account"] == "@shop_bot"
    assert answer.data["settings"] == {
        "api_base": "http://api",
        "token": {"set": True},
        "hook_secret": {"set": False},
    }
    assert stored is not None
    assert stored.settings == {"api_base": "http://api"}
    assert Seal(KEY).open(stored.sealed) == {"token": "123:secret"}
    assert "123:secret" not in stored.model_dump_json()
    assert "123:secret" not in asked[0].model_dump_json()


async def test_a_channel_tells_what_it_carried_in_a_day(stage: Stage) -> None:
    now = stage.clock.now()
    rows = [
        Increment(
            CHANNEL_HOURS,
            channel_hour_id(ChannelId("shop"), now - timedelta(hours=back)),
            add={"received": 1, "sent": 2, "failed": 3, "unknown": 4},
            on_insert={"channel_id": "shop", "hour": now - timedelta(hours=back)},
        )
        for back in (0, 5, 24, 30)
    ]
    await stage.hub.store.commit(rows)
    async with connectors(stage.hub, GOOD), stage.browser() as admin:
        await admin.post("/channels", NEW)

        answer = await admin.get("/channels/shop")

    assert answer.data["traffic"] == {
        "hours": 24, "received": 3, "sent": 6, "failed": 9, "unknown": 12,
    }  # fmt: skip


async def test_settings_that_do_not_fit_are_named_and_nothing_is_stored(stage: Stage) -> None:
    report = CheckReport(ok=False, problems=(SettingProblem(field="token", reason="too short"),))
    async with connectors(stage.hub, report), stage.browser() as admin:
        answer = await admin.post("/channels", NEW)

    assert answer.status == 422
    assert answer.data["errors"] == [{"field": "settings.token", "reason": "too short"}]
    assert await stage.hub.store.get(CHANNELS, "shop") is None


async def test_an_account_that_does_not_work_is_not_stored(stage: Stage) -> None:
    broken = CheckedItem(name="getMe", ok=False, detail="401", remedy="ask @BotFather")
    report = CheckReport(ok=False, items=(broken,))
    async with connectors(stage.hub, report), stage.browser() as admin:
        answer = await admin.post("/channels", NEW)

    assert answer.status == 422
    assert "ask @BotFather" in answer.data["errors"][0]["reason"]


async def test_without_connectors_the_check_gives_up_and_can_be_left_out(stage: Stage) -> None:
    async with stage.browser() as admin:
        refused = await admin.post("/channels", NEW)
        stored = await admin.post("/channels?check=false", NEW)

    assert refused.status == 503
    assert "telegram" in refused.data["detail"]
    assert stored.status == 201


async def test_an_unknown_setting_or_type_is_named(stage: Stage) -> None:
    async with stage.browser() as admin:
        setting = await admin.post(
            "/channels?check=false", NEW | {"settings": {"tokn": "123:secret"}}
        )
        type_ = await admin.post("/channels?check=false", NEW | {"type": "fax"})

    assert setting.status == type_.status == 422
    assert setting.data["field"] == "settings.tokn"
    assert type_.data["field"] == "type"
    assert "123:secret" not in json.dumps(setting.data)


async def test_an_id_is_given_out_once(stage: Stage) -> None:
    async with stage.browser() as admin:
        await admin.post("/channels?check=false", NEW)
        again = await admin.post("/channels?check=false", NEW)

    assert again.status == 422
    assert again.data["field"] == "id"


async def test_secrets_that_are_not_given_again_stay(stage: Stage) -> None:
    async with stage.browser() as admin:
        await admin.post("/channels?check=false", NEW)
        shown = (await admin.get("/channels/shop")).data["settings"]
        changed = await admin.patch(
            "/channels/shop?check=false", {"settings": shown | {"hook_secret": "s2"}}
        )

    stored = await stage.hub.store.get(CHANNELS, "shop")
    assert changed.status == 200
    assert stored is not None
    assert Seal(KEY).open(stored.sealed) == {"token": "123:secret", "hook_secret": "s2"}
    assert stored.version == 2


async def test_a_broken_channel_starts_again_with_new_settings(stage: Stage) -> None:
    async with stage.browser() as admin:
        await admin.post("/channels?check=false", NEW)
        await stage.hub.store.commit(
            [Update(CHANNELS, "shop", {"state": ChannelState.BROKEN, "reason": "revoked"})]
        )
        shown = await admin.get("/channels/shop")
        changed = await admin.patch(
            "/channels/shop?check=false", {"settings": {"token": "456:other"}}
        )

    assert (shown.data["state"], shown.data["reason"]) == ("broken", "revoked")
    assert (changed.data["state"], changed.data["reason"]) == ("active", None)


async def test_pausing_and_resuming_are_told_to_everybody(stage: Stage) -> None:
    async with stage.browser() as admin, stage.live(admin) as socket:
        await frames(socket, 1)
        await admin.post("/channels?check=false", NEW)
        paused = await admin.post("/channels/shop/pause", {})
        resumed = await admin.post("/channels/shop/resume", {})
        told = [await next_event(socket, "channel.changed") for _ in range(3)]

    assert (paused.data["state"], resumed.data["state"]) == ("paused", "active")
    assert [frame["payload"]["channel_id"] for frame in told] == ["shop"] * 3


async def test_a_removed_channel_is_gone_and_its_secrets_forgotten(stage: Stage) -> None:
    async with stage.browser() as admin:
        await admin.post("/channels?check=false", NEW)
        removed = await admin.delete("/channels/shop")
        shown = await admin.get("/channels/shop")
        listed = await admin.get("/channels")
        all_of_them = await admin.get("/channels?removed=true")

    stored = await stage.hub.store.get(CHANNELS, "shop")
    assert (removed.status, shown.status) == (204, 404)
    assert listed.data["items"] == []
    assert [channel["state"] for channel in all_of_them.data["items"]] == ["removed"]
    assert stored is not None
    assert stored.sealed is None


async def test_the_check_of_a_stored_channel_is_passed_on(stage: Stage) -> None:
    async with connectors(stage.hub, GOOD) as asked, stage.browser() as admin:
        await admin.post("/channels?check=false", NEW)
        answer = await admin.post("/channels/shop/check", {})

    assert answer.data["ok"] is True
    assert answer.data["items"][0]["name"] == "token"
    assert asked[0].channel_id == "shop"
    assert asked[0].settings is None


async def test_agents_see_channels_without_their_settings(stage: Stage) -> None:
    async with stage.browser() as admin, stage.program(Role.AGENT) as agent:
        await admin.post("/channels?check=false", NEW)
        listed = await agent.get("/channels")
        types = await agent.get("/channel-types")

    assert listed.data["items"][0]["settings"] is None
    assert "sealed" not in listed.data["items"][0]
    assert types.data["items"][0]["capabilities"]["max_text"] == 4096


async def test_every_change_is_in_the_audit_without_values(stage: Stage) -> None:
    async with stage.browser() as admin:
        await admin.post("/channels?check=false", NEW)
        await admin.patch("/channels/shop?check=false", {"settings": {"token": "456:other"}})
        await admin.delete("/channels/shop")
        listed = await admin.get("/audit")

    entries = await stage.hub.store.find(AUDIT, equal={}, order="at", descending=True)
    actions = {entry["action"] for entry in listed.data["items"]}
    assert {"channel.added", "channel.changed", "channel.removed"} <= actions
    assert not any("456:other" in entry.model_dump_json() for entry in entries.items)
