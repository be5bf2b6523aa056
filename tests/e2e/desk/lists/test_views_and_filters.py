"""Finding one's work: filters that an address keeps, and views that a name keeps."""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.support.desk import conversation_of, desk, filter_by, row, someone
from tests.support.running_hub import RunningHub
from tests.support.simulated import write_as

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
]


async def _make_urgent(hub: RunningHub, words: str) -> None:
    one = await conversation_of(hub, words)
    await hub.call("POST", f"/api/v1/conversations/{one['id']}/priority", {"priority": "urgent"})


async def test_a_filter_stands_in_the_address_and_a_link_shows_the_same_list(
    hub: RunningHub, browser: Browser
) -> None:
    await write_as(hub, "sim-telegram", someone(), "my parcel is lost")
    await write_as(hub, "sim-vk", someone(), "thank you")
    await _make_urgent(hub, "my parcel is lost")
    async with desk(hub, browser) as page, desk(hub, browser) as colleague:
        await expect(row(page, "thank you")).to_be_visible()

        await filter_by(page, "priority", "urgent")

        await expect(row(page, "thank you")).to_be_hidden()
        await expect(row(page, "my parcel is lost")).to_be_visible()
        await expect(page).to_have_url(re.compile("priority=urgent"))
        await colleague.goto(page.url)
        await expect(row(colleague, "my parcel is lost")).to_be_visible()
        await expect(row(colleague, "thank you")).to_be_hidden()
        await expect(colleague.get_by_test_id("filter-priority")).to_be_visible()

        await colleague.get_by_test_id("filter-drop-priority").click()
        await expect(row(colleague, "thank you")).to_be_visible()


async def test_what_comes_to_fit_the_filter_appears_and_what_fits_no_more_goes(
    hub: RunningHub, browser: Browser
) -> None:
    await write_as(hub, "sim-telegram", someone(), "my parcel is lost")
    async with desk(hub, browser) as page:
        await page.goto(f"{hub.url}/inbox/open?priority=urgent")
        await expect(page.get_by_text("No conversation passes these filters")).to_be_visible()

        await _make_urgent(hub, "my parcel is lost")

        await expect(row(page, "my parcel is lost")).to_be_visible()
        one = await conversation_of(hub, "my parcel is lost")
        await hub.call("POST", f"/api/v1/conversations/{one['id']}/priority", {"priority": "low"})
        await expect(row(page, "my parcel is lost")).to_be_hidden()


async def test_a_filter_is_kept_as_a_view_with_a_live_count_renamed_moved_and_removed(
    hub: RunningHub, browser: Browser
) -> None:
    await write_as(hub, "sim-telegram", someone(), "my parcel is lost")
    await _make_urgent(hub, "my parcel is lost")
    async with desk(hub, browser) as page:
        views = page.get_by_test_id("saved-views")
        for name, priority in (("Burning", "urgent"), ("Can wait", "low")):
            await page.goto(f"{hub.url}/inbox/open?priority={priority}")
            await page.get_by_test_id("view-save").click()
            await page.get_by_test_id("view-name").fill(name)
            await page.get_by_test_id("view-save-confirm").click()
            await expect(views.get_by_text(name)).to_be_visible()

        burning = views.locator("li").filter(has_text="Burning")
        await expect(burning.locator("b")).to_have_text("1")
        await write_as(hub, "sim-vk", someone(), "so is mine")
        await _make_urgent(hub, "so is mine")
        await expect(burning.locator("b")).to_have_text("2")

        await burning.get_by_test_id("saved-menu").click()
        await page.get_by_test_id("saved-edit").click()
        await page.get_by_test_id("view-name").fill("On fire")
        await page.get_by_test_id("view-save-confirm").click()
        fire = views.locator("li").filter(has_text="On fire")
        await fire.get_by_test_id("saved-menu").click()
        await page.get_by_test_id("saved-down").click()
        await expect(views.locator("li .clip")).to_have_text(["Can wait", "On fire"])
        await page.reload()
        await expect(views.locator("li .clip")).to_have_text(["Can wait", "On fire"])

        await fire.get_by_test_id("saved-view").click()
        await expect(row(page, "so is mine")).to_be_visible()
        for left in (1, 0):
            await views.get_by_test_id("saved-menu").first.click()
            await page.get_by_test_id("saved-remove").click()
            await page.get_by_test_id("confirm").click()
            await expect(views.locator("li")).to_have_count(left)


async def test_the_list_is_grouped_by_what_conversations_are_about(
    hub: RunningHub, browser: Browser
) -> None:
    await write_as(hub, "sim-telegram", someone(), "my parcel is lost")
    await write_as(hub, "sim-vk", someone(), "thank you")
    one = await conversation_of(hub, "my parcel is lost")
    await hub.call("POST", f"/api/v1/conversations/{one['id']}/labels", {"add": ["parcels"]})
    async with desk(hub, browser) as page:
        await expect(row(page, "thank you")).to_be_visible()
        await page.keyboard.press("g")
        group = page.locator('[data-testid="group"][data-key="label/parcels"]')
        await expect(group.locator("b")).to_have_text("1")

        await group.click()

        await expect(row(page, "my parcel is lost")).to_be_visible()
        await expect(row(page, "thank you")).to_be_hidden()


async def test_filters_and_views_are_used_on_a_narrow_phone(
    hub: RunningHub, browser: Browser
) -> None:
    await write_as(hub, "sim-telegram", someone(), "my parcel is lost")
    await write_as(hub, "sim-vk", someone(), "thank you")
    await _make_urgent(hub, "my parcel is lost")
    phone = {"viewport": {"width": 360, "height": 800}, "has_touch": True}
    async with desk(hub, browser, **phone) as page:
        await filter_by(page, "priority", "urgent")
        await expect(row(page, "thank you")).to_be_hidden()
        await page.get_by_test_id("show-views").tap()
        await expect(page.get_by_test_id("view-mine")).to_be_visible()
        await page.get_by_test_id("view-open").tap()
        await expect(row(page, "thank you")).to_be_visible()
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= 360
