"""Lines that ask each other, cases that wait, and conversations that change hands."""

from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Browser, expect

from tests.support.browser import message
from tests.support.colleagues import colleague, conversation_with, desk_of, pane_of
from tests.support.running_hub import RunningHub
from tests.support.simulated import write_as
from tests.support.waiting import until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("browser"),
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
]


async def with_topic(hub: RunningHub, text: str, required: list[str]) -> dict[str, Any]:
    """The conversation that began with the text, about a topic that needs these fields."""
    one = await conversation_with(hub, text)
    name = f"topic {uuid4().hex[:6]}"
    topic = await hub.call("POST", "/api/v1/topics", {"name": name, "required": required})

    async def known() -> bool:
        """The router has read of the topic."""
        path = f"/api/v1/conversations/{one['id']}/topic"
        try:
            await hub.call("POST", path, {"topic": topic["id"]})
        except AssertionError:
            return False
        return True

    await until(known, limit_s=15)
    return one


async def test_a_line_is_asked_once_everything_that_the_topic_needs_is_there(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    await write_as(hub, "sim-telegram", customer, f"broken {customer}")
    one = await with_topic(hub, f"broken {customer}", ["order", "town"])
    await hub.call(
        "POST", f"/api/v1/conversations/{one['id']}/fields", {"fields": {"town": "Omsk"}}
    )
    async with desk_of(browser, hub) as inbox:
        pane = await pane_of(inbox, customer)
        await pane.get_by_test_id("escalate").click()
        dialog = inbox.get_by_test_id("escalate-dialog")
        await expect(dialog.get_by_test_id("fact-town")).to_have_value("Omsk")
        await dialog.get_by_test_id("line-L2").check()
        await dialog.get_by_test_id("escalate-summary").fill("The box is broken")
        await dialog.get_by_test_id("escalate-send").click()
        await expect(dialog.get_by_role("alert")).to_have_text("The line needs this.")
        await dialog.get_by_test_id("fact-order").fill("10482")
        await dialog.get_by_test_id("escalate-links").fill("https://shop.example/10482")
        await dialog.get_by_test_id("escalate-send").click()

        await expect(dialog).to_be_hidden()
        await expect(pane.get_by_test_id("task")).to_contain_text("The box is broken")
    tasks = await hub.items(f"/api/v1/conversations/{one['id']}/tasks")
    assert tasks[0]["facts"] == {"order": "10482", "town": "Omsk"}
    assert tasks[0]["links"] == ["https://shop.example/10482"]


async def test_a_colleague_takes_a_task_and_its_owner_reads_the_result_at_once(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    second = await colleague(hub, "Second Line")
    await write_as(hub, "sim-telegram", customer, f"help {customer}")
    one = await conversation_with(hub, f"help {customer}")
    async with desk_of(browser, hub) as inbox, desk_of(browser, hub, second) as other:
        pane = await pane_of(inbox, customer)
        await other.get_by_test_id("nav-tasks").click()
        await other.get_by_test_id("tasks-waiting").click()
        body = {"line": "L2", "summary": f"please look {customer}"}
        await hub.call("POST", f"/api/v1/conversations/{one['id']}/escalate", body)

        task = other.get_by_test_id("task").filter(has_text=f"please look {customer}")
        await task.get_by_test_id("task-take").click()
        await expect(pane.get_by_test_id("task")).to_contain_text("Second Line")
        await other.get_by_test_id("tasks-mine").click()
        await task.get_by_test_id("task-begin-finish").click()
        await task.get_by_test_id("task-finish").click()
        await expect(task.get_by_role("alert")).to_have_text("Say what came of it.")
        await task.get_by_test_id("task-result").fill("It was the fuse")
        await task.get_by_test_id("task-finish").click()

        await expect(pane.get_by_test_id("task")).to_have_attribute("data-state", "done")
        await expect(pane.get_by_test_id("task")).to_contain_text("It was the fuse")
        await expect(task).to_be_hidden()
        await other.get_by_test_id("tasks-done").click()
        await expect(task).to_contain_text("It was the fuse")


async def test_a_case_that_goes_to_and_fro_between_lines_is_warned_of(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    await write_as(hub, "sim-telegram", customer, f"again {customer}")
    one = await conversation_with(hub, f"again {customer}")
    path = f"/api/v1/conversations/{one['id']}/escalate"
    async with desk_of(browser, hub) as inbox:
        pane = await pane_of(inbox, customer)
        for turn in range(2):
            asked = await hub.call("POST", path, {"line": "L2", "summary": f"turn {turn}"})
            if turn == 0:
                done = f"/api/v1/tasks/{asked['task']['id']}/finish"
                await hub.call("POST", done, {"result": "not ours"})

        await expect(pane.get_by_test_id("ping-pong")).to_contain_text("3 steps")
        await expect(pane.get_by_test_id("hops").locator("summary")).to_contain_text("L2")


async def test_a_case_waits_for_a_colleague_by_name_and_until_a_time(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    expert = await colleague(hub, f"Expert {customer}")
    await write_as(hub, "sim-telegram", customer, f"wait {customer}")
    async with desk_of(browser, hub) as inbox:
        pane = await pane_of(inbox, customer)
        await pane.get_by_test_id("wait").click()
        await inbox.get_by_test_id("wait-confirm").click()
        await expect(inbox.get_by_test_id("wait-dialog").get_by_role("alert")).to_be_visible()
        await inbox.get_by_test_id("wait-who").select_option(expert.id)
        await inbox.get_by_test_id("wait-confirm").click()

        await expect(pane.get_by_test_id("waits-for")).to_contain_text(expert.name)
        await expect(pane.get_by_test_id("waits-for")).to_contain_text("reminded")


async def test_a_conversation_is_handed_to_a_colleague_who_is_there_with_a_note(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    nora = await colleague(hub, f"Nora {customer}")
    await write_as(hub, "sim-telegram", customer, f"hand {customer}")
    async with desk_of(browser, hub) as inbox, desk_of(browser, hub, nora) as other:
        pane = await pane_of(inbox, customer)
        await pane.get_by_test_id("hand-over").click()
        dialog = inbox.get_by_test_id("hand-over-dialog")
        await dialog.get_by_test_id("hand-over-find").fill("nora")
        choice = dialog.locator("label", has=inbox.get_by_test_id(f"to-{nora.id}"))
        await expect(choice.locator("[data-state=online]")).to_be_visible()
        await expect(choice).to_contain_text("of 6 taken")
        await dialog.get_by_test_id(f"to-{nora.id}").check()
        await dialog.get_by_test_id("hand-over-note").fill("she called twice")
        await dialog.get_by_test_id("hand-over-confirm").click()

        await expect(message(inbox, "she called twice")).to_have_attribute("data-direction", "note")
        await other.get_by_test_id("view-mine").click()
        row = other.get_by_test_id("conversation-row").filter(has_text=customer)
        await expect(row).to_be_visible()


async def test_a_conversation_goes_to_a_team_and_somebody_of_it_takes_it(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    team = await hub.call("POST", "/api/v1/teams", {"name": f"Refunds {customer}"})
    await write_as(hub, "sim-telegram", customer, f"refund {customer}")
    one = await conversation_with(hub, f"refund {customer}")
    path = f"/api/v1/conversations/{one['id']}"
    async with desk_of(browser, hub) as inbox:
        pane = await pane_of(inbox, customer)
        await pane.get_by_test_id("hand-over").click()
        await inbox.get_by_test_id(f"to-{team['id']}").check()
        await inbox.get_by_test_id("hand-over-confirm").click()
        await expect(pane.get_by_test_id("case-details")).to_contain_text(team["name"])
        moved = await hub.call("GET", path)
        assert (moved["team_id"], moved["assignee_id"]) == (team["id"], None)

        await pane.get_by_test_id("hand-over").click()
        own = inbox.get_by_role("radio", name="Take it myself")
        await own.check()
        await inbox.get_by_test_id("hand-over-confirm").click()
        await expect(pane.get_by_test_id("case-details")).to_contain_text("You")
        await pane.get_by_test_id("hand-over").click()
        await inbox.get_by_test_id("to-queue").check()
        await inbox.get_by_test_id("hand-over-confirm").click()

        await expect(pane.get_by_test_id("case-details")).to_contain_text("Unassigned")
    back = await hub.call("GET", path)
    assert (back["team_id"], back["assignee_id"]) == (team["id"], None)
