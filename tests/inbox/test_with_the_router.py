"""The inbox and the real router, meeting on the bus."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from router.service import Router
from shared.clock import SystemClock
from shared.collections import CHANNEL_TYPES, CHANNELS
from shared.envelope import Envelope
from shared.ids import ChannelId, ChannelType, EventKey, ExternalId, partition_of_slot, slot_for
from shared.leases import Leases
from shared.model.channel import Capabilities, Channel, ChannelTypeInfo
from shared.model.content import Content
from shared.model.inbound import Inbound, InboundKind, ThreadRef
from shared.model.people import Participant, Role
from shared.ports.bus import Exchange, Publication
from shared.ports.store import Put
from shared.runtime import Service, running
from shared.topology import partition_key
from tests.inbox.stage import AT, Stage, frames, next_event, open_stage
from tests.support.stores import Embedded


@pytest.fixture
async def stage(hub: Embedded) -> AsyncIterator[Stage]:
    """An inbox and a router on the same ports, with one channel."""
    site = Channel(
        id=ChannelId("site"),
        type=ChannelType("webchat"),
        name="Site",
        created_at=AT,
        updated_at=AT,
    )
    kind = ChannelTypeInfo(
        id="webchat",
        title="Site chat",
        settings_schema={},
        capabilities=Capabilities(max_text=4000, edit=True),
    )
    await hub.store.commit([Put(CHANNELS, site), Put(CHANNEL_TYPES, kind)])
    clock = SystemClock()
    leases = Leases(hub.store, clock, "test", exclusive=True)
    router = Router(hub.bus, hub.store, clock, leases)
    async with open_stage(hub) as opened, running([Service("router", router.run)]):
        yield opened


async def _customer_writes(hub: Embedded, key: str, text: str) -> None:
    item = Inbound(
        channel_id=ChannelId("site"),
        channel_type=ChannelType("webchat"),
        event_key=EventKey(key),
        kind=InboundKind.MESSAGE,
        thread=ThreadRef(external_id=ExternalId("visitor"), partition_key="visitor"),
        author=Participant(external_id=ExternalId("visitor"), name="Boris"),
        external_id=ExternalId(key),
        content=Content(text=text),
        occurred_at=AT,
        received_at=AT,
    )
    partition = partition_of_slot(slot_for(item.channel_id, "visitor"))
    envelope = Envelope(
        id=f"site/{key}",
        kind="inbound",
        at=AT,
        partition=partition,
        source="channel/site",
        trace_id="t",
        payload=item.model_dump(mode="json"),
    )
    where = Publication(Exchange.CONVERSATIONS, partition_key(partition), envelope)
    await hub.bus.publish([where])


async def _counts(socket: Any) -> dict[str, int]:
    while (frame := await socket.receive_json(timeout=10))["type"] != "counts":
        pass
    return {item["key"]: item["count"] for item in frame["items"]}


async def test_a_customers_message_is_seen_answered_and_resolved(stage: Stage) -> None:
    async with stage.browser() as me, stage.live(me) as socket:
        await frames(socket, 1)
        await _customer_writes(stage.hub, "1", "where is my order?")
        seen = await next_event(socket, "message.added")
        counts = await _counts(socket)
        id = seen["payload"]["conversation"]["id"]
        answered = await me.post(
            f"/conversations/{id}/messages",
            {"id": "11111111-aaaa-bbbb-cccc-222222222222", "text": "on its way"},
        )
        noted = await me.post(f"/conversations/{id}/messages", {"kind": "note", "text": "call"})
        taken_back = await me.post(f"/messages/{answered.data['message']['id']}/cancel")
        resolved = await me.post(f"/conversations/{id}/resolve")
        thread = await me.get(f"/conversations/{id}/messages")
        views = await me.get("/views")

    assert counts["open"] == 1
    assert answered.status == 201
    assert answered.data["message"]["delivery"] == "queued"
    assert noted.status == 201
    assert taken_back.data["message"]["delivery"] == "cancelled"
    assert resolved.data["conversation"]["status"] == "resolved"
    texts = [m["content"]["text"] for m in thread.data["items"] if m["direction"] != "system"]
    assert texts == ["where is my order?", "on its way", "call"]
    assert {i["key"]: i["count"] for i in views.data["items"]}["resolved"] == 1


async def test_what_the_router_refuses_is_a_problem(stage: Stage) -> None:
    async with stage.browser() as me, stage.live(me) as socket:
        await frames(socket, 1)
        await _customer_writes(stage.hub, "1", "hello")
        message = (await next_event(socket, "message.added"))["payload"]["message"]
        answer = await me.post(f"/messages/{message['id']}/cancel")

    assert 400 <= answer.status < 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.data["detail"]


async def test_a_long_cut_is_healed_from_the_log(stage: Stage) -> None:
    async with stage.browser() as me:
        async with stage.live(me) as socket:
            cursor = (await frames(socket, 1))[0]["cursor"]
        for number in range(20):
            await _customer_writes(stage.hub, str(number), f"message {number}")
        async with stage.live(me, cursor) as socket:
            told = [await next_event(socket, "message.added") for _ in range(20)]

    texts = [frame["payload"]["message"]["content"]["text"] for frame in told]
    assert texts == [f"message {number}" for number in range(20)]


async def test_what_the_channel_cannot_carry_is_a_problem_with_a_stable_word(stage: Stage) -> None:
    async with stage.browser() as me, stage.live(me) as socket:
        await frames(socket, 1)
        await _customer_writes(stage.hub, "1", "hello")
        id = (await next_event(socket, "message.added"))["payload"]["conversation"]["id"]
        answer = await me.post(f"/conversations/{id}/messages", {"blocks": [{"type": "dice"}]})

    assert answer.status == 422
    assert answer.data["reason_code"] == "block_kind"
    assert answer.data["reason_values"] == {"kind": "dice"}
    assert answer.data["detail"] == "this channel cannot be sent a dice"


async def test_a_suggestion_is_read_taken_and_gone(stage: Stage) -> None:
    async with (
        stage.browser() as me,
        stage.program(Role.BOT) as bot,
        stage.live(me) as socket,
    ):
        await frames(socket, 1)
        await _customer_writes(stage.hub, "1", "hello")
        id = (await next_event(socket, "message.added"))["payload"]["conversation"]["id"]
        nothing = await me.get(f"/drafts/{id}")
        suggested = await bot.put(f"/drafts/{id}", {"text": "Say hello"})
        told = await next_event(socket, "conversation.changed")
        read = await me.get(f"/drafts/{id}")
        newer = await me.delete(f"/drafts/{id}?how=accepted&version=7")
        taken = await me.delete(f"/drafts/{id}?how=accepted&version=1")
        gone = await me.get(f"/drafts/{id}")

    assert nothing.status == gone.status == 404
    assert suggested.status == 200
    assert told["payload"]["conversation"]["drafted_at"] is not None
    assert read.data["text"] == "Say hello"
    assert newer.status == 409
    assert taken.data["conversation"]["drafted_at"] is None


async def test_fields_are_set_and_a_conversation_is_given_back_to_a_bot(stage: Stage) -> None:
    async with stage.browser() as me, stage.live(me) as socket:
        await frames(socket, 1)
        await _customer_writes(stage.hub, "1", "hello")
        id = (await next_event(socket, "message.added"))["payload"]["conversation"]["id"]
        set_one = await me.post(f"/conversations/{id}/fields", {"fields": {"order": "77"}})
        unset = await me.post(f"/conversations/{id}/fields", {"fields": {"order": ""}})
        nameless = await me.post(f"/conversations/{id}/fields", {"fields": {" ": "1"}})
        unknown = await me.post(f"/conversations/{id}/hand-back", {"bot": "helper"})
        await me.post("/bots", {"name": "helper"})
        back = await me.post(f"/conversations/{id}/hand-back", {"bot": "helper"})

    assert set_one.data["conversation"]["fields"] == {"order": "77"}
    assert unset.data["conversation"]["fields"] == {}
    assert (nameless.status, nameless.data["field"]) == (422, "fields")
    assert (unknown.status, unknown.data["field"]) == (422, "bot")
    assert back.data["conversation"]["bot_id"] == "bot-helper"


async def test_once_it_is_switched_on_a_conversation_comes_to_who_is_connected(
    stage: Stage,
) -> None:
    async with stage.browser() as me:
        await me.post("/queueing", {"name": "Queueing", "assignment": True})
        await _customer_writes(stage.hub, "1", "is anybody there?")
        async with stage.live(me) as socket:
            hello = (await frames(socket, 1))[0]
            told = await next_event(socket, "conversation.changed")
            while told["payload"]["cause"] != "assign":
                told = await next_event(socket, "conversation.changed")
            conversation = told["payload"]["conversation"]
            presence = await me.get("/presence")
            place = await me.get(f"/conversations/{conversation['id']}/queue")

    assert conversation["assignee_id"] == hello["agent_id"]
    assert [(one["state"], one["load"]) for one in presence.data["items"]] == [("online", 1)]
    assert place.data["waiting"] is False


async def test_a_colleague_who_goes_to_lunch_is_seen_to_do_so(stage: Stage) -> None:
    await stage.agent("anna@example.org")
    async with (
        stage.browser() as me,
        stage.live(me) as mine,
        stage.browser("anna@example.org") as anna,
        stage.live(anna) as hers,
    ):
        await frames(mine, 1)
        await frames(hers, 1)
        await anna.put("/presence/me", {"state": "away", "reason": "lunch"})
        standing = (await next_event(mine, "presence.changed"))["payload"]["standing"]
        while standing["state"] != "away":
            standing = (await next_event(mine, "presence.changed"))["payload"]["standing"]

    assert standing["reason"] == "lunch"


async def test_a_transfer_to_a_team_waits_for_it_and_an_unknown_team_is_a_problem(
    stage: Stage,
) -> None:
    async with stage.browser() as me, stage.live(me) as socket:
        team = (await me.post("/teams", {"name": "Billing"})).data["id"]
        await frames(socket, 1)
        await _customer_writes(stage.hub, "1", "my order is broken")
        id = (await next_event(socket, "message.added"))["payload"]["conversation"]["id"]
        path = f"/conversations/{id}/assign"
        await me.post(path, {"agent_id": (await me.get("/session")).data["agent"]["id"]})
        unknown = await me.post(path, {"team_id": "biling"})
        transfer = {"team_id": team, "note": "a refund", "cause": "money"}
        async with asyncio.timeout(10):
            # The router reads what admins have changed when it is told of it.
            while (given := await me.post(path, transfer)).status == 422:
                pass
        handed = await me.post(f"/conversations/{id}/hand-off", {"team_id": "biling"})
        thread = await me.get(f"/conversations/{id}/messages")

    assert (unknown.status, unknown.data["field"]) == (422, "team_id")
    assert "biling" in unknown.data["detail"]
    assert (handed.status, handed.data["field"]) == (422, "team_id")
    conversation = given.data["conversation"]
    assert (conversation["team_id"], conversation["assignee_id"]) == (team, None)
    line = [one["system"] for one in thread.data["items"] if one["system"]][-1]
    assert (line["details"]["team"], line["details"]["cause"]) == ("Billing", "money")


async def test_a_transfer_carries_its_note_and_gives_its_reason(stage: Stage) -> None:
    boris = await stage.agent("boris@example.org")
    async with stage.browser() as me, stage.live(me) as socket:
        await frames(socket, 1)
        await _customer_writes(stage.hub, "1", "my order is broken")
        id = (await next_event(socket, "message.added"))["payload"]["conversation"]["id"]
        given = await me.post(
            f"/conversations/{id}/assign",
            {"agent_id": boris, "note": "please call back", "cause": "knows the product"},
        )
        back = await me.post(f"/conversations/{id}/assign", {"agent_id": None})
        thread = await me.get(f"/conversations/{id}/messages")

    assert given.data["conversation"]["assignee_id"] == boris
    assert back.data["conversation"]["assignee_id"] is None
    assert [m["content"]["text"] for m in thread.data["items"] if m["direction"] == "note"] == [
        "please call back"
    ]
    causes = [m["system"]["details"].get("cause") for m in thread.data["items"] if m["system"]]
    assert causes == ["knows the product", None]


async def test_a_draft_ends_with_its_sending_on_every_device_and_no_late_save_revives_it(
    stage: Stage,
) -> None:
    async with stage.browser() as desk, stage.browser() as phone, stage.live(phone) as socket:
        await frames(socket, 1)
        await _customer_writes(stage.hub, "1", "hello")
        seen = await next_event(socket, "message.added")
        base = f"/conversations/{seen['payload']['conversation']['id']}"
        await desk.put(f"{base}/draft", {"version": 0, "text": "old mail", "device": "desk-0001"})
        await next_event(socket, "draft.changed")
        reply = {"text": "old mail", "draft": {"version": 1, "device": "desk-0001"}}
        sent = await desk.post(f"{base}/messages", reply)
        told = await next_event(socket, "draft.changed")
        late = await desk.put(f"{base}/draft", {"version": 1, "text": "old mail."})
        twice = await phone.post(f"{base}/messages", {"text": "old mail", "draft": {"version": 1}})
        thread = await desk.get(f"{base}/messages")

    assert sent.status == 201
    assert (told["payload"]["written"], told["payload"]["version"]) == (False, 2)
    assert told["seq"] is not None, "it stands in the log, so that a device that was away hears it"
    assert (late.status, late.data["current"]["message_id"]) == (409, sent.data["message"]["id"])
    assert (twice.status, twice.data["field"]) == (409, "draft")
    outbound = [m for m in thread.data["items"] if m["direction"] == "outbound"]
    assert len(outbound) == 1
