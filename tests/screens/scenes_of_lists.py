"""The list of conversations: views, filters, search, many at once, and what lies over it."""

from typing import Final

from playwright.async_api import Page, expect

from tests.screens.stage import Stage, withhold
from tests.support.desk import filter_by


async def _list(stage: Stage, page: Page, query: str = "") -> None:
    await page.goto(f"{stage.hub.url}/inbox/open{query}")
    await page.get_by_test_id("conversation-row").first.wait_for()


async def inbox_list(stage: Stage, page: Page) -> None:
    await _list(stage, page)


async def inbox_empty(stage: Stage, page: Page) -> None:
    await page.goto(f"{stage.hub.url}/inbox/snoozed")
    await expect(page.get_by_test_id("list-count")).to_have_text("0")


async def inbox_loading(stage: Stage, page: Page) -> None:
    """The answer with the conversations does not come."""
    await withhold(page, "/api/v1/conversations?")
    await page.goto(f"{stage.hub.url}/inbox/open")
    await page.locator(".bone").first.wait_for()


async def inbox_error(stage: Stage, page: Page) -> None:
    """The list cannot be read."""
    await page.route("**/api/v1/conversations?*", lambda route: route.fulfill(status=500))
    await page.goto(f"{stage.hub.url}/inbox/open")
    await page.get_by_role("alert").first.wait_for()


async def filters(stage: Stage, page: Page) -> None:
    await _list(stage, page)
    await filter_by(page, "priority", "urgent")
    await page.get_by_test_id("filter-priority").wait_for()
    await expect(page.get_by_test_id("list-count")).to_have_text("1")
    await page.get_by_test_id("conversation-row").wait_for()


async def group_by_topic(stage: Stage, page: Page) -> None:
    await _list(stage, page)
    await page.get_by_test_id("group-toggle").click()
    await page.get_by_test_id("group").first.wait_for()


async def search_results(stage: Stage, page: Page) -> None:
    await _list(stage, page)
    await page.get_by_test_id("search").fill("заказ")
    await page.get_by_test_id("search-hit").first.wait_for()


async def search_nothing(stage: Stage, page: Page) -> None:
    await _list(stage, page)
    await page.get_by_test_id("search").fill("zzqqxx")
    await page.get_by_test_id("search-results").wait_for()


async def bulk_selection(stage: Stage, page: Page) -> None:
    await _list(stage, page)
    for number in range(3):
        await page.get_by_test_id("row-choose").nth(number).click()
    await page.get_by_test_id("bulk-bar").wait_for()


async def reply_to_many(stage: Stage, page: Page) -> None:
    await bulk_selection(stage, page)
    await page.get_by_test_id("bulk-reply").click()
    await page.get_by_test_id("many-text").fill("Our warehouse is slow today.")
    seen = page.get_by_test_id("many-preview").filter(has_text="slow today")
    await expect(seen).to_have_count(2)


async def palette(stage: Stage, page: Page) -> None:
    await _list(stage, page)
    await page.keyboard.press("Control+k")
    await page.get_by_test_id("palette-option").first.wait_for()


async def keys(stage: Stage, page: Page) -> None:
    await _list(stage, page)
    await page.keyboard.press("?")
    await page.get_by_test_id("keys-list").wait_for()


async def write_first(stage: Stage, page: Page) -> None:
    await _list(stage, page)
    await page.keyboard.press("c")
    await page.get_by_test_id("first-person").fill("anna@example.com")
    await page.get_by_test_id("first-new-address").click()
    await page.get_by_test_id("first-text").wait_for()


async def notifications_bell(stage: Stage, page: Page) -> None:
    await _list(stage, page)
    await page.get_by_test_id("bell").click()
    await page.get_by_test_id("notifications").wait_for()


async def offline_banner(stage: Stage, page: Page) -> None:
    await _list(stage, page)
    await page.context.set_offline(True)
    await page.get_by_test_id("offline-banner").wait_for()


WAYS: Final = (
    inbox_list,
    inbox_empty,
    inbox_loading,
    inbox_error,
    filters,
    group_by_topic,
    search_results,
    search_nothing,
    bulk_selection,
    reply_to_many,
    palette,
    keys,
    write_first,
    notifications_bell,
    offline_banner,
)
