"""What admins decide in the browser, and what the hub says against it."""

from uuid import uuid4

import pytest
from playwright.async_api import Browser, Page, expect

from tests.support.colleagues import colleague, desk_of
from tests.support.running_hub import RunningHub
from tests.support.simulated import write_as

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("browser"),
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
]


async def begin(page: Page, kind: str) -> None:
    """A new document of the kind."""
    await page.get_by_test_id("nav-policies").click()
    await page.get_by_test_id(f"policies-{kind}").click()
    await page.get_by_test_id("policy-add").click()


async def test_what_cannot_work_is_refused_at_its_field_and_kept_once_it_can(
    hub: RunningHub, browser: Browser
) -> None:
    name = f"Berlin {uuid4().hex[:6]}"
    async with desk_of(browser, hub) as admin:
        await begin(admin, "calendars")
        form = admin.get_by_test_id("policy-form")
        await form.get_by_label("Name").first.fill(name)
        await form.get_by_label("Time zone").fill("Atlantis/Capital")
        await form.get_by_label("Around the clock").check()
        await admin.get_by_test_id("policy-save").click()
        zone = form.locator('[data-path="time_zone"]')
        await expect(zone.get_by_role("alert")).to_be_visible()
        await form.get_by_label("Time zone").fill("Europe/Berlin")
        await admin.get_by_test_id("policy-save").click()

        await expect(admin.get_by_test_id("policy").filter(has_text=name)).to_be_visible()
    kept = next(one for one in await hub.items("/api/v1/calendars") if one["name"] == name)
    assert (kept["time_zone"], kept["around_the_clock"]) == ("Europe/Berlin", True)


async def test_two_who_change_one_document_are_told_and_neither_is_lost_unseen(
    hub: RunningHub, browser: Browser
) -> None:
    name = f"Night shift {uuid4().hex[:6]}"
    team = await hub.call("POST", "/api/v1/teams", {"name": name})
    async with desk_of(browser, hub) as admin:
        await admin.goto(f"{hub.url}/policies/teams/{team['id']}")
        form = admin.get_by_test_id("policy-form")
        await form.get_by_label("Name").first.fill(f"{name} mine")
        theirs = {"name": f"{name} theirs"}
        await hub.call("PUT", f"/api/v1/teams/{team['id']}", theirs)
        await admin.get_by_test_id("policy-save").click()
        await expect(admin.get_by_test_id("policy-conflict")).to_be_visible()
        now = await hub.call("GET", f"/api/v1/teams/{team['id']}")
        assert now["name"] == f"{name} theirs"

        await admin.get_by_test_id("keep-mine").click()

        row = admin.get_by_test_id("policy").filter(has_text=f"{name} mine")
        await expect(row).to_be_visible()


async def test_a_rule_is_tried_on_past_messages_before_it_is_kept(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    await write_as(hub, "sim-telegram", customer, f"please refund {customer}")
    async with desk_of(browser, hub) as admin:
        await begin(admin, "rules")
        form = admin.get_by_test_id("policy-form")
        await form.get_by_label("Name").first.fill(f"Refunds {customer}")
        await form.get_by_test_id("add-actions").click()
        await form.get_by_label("Then: which").select_option("priority")
        await form.locator('[data-path="actions.0.priority"] select').select_option("urgent")
        await form.get_by_test_id("dry-run").click()
        when = form.locator('[data-path="when.causes"]')
        await expect(when.get_by_role("alert")).to_be_visible()
        await when.get_by_label("A message comes").check()
        await form.get_by_test_id("dry-run").click()

        result = form.get_by_test_id("dry-run-result")
        await expect(result).to_contain_text(f"please refund {customer}")
    rules = await hub.items("/api/v1/rules")
    assert [one for one in rules if customer in one["name"]] == []


async def test_the_queueing_is_switched_on_with_one_tick(hub: RunningHub, browser: Browser) -> None:
    async with desk_of(browser, hub) as admin:
        await admin.get_by_test_id("nav-policies").click()
        await admin.get_by_test_id("policies-queueing").click()
        kept = await hub.items("/api/v1/queueing")
        if kept:
            await admin.get_by_test_id("policy").first.click()
        else:
            await admin.get_by_test_id("policy-add").click()
            await admin.get_by_test_id("policy-form").get_by_label("Name").first.fill("Queueing")
        form = admin.get_by_test_id("policy-form")
        await form.get_by_label("Conversations find their agents by themselves").check()
        await admin.get_by_test_id("policy-save").click()

        await expect(admin.get_by_test_id("policy").get_by_text("on", exact=True)).to_be_visible()
    after = await hub.items("/api/v1/queueing")
    assert after[0]["assignment"] is True


async def test_agents_change_no_policies(hub: RunningHub, browser: Browser, customer: str) -> None:
    sam = await colleague(hub, f"Sam {customer}")
    async with desk_of(browser, hub, sam) as desk:
        await desk.goto(f"{hub.url}/policies/teams")

        await expect(desk.get_by_text("Only admins change policies.")).to_be_visible()
