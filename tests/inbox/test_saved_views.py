"""Views that agents keep: whose they are, who sees them, what they hold."""

from datetime import timedelta
from typing import Any

import pytest

from inbox import saved_views
from inbox.listing import MOST_READ
from inbox.saved_views import COUNTED, MOST
from shared.collections import AGENTS, SAVED_VIEWS, TEAMS
from shared.ids import TeamId
from shared.model.conversation import Priority
from shared.model.people import Role
from shared.model.saved_view import ConversationFilter, SavedView, View
from shared.model.team import Team
from shared.ports.store import Put, Update
from tests.inbox.stage import AT, PASSWORD, Browser, Stage, a_conversation

URGENT = {"name": "Urgent", "filter": {"priority": "urgent"}}


async def team(stage: Stage, *emails: str) -> str:
    """A team of these agents, who are made."""
    made = Team(id="tm1", name="Refunds", created_at=AT, updated_at=AT)
    await stage.hub.store.commit([Put(TEAMS, made)])
    for email in emails:
        id = await stage.agent(email)
        await stage.hub.store.commit([Update(AGENTS, id, {"team_ids": ("tm1",)})])
    return made.id


async def seen(browser: Browser) -> list[tuple[str, int, bool]]:
    """Names, counts and whether there are more."""
    answer = await browser.get("/views")
    return [(one["view"]["name"], one["count"], one["more"]) for one in answer.data["saved"]]


async def stored(stage: Stage, count: int, **values: Any) -> None:
    for number in range(count):
        moved = AT + timedelta(minutes=number)
        await stage.store_conversation(
            a_conversation(f"c{number}{values}", last_activity_at=moved, **values)
        )


async def test_a_saved_view_is_its_makers_alone_and_counts_what_the_list_shows(
    stage: Stage,
) -> None:
    await stored(stage, 3, priority=Priority.URGENT)
    await stored(stage, 2)
    await stage.agent("kim@example.com")
    async with stage.browser() as admin, stage.browser("kim@example.com") as kim:
        made = await admin.post("/views", URGENT)
        listed = await admin.get("/conversations?priority=urgent")
        theirs = await kim.get("/views")

        assert (made.status, await seen(admin)) == (201, [("Urgent", 3, False)])
        assert len(listed.data["items"]) == 3
        assert theirs.data["saved"] == []
        for answer in (
            await kim.put(f"/views/{made.data['id']}", URGENT),
            await kim.delete(f"/views/{made.data['id']}"),
        ):
            assert answer.status == 404


async def test_a_view_of_a_team_is_seen_by_its_people_and_changed_by_its_maker_or_a_supervisor(
    stage: Stage,
) -> None:
    team_id = await team(stage, "kim@example.com", "lee@example.com")
    await stage.agent("out@example.com")
    async with (
        stage.browser() as admin,
        stage.browser("kim@example.com") as kim,
        stage.browser("lee@example.com") as lee,
        stage.browser("out@example.com") as outside,
    ):
        made = await kim.post("/views", {**URGENT, "team_id": team_id})
        path = f"/views/{made.data['id']}"

        assert [name for name, _, _ in await seen(lee)] == ["Urgent"]
        assert await seen(outside) == []
        assert (await outside.post("/views", {**URGENT, "team_id": team_id})).status == 403
        assert (await lee.put(path, URGENT)).status == 403
        renamed = await admin.put(path, {**URGENT, "name": "At once", "team_id": team_id})
        assert (renamed.status, renamed.data["version"]) == (200, 2)
        assert [name for name, _, _ in await seen(kim)] == ["At once"]
        assert (await kim.delete(path)).status == 204
        assert await seen(lee) == []


async def test_everybody_has_their_own_order_of_the_same_views(stage: Stage) -> None:
    team_id = await team(stage, "kim@example.com", "lee@example.com")
    async with stage.browser("kim@example.com") as kim, stage.browser("lee@example.com") as lee:
        ids = [
            (await kim.post("/views", {**URGENT, "name": name, "team_id": team_id})).data["id"]
            for name in ("one", "two", "three")
        ]

        answer = await kim.put("/views/order", {"ids": [ids[2], ids[0], "gone"]})

        assert answer.status == 204
        assert [name for name, _, _ in await seen(kim)] == ["three", "one", "two"]
        assert [name for name, _, _ in await seen(lee)] == ["one", "two", "three"]


async def test_me_in_a_shared_filter_is_whoever_looks(stage: Stage) -> None:
    team_id = await team(stage, "kim@example.com", "lee@example.com")
    kims = next(
        one.id
        for one in (await stage.hub.store.find(AGENTS, equal={})).items
        if one.email.startswith("kim")
    )
    await stored(stage, 2, assignee_id=kims)
    mine = {"name": "My own", "filter": {"assignee_id": "me"}, "team_id": team_id}
    async with stage.browser("kim@example.com") as kim, stage.browser("lee@example.com") as lee:
        await kim.post("/views", mine)

        assert await seen(kim) == [("My own", 2, False)]
        assert await seen(lee) == [("My own", 0, False)]


