"""The supervisor's board: queues, agents and what is overdue, asked for and told live."""

from datetime import timedelta
from typing import Any

from aiohttp import ClientWebSocketResponse

from shared.collections import AGENT_LOADS, QUEUES
from shared.model.conversation import Status
from shared.model.deadlines import Deadline, Deadlines
from shared.model.people import Role
from shared.model.queueing import AgentLoad, QueueState
from shared.policies.defaults import ensure_policies
from shared.ports.store import Put
from tests.inbox.stage import AT, Stage, a_conversation, frames
from tests.router.world import until

HOUR = timedelta(hours=1)


def overdue(key: str, hours: int, **fields: Any) -> Any:
    """A conversation whose first reply was due so many hours after nine, long ago."""
    due_at = AT + hours * HOUR
    reply = Deadline(policy_id="mail", within_s=60, started_at=AT, due_at=due_at)
    held = Deadlines(first_reply=reply)
    return a_conversation(key, contact_name=key, due_at=due_at, deadlines=held, **fields)


async def test_the_board_tells_queues_by_the_counters_while_people_take_by_hand(
    stage: Stage,
) -> None:
    await ensure_policies(stage.hub.store, AT)
    await stage.store_conversation(a_conversation("a", waiting_since=AT + HOUR))
    await stage.store_conversation(a_conversation("b", waiting_since=AT))
    await stage.store_conversation(a_conversation("c", team_id="sales", line="l2"))
    await stage.store_conversation(a_conversation("d", assignee_id="anna"))
    await stage.store_conversation(a_conversation("e", bot_id="bot-menu"))
    await stage.store_conversation(a_conversation("f", status=Status.PENDING))
    async with stage.browser() as admin:
        board = (await admin.get("/board")).data

    told = {one["id"]: (one["waiting"], one["oldest_at"]) for one in board["queues"]}
    assert told == {
        "-/-": (2, "2026-01-05T09:00:00Z"),
        "sales/l2": (1, "2026-01-05T09:00:00Z"),
    }
    assert (board["assignment"], board["waiting"]) == (False, 3)
    assert [one["expected_wait_s"] for one in board["queues"]] == [None, None]


async def test_the_board_tells_queues_as_the_assigner_keeps_them(stage: Stage) -> None:
    await ensure_policies(stage.hub.store, AT)
    async with stage.browser() as admin:
        team = (await admin.post("/teams", {"name": "Sales"})).data["id"]
        state = QueueState(
            id=f"{team}/-", team_id=team, waiting=4, agents=2, wait_s=1200, oldest_at=AT, at=AT
        )
        await stage.hub.store.commit([Put(QUEUES, state)])
        await admin.put("/queueing/queueing", {"name": "Queueing", "assignment": True})
        (queue,) = (await admin.get("/board")).data["queues"]

    assert (queue["waiting"], queue["agents"], queue["expected_wait_s"]) == (4, 2, 1200)
    assert (queue["team_id"], queue["team_name"]) == (team, "Sales")
    assert queue["oldest_at"] == "2026-01-05T09:00:00Z"


async def test_the_board_tells_what_is_overdue_the_longest_first(stage: Stage) -> None:
    await stage.store_conversation(overdue("later", 2))
    await stage.store_conversation(overdue("first", 1, assignee_id="anna", number=17))
    await stage.store_conversation(overdue("asleep", 3, status=Status.SNOOZED))
    await stage.store_conversation(overdue("done", 1, status=Status.RESOLVED))
    await stage.store_conversation(overdue("far", 24 * 365 * 100))
    async with stage.browser() as admin:
        board = (await admin.get("/board")).data

    told = [(one["contact_name"], one["target"], one["number"]) for one in board["breaches"]]
    assert told == [
        ("first", "first_reply", 17),
        ("later", "first_reply", None),
        ("asleep", "first_reply", None),
    ]
    assert board["more_breaches"] is False


async def test_more_than_a_hundred_breaches_are_not_all_told(stage: Stage) -> None:
    for n in range(101):
        await stage.store_conversation(overdue(f"k{n}", 1))
    async with stage.browser() as admin:
        board = (await admin.get("/board")).data

    assert (len(board["breaches"]), board["more_breaches"]) == (100, True)


async def test_the_board_tells_where_an_agent_is_since_when_and_how_full(stage: Stage) -> None:
    async def of_anna() -> Any:
        agents = (await admin.get("/board")).data["agents"]
        return next(one for one in agents if one["agent_id"] == id)

    async def looks_at(conversation_id: str | None) -> bool:
        return bool((await of_anna())["viewing"] == conversation_id)

    id = await stage.agent("anna@example.org")
    seen = a_conversation("a", contact_name="Boris")
    await stage.store_conversation(seen)
    await stage.hub.store.commit([Put(AGENT_LOADS, AgentLoad(id=id, weight=3, conversations=2))])
    async with stage.browser() as admin, stage.browser("anna@example.org") as anna:
        before = await of_anna()
        async with stage.live(anna) as socket:
            await frames(socket, 1)
            await socket.send_json({"type": "viewing", "conversation_id": seen.id})
            await until(lambda: looks_at(seen.id))
            there = await of_anna()
            await socket.send_json({"type": "viewing"})
            await until(lambda: looks_at(None))

    assert (before["state"], before["viewing"]) == ("offline", None)
    assert (there["state"], there["viewing_name"]) == ("online", "Boris")
    assert there["since"] is not None
    assert there["viewing_since"] >= there["since"]
    assert (there["load"], there["conversations"], there["capacity"]) == (3, 2, 6)


async def next_board(socket: ClientWebSocketResponse) -> Any:
    """The next board that is told; other frames before it are skipped."""
    while True:
        frame = await socket.receive_json(timeout=10)
        if frame["type"] == "board":
            return frame["board"]


async def test_who_watches_is_told_the_board_at_once_and_whenever_it_is_another(
    stage: Stage,
) -> None:
    async with stage.browser() as admin, stage.live(admin) as socket:
        await socket.send_json({"type": "board", "watch": True})
        first = await next_board(socket)
        await stage.store_conversation(a_conversation("a"))
        second = await next_board(socket)
        while second["waiting"] == 0:  # the presence of the admin may be told before it
            second = await next_board(socket)

    assert first["waiting"] == 0
    assert second["waiting"] == 1


async def test_who_watches_no_more_or_may_not_is_told_no_board(stage: Stage) -> None:
    await stage.agent("anna@example.org")
    await stage.agent("sofia@example.org", Role.SUPERVISOR)
    async with stage.browser("anna@example.org") as anna, stage.live(anna) as socket:
        await frames(socket, 1)
        await socket.send_json({"type": "board", "watch": True})
        refused = await anna.get("/board")
        # Supervisors may: theirs is told, and the agent's connection has had its turn by then.
        async with stage.browser("sofia@example.org") as sofia, stage.live(sofia) as hers:
            await hers.send_json({"type": "board", "watch": True})
            await next_board(hers)
            await hers.send_json({"type": "board", "watch": False})
            await hers.send_json({"type": "ping"})
            while (await hers.receive_json(timeout=20))["type"] != "pong":
                pass
            assert stage.inbox.feed.watching_board() == []
        await socket.send_json({"type": "ping"})
        told = []
        while "pong" not in told:
            told.append((await socket.receive_json(timeout=20))["type"])

    assert refused.status == 403
    assert "board" not in told
