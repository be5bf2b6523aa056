"""Teams, lines, skills, the queueing and agents' duties, as admins keep them."""

from typing import Any

import pytest

from shared.policies.defaults import ensure_policies
from tests.inbox.stage import AT, Stage


async def test_a_fresh_hub_has_three_lines_and_assigns_nothing_by_itself(stage: Stage) -> None:
    await ensure_policies(stage.hub.store, AT)
    async with stage.browser() as admin:
        lines = await admin.get("/lines")
        queueing = await admin.get("/queueing")

    assert [line["id"] for line in lines.data["items"]] == ["L1", "L2", "L3"]
    assert [one["assignment"] for one in queueing.data["items"]] == [False]


async def test_duties_are_put_in_place_of_the_earlier_ones(stage: Stage) -> None:
    await ensure_policies(stage.hub.store, AT)
    id = await stage.agent("anna@example.org")
    async with stage.browser() as admin:
        await admin.post("/skills", {"name": "Refunds", "key": "refunds"})
        team = (await admin.post("/teams", {"name": "Shop"})).data["id"]
        duties = {"skills": {"refunds": 3}, "lines": {"L1": 1, "L2": 0.5}, "teams": {team: 0.5}}
        given = await admin.patch(f"/agents/{id}", {"team_ids": [team], "duties": duties})
        again = await admin.patch(f"/agents/{id}", {"duties": {"capacity": 2}})

    assert given.status == 200, given.data
    assert given.data["duties"]["skills"] == {"refunds": 3}
    assert (again.data["duties"]["skills"], again.data["duties"]["capacity"]) == ({}, 2)
    assert again.data["team_ids"] == [team]


@pytest.mark.parametrize(
    "change, field",
    [
        ({"duties": {"skills": {"flying": 1}}}, "duties.skills.flying"),
        ({"duties": {"skills": {"refunds": 6}}}, "duties.skills.refunds"),
        ({"duties": {"lines": {"L9": 1}}}, "duties.lines.L9"),
        ({"duties": {"lines": {"L1": 0}}}, "duties.lines.L1"),
        ({"duties": {"teams": {"tm-none": 1}}}, "duties.teams.tm-none"),
        ({"duties": {"languages": [" "]}}, "duties.languages"),
        ({"team_ids": ["tm-none"]}, "team_ids"),
    ],
)
async def test_duties_that_cannot_be_are_refused_with_the_field(
    stage: Stage, change: dict[str, Any], field: str
) -> None:
    await ensure_policies(stage.hub.store, AT)
    id = await stage.agent("anna@example.org")
    async with stage.browser() as admin:
        await admin.post("/skills", {"name": "Refunds", "key": "refunds"})
        answer = await admin.patch(f"/agents/{id}", change)

    assert (answer.status, answer.data["field"]) == (422, field)


@pytest.mark.parametrize(
    "path, body, field",
    [
        ("/lines", {"name": "X", "position": 1}, "position"),
        ("/skills", {"name": "X", "key": "refunds"}, "key"),
        ("/teams", {"name": "X", "overflow_wait_s": 60}, "overflow_team_id"),
        ("/teams", {"name": "X", "overflow_team_id": "tm-none"}, "overflow_wait_s"),
        (
            "/teams",
            {"name": "X", "overflow_team_id": "tm-none", "overflow_wait_s": 60},
            "overflow_team_id",
        ),
    ],
)
async def test_what_cannot_stand_beside_the_rest_is_refused(
    stage: Stage, path: str, body: dict[str, Any], field: str
) -> None:
    await ensure_policies(stage.hub.store, AT)
    async with stage.browser() as admin:
        await admin.post("/skills", {"name": "Refunds", "key": "refunds"})
        answer = await admin.post(path, body)

    assert (answer.status, answer.data["field"]) == (422, field)


async def test_the_queueing_is_changed_and_neither_doubled_nor_removed(stage: Stage) -> None:
    await ensure_policies(stage.hub.store, AT)
    async with stage.browser() as admin:
        body = {"name": "Queueing", "assignment": True, "weights": {"email": 2}}
        changed = await admin.put("/queueing/queueing", body)
        heavy = await admin.put("/queueing/queueing", {**body, "weights": {"email": 7}})
        second = await admin.post("/queueing", body)
        removed = await admin.delete("/queueing/queueing")

    assert (changed.status, changed.data["assignment"]) == (200, True)
    assert (heavy.status, heavy.data["field"]) == (422, "weights.email")
    assert (second.status, removed.status) == (400, 400)


async def test_a_team_that_another_counts_on_stays(stage: Stage) -> None:
    async with stage.browser() as admin:
        helper = (await admin.post("/teams", {"name": "Helpers"})).data["id"]
        rule = {"overflow_wait_s": 60, "overflow_team_id": helper}
        await admin.post("/teams", {"name": "Shop", **rule})
        answer = await admin.delete(f"/teams/{helper}")

    assert answer.status == 400