async def test_a_teams_view_of_ones_own_that_names_its_maker_is_everybodys_own(
    stage: Stage,
) -> None:
    team_id = await team(stage, "kim@example.com", "lee@example.com")
    async with stage.browser("kim@example.com") as kim, stage.browser("lee@example.com") as lee:
        own_id = (await kim.get("/session")).data["agent"]["id"]
        await stored(stage, 2, assignee_id=own_id)
        mine = {"view": "mine", "assignee_id": own_id}
        made = await kim.post("/views", {"name": "Own", "filter": mine, "team_id": team_id})

        assert (made.status, made.data["filter"]["assignee_id"]) == (201, "me")
        assert await seen(kim) == [("Own", 2, False)]
        assert await seen(lee) == [("Own", 0, False)]


async def test_a_kept_view_that_holds_for_somebody_else_alone_spoils_no_list(
    stage: Stage,
) -> None:
    team_id = await team(stage, "kim@example.com", "lee@example.com")
    filter = ConversationFilter(view=View.MINE, assignee_id="somebody")
    old = SavedView(
        id="vw1", name="Old", owner_id="somebody", team_id=TeamId(team_id), filter=filter,
        created_at=AT, updated_at=AT,
    )  # fmt: skip
    await stage.hub.store.commit([Put(SAVED_VIEWS, old)])
    async with stage.browser("lee@example.com") as lee:
        await lee.post("/views", URGENT)
        counted = await lee.get("/views/counts?ids=vw1")

        assert await seen(lee) == [("Old", 0, False), ("Urgent", 0, False)]
    assert counted.data["items"] == [{"key": "saved/vw1", "count": 0, "more": False}]


async def test_a_team_that_has_all_its_views_still_changes_them(stage: Stage) -> None:
    team_id = await team(stage, "kim@example.com")
    filter = ConversationFilter(view=View.PENDING)
    kept = [
        SavedView(
            id=f"vw{number}", name="Kept", owner_id="lee", team_id=TeamId(team_id), filter=filter,
            created_at=AT, updated_at=AT,
        )
        for number in range(MOST - 1)
    ]  # fmt: skip
    await stage.hub.store.commit([Put(SAVED_VIEWS, view) for view in kept])
    shared = {**URGENT, "team_id": team_id}
    async with stage.browser("kim@example.com") as kim:
        last = await kim.post("/views", shared)
        changed = await kim.put(f"/views/{last.data['id']}", {**shared, "name": "Renamed"})
        own = await kim.post("/views", URGENT)
        over = [
            await kim.post("/views", shared),
            await kim.put(f"/views/{own.data['id']}", shared),
        ]

    assert (last.status, changed.status, changed.data["name"]) == (201, 200, "Renamed")
    assert [(one.status, one.data["field"]) for one in over] == [(422, "team_id")] * 2


async def test_what_no_counter_knows_is_counted_up_to_a_bound(stage: Stage) -> None:
    await stored(stage, COUNTED + 5, priority=Priority.URGENT)
    async with stage.browser() as admin:
        made = await admin.post("/views", URGENT)
        await admin.post("/views", {"name": "All", "filter": {"status": "open"}})
        counted = await admin.get(f"/views/counts?ids={made.data['id']}")

        assert await seen(admin) == [("Urgent", COUNTED, True), ("All", COUNTED + 5, False)]
    assert counted.data["items"] == [
        {"key": f"saved/{made.data['id']}", "count": COUNTED, "more": True}
    ]


@pytest.mark.parametrize(
    "change, field",
    [
        ({"name": " "}, "name"),
        ({"filter": {"colour": "red"}}, "filter.colour"),
        ({"filter": {"view": "pending", "status": "open"}}, "filter.status"),
        ({"team_id": "tm-gone"}, "team_id"),
    ],
)
async def test_a_view_that_cannot_work_is_refused_with_its_field(
    stage: Stage, change: dict[str, Any], field: str
) -> None:
    async with stage.browser() as admin:
        answer = await admin.post("/views", {**URGENT, **change})

    errors = answer.data.get("errors") or [answer.data]
    assert (answer.status, errors[0]["field"]) == (422, field)


async def test_programs_have_no_views_of_their_own(stage: Stage) -> None:
    async with stage.program(Role.AGENT) as program:
        answer = await program.post("/views", URGENT)
        counts = await program.get("/views")

    assert (answer.status, counts.data["saved"]) == (400, [])


async def test_everybody_is_told_of_a_changed_view(stage: Stage) -> None:
    await stage.agent("kim@example.com", Role.AGENT)
    async with stage.browser("kim@example.com", PASSWORD) as kim, stage.live(kim) as socket:
        async with stage.browser() as admin:
            made = await admin.post("/views", URGENT)
        while True:
            frame = await socket.receive_json(timeout=10)
            if frame.get("kind") == "settings.changed":
                break

    told = (frame["payload"]["collection"], frame["payload"]["id"])
    assert told == ("saved_views", made.data["id"])


async def test_one_request_counts_a_bounded_part_and_the_next_what_was_left(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_views, "MOST_LOOKED_AT", 2 * MOST_READ)
    priorities = ("low", "normal", "high", "urgent")
    for one in priorities:
        await stored(stage, 2, priority=Priority(one))
    async with stage.browser() as admin:
        for one in priorities:
            await admin.post("/views", {"name": one, "filter": {"priority": one}})
        await admin.post("/views", {"name": "all", "filter": {"status": "open"}})

        first, second = await seen(admin), await seen(admin)

    counted = ("all", 8, False)
    assert first == [
        ("low", 2, False), ("normal", 2, False), ("high", 0, True), ("urgent", 0, True), counted,
    ]  # fmt: skip
    assert second == [*((one, 2, False) for one in priorities), counted]
