"""Tasks and the directory over the API, with the router behind it."""

from typing import Any

import pytest

from shared.collections import CONVERSATIONS, TASKS, TOPICS
from shared.ids import AgentId
from shared.model.people import Actor, ActorKind, Role
from shared.model.task import Task
from shared.model.topic import Topic
from shared.ports.store import Put
from tests.inbox.stage import AT, Stage, a_conversation

BY = Actor(kind=ActorKind.AGENT, id="anna", name="Anna")


def a_task(id: str, conversation_id: str, **fields: Any) -> Put[Task]:
    values = {
        "id": id,
        "conversation_id": conversation_id,
        "line": "l2",
        "summary": "it leaks",
        "created_by": BY,
        "created_at": AT,
    }
    return Put(TASKS, Task.model_validate(values | fields))


async def test_tasks_are_listed_by_line_and_by_who_does_them(stage: Stage) -> None:
    case = a_conversation("a")
    await stage.hub.store.commit(
        [
            Put(CONVERSATIONS, case),
            a_task("t1", case.id),
            a_task("t2", case.id, line="l3"),
            a_task("t3", case.id, state="taken", assignee_id="anna"),
            a_task("t4", case.id, state="done"),
        ]
    )
    async with stage.browser() as browser:
        asked = {
            query: [one["id"] for one in (await browser.get(f"/tasks?{query}")).data["items"]]
            for query in ("", "line=l3", "state=taken&assignee_id=anna", "state=done")
        }
        own = await browser.get(f"/conversations/{case.id}/tasks")
        both = await browser.get("/tasks?line=l2&assignee_id=anna")
        one = await browser.get("/tasks/t1")
        none = await browser.get("/tasks/t9")

    assert asked == {
        "": ["t1", "t2"],
        "line=l3": ["t2"],
        "state=taken&assignee_id=anna": ["t3"],
        "state=done": ["t4"],
    }
    assert len(own.data["items"]) == 4
    assert (both.status, both.data["field"]) == (422, "assignee_id")
    assert (one.status, none.status) == (200, 404)


async def test_the_directory_warns_of_topics_for_which_nobody_answers(stage: Stage) -> None:
    anna = await stage.agent("anna@example.com")
    topics = (
        Topic(id="a", name="A", responsible_agent_id=AgentId(anna), created_at=AT, updated_at=AT),
        Topic(id="b", name="B", parent_id="a", position=1, created_at=AT, updated_at=AT),
        Topic(id="c", name="C", position=2, created_at=AT, updated_at=AT),
        Topic(
            id="d",
            name="D",
            position=3,
            responsible_agent_id=AgentId("gone"),
            created_at=AT,
            updated_at=AT,
        ),
    )
    await stage.hub.store.commit([Put(TOPICS, topic) for topic in topics])
    async with stage.browser() as browser:
        listed = (await browser.get("/directory")).data["items"]

    assert [one["agent_name"] for one in listed] == ["anna", "anna", None, None]
    assert [one["from_topic_id"] for one in listed] == [None, "a", None, None]
    assert [one["warning"] for one in listed] == [
        None,
        None,
        "nobody answers for this topic",
        "whoever answers for it is not active",
    ]


@pytest.mark.parametrize(
    "body, field",
    [
        ({"line": "l2"}, "summary"),
        ({"line": "", "summary": "x"}, "line"),
        ({"line": "l2", "summary": "x", "links": ["javascript:alert(1)"]}, "links.0"),
    ],
)
async def test_an_escalation_that_says_too_little_is_refused_with_the_field(
    stage: Stage, body: dict[str, Any], field: str
) -> None:
    case = a_conversation("a")
    await stage.store_conversation(case)
    async with stage.browser() as browser:
        refused = await browser.post(f"/conversations/{case.id}/escalate", body)

    assert (refused.status, [one["field"] for one in refused.data["errors"]]) == (422, [field])


async def test_who_may_not_read_settings_reads_no_directory(stage: Stage) -> None:
    async with stage.program(Role.BOT) as bot:
        assert (await bot.get("/directory")).status == 403
        assert (await bot.get("/tasks")).status == 200
