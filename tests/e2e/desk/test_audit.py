"""The audit as supervisors and admins read it."""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.support.colleagues import colleague, conversation_with, desk_of
from tests.support.running_hub import RunningHub
from tests.support.simulated import write_as

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("browser"),
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
]


async def test_an_admin_finds_who_changed_what_and_goes_to_the_conversation(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    words = f"a broken cup of {customer}"
    await write_as(hub, "sim-telegram", customer, words)
    one = await conversation_with(hub, words)
    kim = await colleague(hub, "Kim Berg")
    path = f"/api/v1/conversations/{one['id']}/assign"
    await hub.call("POST", path, {"agent_id": kim.id})
    async with desk_of(browser, hub) as page:
        await page.get_by_test_id("nav-settings").click()
        await page.get_by_test_id("open-audit").click()
        entries = page.get_by_test_id("audit-entry")
        await expect(entries.first).to_be_visible()

        await page.get_by_test_id("audit-what").select_option("agent.")
        await expect(page).to_have_url(re.compile(r"what=agent\."))
        await expect(entries.filter(has_text="Kim Berg").first).to_contain_text("Agent · added")
        await expect(entries.and_(page.locator("[data-action=assign]"))).to_have_count(0)

        await page.get_by_test_id("audit-what").select_option("assign")
        await expect(entries.first).to_have_attribute("data-action", "assign")
        await page.get_by_test_id("audit-who").select_option(kim.id)
        await expect(page.get_by_test_id("audit-empty")).to_contain_text("Nothing fits")

        await page.get_by_test_id("audit-clear").click()
        await page.get_by_test_id("audit-what").select_option("assign")
        await entries.first.get_by_role("link").click()
        await expect(page).to_have_url(re.compile(one["id"]))


async def test_days_that_end_before_they_begin_are_said_at_their_fields(
    hub: RunningHub, browser: Browser
) -> None:
    async with desk_of(browser, hub) as page:
        await page.goto(f"{hub.url}/audit")
        await page.get_by_test_id("audit-since").fill("2026-02-02")
        await page.get_by_test_id("audit-until").fill("2026-02-01")

        await expect(page.get_by_role("alert")).to_have_text("The last day lies before the first.")
        await expect(page.get_by_test_id("audit-until")).to_have_attribute("aria-invalid", "true")
        await page.get_by_test_id("audit-until").fill("2026-02-03")
        await expect(page.get_by_role("alert")).to_have_count(0)


async def test_the_audit_says_that_it_cannot_be_read_and_comes_when_it_can(
    hub: RunningHub, browser: Browser
) -> None:
    await colleague(hub, "Max Day")
    async with desk_of(browser, hub) as page:
        await page.route("**/api/v1/audit*", lambda route: route.fulfill(status=500))
        await page.goto(f"{hub.url}/audit")
        await expect(page.get_by_text("The audit could not be loaded")).to_be_visible()

        await page.unroute("**/api/v1/audit*")
        await page.get_by_test_id("audit-retry").click()

        await expect(page.get_by_test_id("audit-entry").first).to_be_visible()


async def test_an_agent_is_not_shown_the_audit(hub: RunningHub, browser: Browser) -> None:
    ann = await colleague(hub, "Ann Li")
    async with desk_of(browser, hub, ann) as page:
        await page.goto(f"{hub.url}/settings")
        await expect(page.get_by_test_id("notifications-card")).to_be_visible()
        await expect(page.get_by_test_id("open-audit")).to_have_count(0)

        await page.goto(f"{hub.url}/audit")
        await expect(page.get_by_text("Supervisors and admins see this page.")).to_be_visible()
