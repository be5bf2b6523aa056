"""Dead letters: seen, handed in again, put aside."""

from typing import Any

from shared.collections import DEAD_LETTERS, STARTS
from shared.commands import Resolve, publication
from shared.ids import CommandId, Partition, partition_of
from shared.model.people import Actor, ActorKind, Role
from shared.model.records import DeadLetter, Start
from shared.ports.store import Put
from shared.topology import partition_queue
from tests.inbox.stage import AT, Stage, a_conversation
from tests.support.stores import Embedded

CONVERSATION = a_conversation()
PARTITION = Partition(partition_of(CONVERSATION.id))


async def _dead_command(hub: Embedded, **fields: Any) -> str:
    command = Resolve(conversation_id=CONVERSATION.id, actor=Actor(kind=ActorKind.SYSTEM))
    item = publication(command, CommandId("k1"), at=AT, source="inbox", trace_id="t")
    values: dict[str, Any] = {
        "id": "k1.dead",
        "source": "router/p00",
        "queue": f"conversations.p{PARTITION:02d}",
        "reason": "a bug",
        "conversation_id": CONVERSATION.id,
        "envelope": item.envelope.model_dump(mode="json"),
        "at": AT,
    }
    letter = DeadLetter(**(values | fields))
    start = Start(id="k1", count=2, at=AT)
    await hub.store.commit([Put(DEAD_LETTERS, letter), Put(STARTS, start)])
    return letter.id


async def test_a_replay_publishes_the_item_as_it_was(stage: Stage) -> None:
    id = await _dead_command(stage.hub)
    async with stage.browser() as admin:
        answer = await admin.post(f"/dead-letters/{id}/replay", {})
        again = await admin.post(f"/dead-letters/{id}/replay", {})
        left = await admin.get("/dead-letters?state=open")

    async with stage.hub.bus.consume(partition_queue(PARTITION), prefetch=10) as queue:
        delivery, repeat = await queue.take(10)
    assert answer.data["state"] == "replayed"
    assert answer.data["closed_by"]["name"] == "admin"
    assert again.status == 200
    assert left.data["items"] == []
    assert [delivery.envelope.id, repeat.envelope.id] == ["k1", "k1"]
    assert await stage.hub.store.get(STARTS, "k1") is None


async def test_a_dropped_one_stays_readable(stage: Stage) -> None:
    id = await _dead_command(stage.hub)
    async with stage.program(Role.SUPERVISOR) as supervisor:
        dropped = await supervisor.post(f"/dead-letters/{id}/drop", {})
        shown = await supervisor.get(f"/dead-letters/{id}")
        replayed = await supervisor.post(f"/dead-letters/{id}/replay", {})
        audit = await supervisor.get(f"/audit?conversation_id={CONVERSATION.id}")

    assert dropped.data["state"] == "dropped"
    assert shown.data["reason"] == "a bug"
    assert replayed.status == 400
    assert [entry["action"] for entry in audit.data["items"]] == ["dead_letter.dropped"]


async def test_bytes_in_quarantine_wait_for_the_channel_that_can_parse_them(stage: Stage) -> None:
    id = await _dead_command(
        stage.hub, envelope=None, queue=None, raw_base64="e30=", channel_id="shop"
    )
    async with stage.browser() as admin:
        answer = await admin.post(f"/dead-letters/{id}/replay", {})
        shown = await admin.get(f"/dead-letters/{id}")
        listed = await admin.get("/dead-letters")

    assert answer.status == 503
    assert listed.data["items"][0]["raw_base64"] is None
    assert "shop is not at work now" in answer.data["detail"]
    assert shown.data["asked_at"] is not None
    assert shown.data["raw_base64"] == "e30="
    assert shown.data["state"] == "open"


async def test_an_unknown_one_is_404(stage: Stage) -> None:
    async with stage.browser() as admin:
        answer = await admin.post("/dead-letters/nothing/drop", {})

    assert answer.status == 404


async def test_a_replay_that_the_bus_does_not_take_leaves_it_open(stage: Stage) -> None:
    id = await _dead_command(stage.hub)
    async with stage.browser() as admin:
        await stage.hub.bus.close()
        answer = await admin.post(f"/dead-letters/{id}/replay", {})
        shown = await admin.get(f"/dead-letters/{id}")

    assert answer.status == 503
    assert shown.data["state"] == "open"
