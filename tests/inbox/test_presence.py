"""Presence: by live connections of every process, by what was chosen, and by what was done."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from inbox.attendances import Attendances
from shared.clock import ManualClock
from shared.collections import ATTENDANCE, QUEUES, SETTINGS
from shared.ids import AgentId, ConversationId
from shared.model.people import Role
from shared.model.presence import Attendance, Presence, PresenceState, standing
from shared.model.queueing import QueueState
from shared.policies.defaults import ensure_policies
from shared.ports.store import Put
from tests.inbox.stage import AT, Browser, Stage, a_conversation, frames
from tests.router.world import until
from tests.support.stores import Embedded

NOON = AT


def row(process: str, *, active_s: float = 0, left_s: float = 20) -> Attendance:
    return Attendance(
        id=f"anna/{process}",
        agent_id=AgentId("anna"),
        process=process,
        connections=1,
        active_at=NOON - timedelta(seconds=active_s),
        until=NOON + timedelta(seconds=left_s),
    )


def chose(state: PresenceState, **fields: Any) -> Presence:
    return Presence(id="anna", state=state, changed_at=NOON, **fields)


@pytest.mark.parametrize(
    "chosen, rows, state, reason",
    [
        (None, [], "offline", None),
        (None, [row("a")], "online", None),
        (None, [row("a", left_s=-1)], "offline", None),
        (None, [row("a", left_s=-1), row("b")], "online", None),
        (None, [row("a", active_s=901)], "away", "idle"),
        (None, [row("a", active_s=901), row("b", active_s=10)], "online", None),
        (chose(PresenceState.AWAY, reason="lunch"), [row("a")], "away", "lunch"),
        (chose(PresenceState.AWAY, until=NOON), [row("a")], "online", None),
        (chose(PresenceState.AWAY), [], "offline", None),
        (chose(PresenceState.OFFLINE), [row("a")], "offline", None),
        (chose(PresenceState.ABSENT, reason="ill"), [], "absent", "ill"),
        (chose(PresenceState.ONLINE), [], "offline", None),
    ],
)
def test_presence_is_decided_by_choice_connections_and_input(
    chosen: Presence | None, rows: list[Attendance], state: str, reason: str | None
) -> None:
    found = standing(AgentId("anna"), chosen, rows, NOON, 900)

    assert (found.state.value, found.reason) == (state, reason)


async def own(browser: Browser) -> Any:
    """What is told of the admin's presence."""
    return (await browser.get("/presence")).data["items"][0]


async def test_who_is_connected_is_online_and_stays_so_for_a_reload(stage: Stage) -> None:
    async def is_(state: str) -> bool:
        return bool((await own(admin))["state"] == state)

    async with stage.browser() as admin:
        before = await own(admin)
        async with stage.live(admin) as socket:
            await frames(socket, 1)
            await until(lambda: is_("online"))

        await until(lambda: disconnected(stage))
        after = await own(admin)

    assert before["state"] == "offline"
    assert after["state"] == "online"


async def disconnected(stage: Stage) -> bool:
    page = await stage.hub.store.find(ATTENDANCE, equal={})
    return [row.connections for row in page.items] == [0]


async def test_a_killed_process_leaves_no_ghosts(hub: Embedded) -> None:
    clock = ManualClock(NOON)
    attendances = Attendances(hub.store, clock, Silent(), process="p1", gone_after_s=20)  # type: ignore[arg-type]
    task = asyncio.create_task(attendances.run())
    with attendances.connected("anna"):
        await until(lambda: is_written(hub))
        task.cancel()
        rows = (await hub.store.find(ATTENDANCE, equal={})).items

    assert standing(AgentId("anna"), None, rows, NOON, 900).state is PresenceState.ONLINE
    later = NOON + timedelta(seconds=21)
    assert standing(AgentId("anna"), None, rows, later, 900).state is PresenceState.OFFLINE


async def is_written(hub: Embedded) -> bool:
    return bool((await hub.store.find(ATTENDANCE, equal={})).items)


class Silent:
    """Nobody listens."""

    async def changed(self, collection: str, id: str) -> None:
        """Nobody is told."""


