"""The agent's window, as browser tests use it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from playwright.async_api import Browser, Locator, Page, expect

from tests.support.browser import new_page
from tests.support.hub_process import ADMIN, PASSWORD
from tests.support.running_hub import RunningHub


@asynccontextmanager
async def desk(hub: RunningHub, browser: Browser, **options: Any) -> AsyncIterator[Page]:
    """An admin who has signed in."""
    async with new_page(browser, **options) as page:
        await page.goto(f"{hub.url}/")
        await page.get_by_test_id("login-email").fill(ADMIN)
        await page.get_by_test_id("login-password").fill(PASSWORD)
        await page.get_by_test_id("login-submit").click()
        await expect(page.get_by_test_id("search")).to_be_visible()
        yield page


def someone() -> str:
    """A customer who has never written before: with others a case goes on."""
    return f"anna-{uuid4().hex[:6]}"


def row(page: Page, words: str) -> Locator:
    """The row of the list that holds the words."""
    return page.get_by_test_id("conversation-row").filter(has_text=words)


async def choose(page: Page, words: str) -> None:
    """Tick the row's box."""
    wrap = page.locator("li").filter(has=row(page, words))
    await wrap.get_by_test_id("row-choose").click()


async def filter_by(page: Page, field: str, value: str) -> None:
    """Add a filter by its menu."""
    await page.get_by_test_id("filter-add").click()
    await page.get_by_test_id(f"filter-option-{field}").click()
    await page.get_by_test_id(f"filter-option-{value}").click()


async def conversation_of(hub: RunningHub, words: str) -> dict[str, Any]:
    """The conversation whose last message is this."""
    for one in await hub.items("/api/v1/conversations", view="open"):
        if (one["preview"] or {}).get("text") == words:
            found: dict[str, Any] = one
            return found
    raise AssertionError(f"nobody wrote {words!r}")
