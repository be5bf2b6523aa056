"""Policy documents: kept by admins, checked before that, and told to every process."""

from shared.collections import AUDIT, SETTINGS
from shared.model.people import Role
from shared.policies.book import EDITION
from tests.inbox.stage import Stage, frames, next_event

TOPIC = {"name": "Returns", "names": {"ru": "Возвраты"}, "position": 5}


async def test_a_topic_is_added_changed_and_removed(stage: Stage) -> None:
    async with stage.browser() as admin:
        added = await admin.post("/topics", TOPIC)
        id = added.data["id"]
        changed = await admin.put(f"/topics/{id}?version=1", {**TOPIC, "name": "Refunds"})
        listed = await admin.get("/topics")
        removed = await admin.delete(f"/topics/{id}")
        gone = await admin.get(f"/topics/{id}")

    assert (added.status, added.data["version"]) == (201, 1)
    assert (changed.status, changed.data["name"], changed.data["version"]) == (200, "Refunds", 2)
    assert [one["id"] for one in listed.data["items"]] == [id]
    assert (removed.status, gone.status) == (204, 404)


async def test_every_change_is_another_edition_and_is_audited(stage: Stage) -> None:
    async with stage.browser() as admin:
        added = await admin.post("/topics", TOPIC)
        await admin.delete(f"/topics/{added.data['id']}")

    edition = await stage.hub.store.get(SETTINGS, EDITION)
    page = await stage.hub.store.find(AUDIT, equal={}, order="at")
    assert edition is not None
    assert edition.version == 2
    assert [one.action for one in page.items if one.action.startswith("topic.")] == [
        "topic.added",
        "topic.removed",
    ]


async def test_who_saw_an_older_version_changes_nothing(stage: Stage) -> None:
    async with stage.browser() as admin:
        id = (await admin.post("/topics", TOPIC)).data["id"]
        await admin.put(f"/topics/{id}", {**TOPIC, "name": "Refunds"})

        late = await admin.put(f"/topics/{id}?version=1", {**TOPIC, "name": "Late"})
        kept = await admin.get(f"/topics/{id}")

    assert late.status == 409
    assert kept.data["name"] == "Refunds"


async def test_what_cannot_work_is_refused_with_the_field(stage: Stage) -> None:
    async with stage.browser() as admin:
        id = (await admin.post("/topics", TOPIC)).data["id"]
        below = (await admin.post("/topics", {"name": "Below", "parent_id": id})).data["id"]

        itself = await admin.put(f"/topics/{id}", {**TOPIC, "parent_id": below})
        nowhere = await admin.post("/topics", {"name": "X", "parent_id": "tp-none"})
        unknown = await admin.post("/topics", {"name": "X", "colour": "red"})
        parent = await admin.delete(f"/topics/{id}")

    assert (itself.status, itself.data["field"]) == (422, "parent_id")
    assert (nowhere.status, nowhere.data["field"]) == (422, "parent_id")
    assert unknown.status == 422
    assert parent.status == 400


async def test_agents_read_policies_and_do_not_write_them(stage: Stage) -> None:
    await stage.agent("agent@example.org", Role.AGENT)
    async with stage.browser("agent@example.org") as agent:
        read = await agent.get("/topics")
        written = await agent.post("/topics", TOPIC)

    assert (read.status, written.status) == (200, 403)


async def test_screens_are_told_of_a_changed_policy(stage: Stage) -> None:
    async with stage.browser() as admin, stage.live(admin) as socket:
        await frames(socket, 1)

        id = (await admin.post("/topics", TOPIC)).data["id"]
        event = await next_event(socket, "settings.changed")

    assert (event["payload"]["collection"], event["payload"]["id"]) == ("topics", id)


async def test_a_bots_duty_names_hours_that_can_be(stage: Stage) -> None:
    duty = {"name": "Nights", "bot": "menu", "hours": [{"begin": "20:00", "end": "08:00"}]}
    async with stage.browser() as admin:
        added = await admin.post("/bot-duties", duty)
        nowhere = await admin.post("/bot-duties", {**duty, "time_zone": "Mars/Olympus"})
        empty = await admin.post(
            "/bot-duties", {**duty, "hours": [{"begin": "08:00", "end": "08:00"}]}
        )
        no_name = await admin.post("/bot-duties", {**duty, "bot": "Not a name"})
        too_long = await admin.post("/bot-duties", {**duty, "lease_s": 4000})

    assert (added.status, added.data["lease_s"], added.data["misses"]) == (201, 20, 2)
    assert (nowhere.status, nowhere.data["field"]) == (422, "time_zone")
    assert (empty.status, empty.data["field"]) == (422, "hours.0.end")
    assert no_name.data["errors"][0]["field"] == "bot"
    assert too_long.data["errors"][0]["field"] == "lease_s"


async def test_an_answer_size_is_for_channels_that_are_there(stage: Stage) -> None:
    async with stage.browser() as admin:
        added = await admin.post("/answer-sizes", {"name": "Chats"})
        wrong = await admin.post("/answer-sizes", {"name": "Odd", "channel_types": ["pigeon"]})
        none = await admin.post("/answer-sizes", {"name": "None", "chars": 0})
    async with stage.program(Role.AGENT) as agent:
        listed = await agent.get("/answer-sizes")

    assert (added.status, added.data["chars"], added.data["lines"]) == (201, 600, 12)
    assert (wrong.status, wrong.data["field"]) == (422, "channel_types")
    assert (none.status, none.data["errors"][0]["field"]) == (422, "chars")
    assert [one["name"] for one in listed.data["items"]] == ["Chats"]