async def test_what_is_done_is_written_at_once_when_somebody_was_idle(hub: Embedded) -> None:
    async def is_active_at(minutes: int) -> bool:
        page = await hub.store.find(ATTENDANCE, equal={})
        return [one.active_at for one in page.items] == [NOON + timedelta(minutes=minutes)]

    clock = ManualClock(NOON)
    attendances = Attendances(hub.store, clock, Silent(), process="p1")  # type: ignore[arg-type]
    task = asyncio.create_task(attendances.run())
    with attendances.connected("anna"):
        await until(lambda: is_active_at(0))
        await clock.advance(600)

        attendances.acted("anna")

        await until(lambda: is_active_at(10))
    task.cancel()


async def test_frames_and_changes_count_as_doing_something(stage: Stage) -> None:
    async with stage.browser() as admin, stage.live(admin) as socket:
        await frames(socket, 1)
        await socket.send_json({"type": "active"})
        await socket.send_json({"type": "ping"})
        answer = await socket.receive_json(timeout=20)

    assert answer["type"] == "pong"


async def test_an_agent_chooses_and_a_supervisor_chooses_for_others(stage: Stage) -> None:
    id = await stage.agent("anna@example.org")
    await stage.agent("sofia@example.org", Role.SUPERVISOR)
    async with stage.browser("anna@example.org") as anna:
        away = await anna.put(
            "/presence/me", {"state": "away", "reason": "lunch", "connected_for_s": 600}
        )
        other = await anna.put(f"/presence/{id}", {"state": "absent"})
    async with stage.browser("sofia@example.org") as sofia:
        absent = await sofia.put(f"/presence/{id}", {"state": "absent", "reason": "ill"})
        nobody = await sofia.put("/presence/a-none", {"state": "absent"})
        past = await sofia.put(
            f"/presence/{id}", {"state": "away", "until": "2020-01-01T00:00:00Z"}
        )

    assert (away.data["state"], away.data["reason"]) == ("away", "lunch")
    assert (away.data["load"], away.data["capacity"]) == (0, 6)
    assert other.status == 403
    assert (absent.data["state"], absent.data["reason"]) == ("absent", "ill")
    assert nobody.status == 404
    assert (past.status, past.data["field"]) == (422, "until")


async def test_the_place_in_the_queue_and_the_expected_wait_are_told(stage: Stage) -> None:
    await ensure_policies(stage.hub.store, AT)
    waiting, taken = a_conversation("a"), a_conversation("b", assignee_id="anna")
    await stage.store_conversation(waiting)
    await stage.store_conversation(taken)
    state = QueueState(
        id="-/-",
        waiting=4,
        agents=2,
        wait_s=1200,
        pace_s=300,
        first=(ConversationId("c0"), waiting.id),
        at=AT,
    )
    await stage.hub.store.commit([Put(QUEUES, state)])
    async with stage.browser() as admin:
        place = await admin.get(f"/conversations/{waiting.id}/queue")
        held = await admin.get(f"/conversations/{taken.id}/queue")
        off = await admin.get("/queues")
        await admin.put("/queueing/queueing", {"name": "Queueing", "assignment": True})
        for n in range(4, 7):
            await admin.post("/lines", {"name": f"L{n}", "position": n})
        on = await admin.get("/queues")

    assert place.data["position"] == 2
    assert place.data["expected_wait_s"] == 600
    assert held.data["waiting"] is False
    assert (off.data["assignment"], off.data["items"], off.data["warnings"]) == (False, [], [])
    assert [one["waiting"] for one in on.data["items"]] == [4]
    assert "6 lines" in on.data["warnings"][0]


async def test_rebalancing_is_wished_for_by_those_who_lead(stage: Stage) -> None:
    await stage.agent("anna@example.org")
    async with stage.browser("anna@example.org") as anna, stage.browser() as admin:
        refused = await anna.post("/queues/rebalance")
        await admin.post("/queues/rebalance")
        wished = await admin.post("/queues/rebalance")

    wish = await stage.hub.store.get(SETTINGS, "rebalance")
    assert (refused.status, wished.status) == (403, 202)
    assert wish is not None
    assert wish.version == 2
