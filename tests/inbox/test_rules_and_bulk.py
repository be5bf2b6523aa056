"""Rules, answers and bulk requests over HTTP, with the real router behind."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from inbox import listing
from router.service import Router
from shared.clock import SystemClock
from shared.collections import CHANNEL_TYPES, CHANNELS, CONVERSATIONS, MESSAGES
from shared.ids import ChannelId, ChannelType
from shared.leases import Leases
from shared.model.channel import Capabilities, Channel, ChannelTypeInfo
from shared.model.conversation import Conversation
from shared.model.people import Role
from shared.ports.store import Put
from shared.runtime import Service, running
from tests.inbox.stage import AT, Browser, Stage, a_conversation, a_message, open_stage
from tests.support.stores import Embedded

ON_MESSAGE = {"type": "event", "causes": ["message"]}
LABEL = {"type": "add_labels", "labels": ["refund"]}


@pytest.fixture
async def stage(hub: Embedded) -> AsyncIterator[Stage]:
    """An inbox and a router on the same ports, with one channel."""
    site = Channel(
        id=ChannelId("site"), type=ChannelType("webchat"), name="Site", created_at=AT, updated_at=AT
    )
    able = Capabilities(max_text=4000)
    kind = ChannelTypeInfo(id="webchat", title="Site chat", settings_schema={}, capabilities=able)
    await hub.store.commit([Put(CHANNELS, site), Put(CHANNEL_TYPES, kind)])
    clock = SystemClock()
    router = Router(hub.bus, hub.store, clock, Leases(hub.store, clock, "test", exclusive=True))
    async with open_stage(hub) as opened, running([Service("router", router.run)]):
        yield opened


async def stored(stage: Stage, count: int, **changes: Any) -> list[Conversation]:
    """So many conversations, each with a message."""
    made = [
        a_conversation(f"chat-{n}", contact_id=f"k{n}", labels=(f"own-{n}",), messages=1, **changes)
        for n in range(count)
    ]
    for one in made:
        await stage.store_conversation(one, a_message(one, 0, "I want a refund"))
    return made


async def finished(browser: Browser, id: str) -> Any:
    """The bulk request once every command has its outcome."""
    async with asyncio.timeout(25):
        while True:
            answer = await browser.get(f"/bulk/{id}")
            data = answer.data
            undone = data["undone"] + len(data["not_undone"])
            if data["waiting"] == 0 and (data["undone_at"] is None or undone == data["total"]):
                return data
            await asyncio.sleep(0.05)


def a_rule(**fields: Any) -> dict[str, Any]:
    return {"name": "Refunds", "when": ON_MESSAGE, "actions": [LABEL], **fields}


@pytest.mark.parametrize(
    "wrong, field",
    [
        ({"conditions": [{"type": "topic", "topics": ["tp-no"]}]}, "conditions.0.topics.0"),
        ({"conditions": [{"type": "team", "team_ids": ["no"]}]}, "conditions.0.team_ids.0"),
        ({"conditions": [{"type": "field", "name": "no"}]}, "conditions.0.name"),
        ({"conditions": [{"type": "entry"}]}, "conditions.0"),
        ({"conditions": [{"type": "words", "words": ["!"]}]}, "conditions.0.words.0"),
        (
            {"conditions": [{"type": "channel", "channel_ids": ["no"]}]},
            "conditions.0.channel_ids.0",
        ),
        ({"conditions": [{"type": "peak"}, {"type": "peak", "on": False}]}, "conditions.1"),
        (
            {
                "conditions": [
                    {"type": "status", "statuses": ["open"]},
                    {"type": "status", "statuses": ["pending"]},
                ]
            },
            "conditions.1",
        ),
        ({"actions": [{"type": "assign", "agent_id": "nobody"}]}, "actions.0.agent_id"),
        ({"actions": [{"type": "assign", "agent_id": "me"}]}, "actions.0.agent_id"),
        ({"actions": [{"type": "team", "team_id": "nowhere"}]}, "actions.0.team_id"),
        ({"actions": [{"type": "topic", "topic": "tp-no"}]}, "actions.0.topic"),
        (
            {"actions": [{"type": "canned_reply", "canned_reply_id": "no"}]},
            "actions.0.canned_reply_id",
        ),
        ({"actions": [{"type": "reply", "text": "{{what}}"}]}, "actions.0.text"),
        ({"actions": [{"type": "resolve"}, {"type": "reopen"}]}, "actions.1"),
        ({"actions": [LABEL, {"type": "remove_labels", "labels": ["refund"]}]}, "actions.1.labels"),
        (
            {
                "when": {"type": "event", "causes": ["labels"]},
                "actions": [LABEL, {"type": "note", "text": "x"}],
            },
            "actions.0",
        ),
        (
            {
                "when": {"type": "time", "since": "idle", "for_s": 60},
                "conditions": [{"type": "words", "words": ["x"]}],
            },
            "conditions.0",
        ),
    ],
)
async def test_a_rule_that_cannot_work_is_refused_with_the_field(
    stage: Stage, wrong: dict[str, Any], field: str
) -> None:
    async with stage.browser() as admin:
        answer = await admin.post("/rules", a_rule(**wrong))

    assert (answer.status, answer.data["field"]) == (422, field)


async def test_a_dry_run_tells_what_the_rule_then_does_and_changes_nothing(stage: Stage) -> None:
    made = await stored(stage, 3)
    wanted = a_rule(conditions=[{"type": "words", "words": ["refunds"]}])
    since = (AT - timedelta(days=1)).isoformat()

    async with stage.browser() as admin:
        tried = await admin.post("/rules/dry-run", {"rule": wanted, "since": since})
        other = a_rule(conditions=[{"type": "words", "words": ["delivery"]}])
        none = await admin.post("/rules/dry-run", {"rule": other, "since": since})
        firings = await admin.get("/rule-firings")

    assert tried.data["conversations"] == 3
    assert {one["conversation_id"] for one in tried.data["items"]} == {one.id for one in made}
    assert tried.data["items"][0]["actions"] == [LABEL]
    assert none.data["items"] == []
    assert firings.data["items"] == []
    kept = await stage.hub.store.get_many(CONVERSATIONS, [one.id for one in made])
    assert all(kept[one.id].version == one.version for one in made)


async def test_five_hundred_are_changed_and_put_back_exactly(stage: Stage) -> None:
    made = await stored(stage, 500)
    ids = [one.id for one in made]
    actions = [LABEL, {"type": "priority", "priority": "high"}, {"type": "resolve"}]

    async with stage.browser() as admin:
        body = {"id": "bulk-500-a", "ids": ids, "actions": actions}
        given = await admin.post("/bulk", body)
        done = await finished(admin, given.data["id"])
        changed = await stage.hub.store.get_many(CONVERSATIONS, ids)
        again = await admin.post("/bulk", body)
        await admin.post(f"/conversations/{ids[7]}/labels", {"add": ["touched"]})
        await admin.post(f"/bulk/{given.data['id']}/undo")
        undone = await finished(admin, given.data["id"])

    assert (given.status, done["total"], done["done"], done["failed"]) == (202, 500, 500, [])
    assert again.data["id"] == given.data["id"]
    assert {one.status.value for one in changed.values()} == {"resolved"}
    assert undone["undone"] == 499
    assert [one["conversation_id"] for one in undone["not_undone"]] == [ids[7]]
    after = await stage.hub.store.get_many(CONVERSATIONS, ids)
    names = {"status", "labels", "priority", "resolved_at", "assignee_id", "unread", "fields"}
    for one in made:
        if one.id != ids[7]:
            assert after[one.id].model_dump(include=names) == one.model_dump(include=names)
    assert after[ids[7]].status.value == "resolved"


@pytest.mark.parametrize(
    "action",
    [
        {"type": "reply", "text": "hi"},
        {"type": "canned_reply", "canned_reply_id": "hi"},
        {"type": "verify"},
    ],
)
async def test_no_action_that_reaches_customers_goes_to_many_without_the_right_to(
    stage: Stage, action: dict[str, Any]
) -> None:
    (one,) = await stored(stage, 1)
    async with stage.browser() as admin:
        answer = await admin.post("/bulk", {"ids": [one.id], "actions": [LABEL, action]})

    assert (answer.status, answer.data["field"]) == (422, "actions.1.type")


async def test_a_bulk_request_takes_a_filter_and_lists_what_is_missing(stage: Stage) -> None:
    made = await stored(stage, 3)

    async with stage.browser() as admin:
        by_filter = await admin.post("/bulk", {"filter": {"label": "own-1"}, "actions": [LABEL]})
        done = await finished(admin, by_filter.data["id"])
        missing = await admin.post("/bulk", {"ids": [made[0].id, "c00none"], "actions": [LABEL]})
        neither = await admin.post("/bulk", {"actions": [LABEL]})

    assert (done["total"], done["done"]) == (1, 1)
    assert [one["conversation_id"] for one in missing.data["left_out"]] == ["c00none"]
    assert (neither.status, neither.data["field"]) == (422, "ids")


async def test_a_bulk_request_whose_filter_looks_through_too_much_is_refused(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "MOST", 5)
    monkeypatch.setattr(listing, "MOST_READ", 5)
    await stored(stage, 101)  # twenty pages of five, and one more

    async with stage.browser() as admin:
        body = {"filter": {"priority": "urgent"}, "actions": [LABEL]}
        refused = await admin.post("/bulk", body)
        narrower = {"filter": {"priority": "urgent", "label": "own-1"}, "actions": [LABEL]}
        taken = await admin.post("/bulk", narrower)

    assert (refused.status, refused.data["field"]) == (422, "filter")
    assert "narrow it" in refused.data["detail"]
    assert taken.status == 202


async def test_one_reply_to_many_is_one_for_each_and_harmless_twice(stage: Stage) -> None:
    made = await stored(stage, 3)
    same = a_conversation("chat-9", contact_id="k0", contact_name="Same")
    closed = a_conversation("chat-8", contact_id="k8", reply_until=AT)
    for one in (same, closed):
        await stage.store_conversation(one)
    ids = [*(one.id for one in made), same.id, closed.id]
    body = {"id": "many-00001", "ids": ids, "text": "Dear {{contact.name}}!", "per_minute": 60}

    async with stage.browser() as admin:
        given = await admin.post("/bulk/replies", body)
        await finished(admin, given.data["id"])
        await admin.post("/bulk/replies", body)
        done = await finished(admin, given.data["id"])
        undo = await admin.post(f"/bulk/{given.data['id']}/undo")
        scheduled = await admin.get("/scheduled")

    assert (done["total"], done["done"]) == (3, 3)
    assert {one["conversation_id"]: one["reason_code"] for one in done["left_out"]} == {
        same.id: "same_contact",
        closed.id: "window_closed",
    }
    assert undo.status == 400
    assert len(scheduled.data["items"]) == 2
    for one in made:
        page = await stage.hub.store.find(MESSAGES, equal={"conversation_id": one.id}, order="seq")
        texts = [m.content.text for m in page.items if m.direction.value == "outbound"]
        assert texts == ["Dear Visitor!"]


async def test_agents_do_not_write_to_many(stage: Stage) -> None:
    [one] = await stored(stage, 1)
    await stage.agent("agent@example.org", Role.AGENT)

    async with stage.browser("agent@example.org") as agent:
        answer = await agent.post("/bulk/replies", {"ids": [one.id], "text": "hi"})

    assert answer.status == 403


async def test_a_canned_reply_is_shown_and_refused_as_the_router_sends_and_refuses_it(
    stage: Stage,
) -> None:
    [one] = await stored(stage, 1)
    slot = {"name": "understood", "label": "What you read"}
    spec = {
        "name": "Late",
        "shortcut": "late",
        "text": "{{understood}} Sorry, {{contact.name}}.",
        "slots": [slot],
    }

    async with stage.browser() as admin:
        kept = await admin.post("/canned-replies", spec)
        twice = await admin.post("/canned-replies", spec)
        id, path = kept.data["id"], f"/conversations/{one.id}"
        empty = await admin.post(f"{path}/canned-reply", {"canned_reply_id": id})
        values = {"understood": "A torn box!"}
        shown = await admin.post(f"{path}/canned-reply", {"canned_reply_id": id, "values": values})
        refused = await admin.post(f"{path}/messages", {"canned": {"id": id}})
        sent = await admin.post(f"{path}/messages", {"canned": {"id": id, "values": values}})

    assert (twice.status, twice.data["field"]) == (422, "shortcut")
    assert empty.data["problem"]["field"] == "values.understood"
    assert shown.data["text"] == "A torn box! Sorry, Visitor."
    assert (refused.status, refused.data["field"]) == (422, "canned.values.understood")
    assert refused.data["reason_code"] == "canned_slot_empty"
    assert sent.data["message"]["content"]["text"] == shown.data["text"]


async def test_a_macro_runs_by_one_call(stage: Stage) -> None:
    [one] = await stored(stage, 1)
    spec = {"name": "Close", "actions": [LABEL, {"type": "resolve"}]}

    async with stage.browser() as admin:
        macro = await admin.post("/macros", spec)
        ran = await admin.post(f"/conversations/{one.id}/macro", {"macro_id": macro.data["id"]})
        peak = await admin.get("/peak")

    assert ran.data["conversation"]["status"] == "resolved"
    assert ran.data["conversation"]["labels"] == ["own-0", "refund"]
    assert peak.data["on"] is False


async def test_many_customers_are_not_written_to_by_the_way_of_actions(stage: Stage) -> None:
    [one] = await stored(stage, 1)
    async with stage.browser() as admin:
        body = {"ids": [one.id], "actions": [LABEL, {"type": "reply", "text": "hi"}]}
        answer = await admin.post("/bulk", body)

    assert (answer.status, answer.data["field"]) == (422, "actions.1.type")
