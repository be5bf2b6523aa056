"""What supervisors look at: who is there, what waits, what is overdue, and how it went."""

import csv
import io

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.support.browser import answer, message, open_conversation
from tests.support.colleagues import Colleague, colleague, conversation_with, desk_of
from tests.support.running_hub import RunningHub
from tests.support.simulated import write_as

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("browser"),
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
]


def row_of(page: Page, who: Colleague) -> Locator:
    """Their row of the board."""
    return page.locator(f'[data-testid="board-agent"][data-id="{who.id}"]')


async def test_the_board_shows_who_comes_goes_to_lunch_and_leaves_without_a_reload(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    lena = await colleague(hub, f"Lena {customer}")
    async with desk_of(browser, hub) as boss:
        await boss.get_by_test_id("nav-board").click()
        await expect(row_of(boss, lena)).to_have_attribute("data-state", "offline")

        async with desk_of(browser, hub, lena) as desk:
            await expect(row_of(boss, lena)).to_have_attribute("data-state", "online")
            await desk.get_by_test_id("account").click()
            await desk.get_by_test_id("presence-lunch").click()
            await expect(row_of(boss, lena)).to_have_attribute("data-state", "away")
            await expect(row_of(boss, lena)).to_contain_text("lunch")

            await desk.get_by_test_id("account").click()
            await desk.get_by_test_id("presence-online").click()
            await expect(row_of(boss, lena)).to_have_attribute("data-state", "online")


async def test_a_supervisor_says_that_somebody_is_absent_and_they_see_it_and_come_back(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    ivan = await colleague(hub, f"Ivan {customer}")
    async with desk_of(browser, hub) as boss, desk_of(browser, hub, ivan) as desk:
        await boss.get_by_test_id("nav-board").click()
        await row_of(boss, ivan).get_by_test_id("set-presence").click()
        await boss.get_by_test_id("state-absent").check()
        await boss.get_by_test_id("presence-reason").fill("ill")
        await boss.get_by_test_id("presence-set").click()

        await desk.get_by_test_id("account").click()
        own = desk.get_by_test_id("own-presence")
        await expect(own).to_have_attribute("data-state", "absent")
        await expect(own).to_contain_text("ill")
        await desk.get_by_test_id("presence-online").click()
        await expect(row_of(boss, ivan)).to_have_attribute("data-state", "online")


async def test_what_waits_who_holds_what_and_what_is_overdue_come_onto_the_board_by_themselves(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    soon = {"name": f"at once {customer}", "first_reply_s": 1, "warn_at": []}
    policy = await hub.call("POST", "/api/v1/sla-policies", soon)
    max_ = await colleague(hub, f"Max {customer}")
    async with desk_of(browser, hub) as boss:
        await boss.get_by_test_id("nav-board").click()
        waiting = boss.get_by_test_id("board-waiting")
        await expect(waiting).to_be_visible()
        before = int(await waiting.inner_text())

        await write_as(hub, "sim-telegram", customer, f"urgent {customer}")

        await expect(waiting).to_have_text(str(before + 1))
        await expect(boss.get_by_test_id("board-breaches")).to_contain_text(customer)
        one = await conversation_with(hub, f"urgent {customer}")
        path = f"/api/v1/conversations/{one['id']}/assign"
        await hub.call("POST", path, {"agent_id": max_.id})
        await expect(row_of(boss, max_)).to_contain_text("1 / 6")
        await expect(waiting).to_have_text(str(before))
    await hub.call("DELETE", f"/api/v1/sla-policies/{policy['id']}")


async def test_agents_see_neither_the_board_nor_reports(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    kim = await colleague(hub, f"Kim {customer}")
    async with desk_of(browser, hub, kim) as desk:
        await expect(desk.get_by_test_id("nav-board")).to_be_hidden()
        await desk.goto(f"{hub.url}/board")
        await expect(desk.get_by_text("Only supervisors and admins see the board.")).to_be_visible()
        await desk.goto(f"{hub.url}/reports")
        await expect(desk.get_by_text("Only supervisors and admins see reports.")).to_be_visible()


async def test_a_report_counts_what_happened_draws_it_and_gives_it_as_a_table(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    await write_as(hub, "sim-vk", customer, f"count {customer}")
    async with desk_of(browser, hub) as boss:
        await open_conversation(boss, customer)
        await answer(boss, f"counted {customer}")
        await expect(message(boss, f"counted {customer}")).to_have_attribute("data-state", "sent")
        await boss.get_by_test_id("resolve").click()
        await expect(boss.get_by_test_id("reopen")).to_be_visible()

        await boss.get_by_test_id("nav-reports").click()
        await expect(boss.locator('[data-testid="chart"][data-drawn="true"]')).to_have_count(2)
        await boss.get_by_test_id("report-by").select_option("channel")
        line = boss.get_by_test_id("report-line").filter(has_text="VK").first
        await expect(line).to_be_visible()
        shown = await line.locator("td").all_inner_texts()
        async with boss.expect_download() as download:
            await boss.get_by_test_id("report-csv").click()
        path = await (await download.value).path()
        text = path.read_text(encoding="utf-8-sig")

    table = list(csv.DictReader(io.StringIO(text)))
    own = next(one for one in table if one["value"] == "sim-vk")
    assert shown[:3] == [own["opened"], own["replies"], own["resolved"]]
    assert int(own["resolved"]) >= 1


async def test_the_days_of_a_report_stand_in_its_address(hub: RunningHub, browser: Browser) -> None:
    async with desk_of(browser, hub) as boss:
        await boss.get_by_test_id("nav-reports").click()
        await boss.get_by_test_id("report-from").fill("2020-01-01")
        await boss.get_by_test_id("report-to").fill("2020-01-31")
        await boss.get_by_test_id("report-to").blur()

        await expect(boss.get_by_text("Nothing happened on these days")).to_be_visible()
        await boss.reload()
        await expect(boss.get_by_test_id("report-from")).to_have_value("2020-01-01")
        await expect(boss.get_by_test_id("report-to")).to_have_value("2020-01-31")


@pytest.mark.parametrize("place", ["board", "reports", "tasks"])
async def test_nothing_stands_out_on_a_narrow_phone(
    hub: RunningHub, browser: Browser, place: str
) -> None:
    async with desk_of(browser, hub, narrow=True) as page:
        await page.goto(f"{hub.url}/{place}")
        await expect(page.locator("h1")).to_be_visible()

        widest = await page.evaluate("document.querySelector('main').scrollWidth")

    assert widest <= 360
