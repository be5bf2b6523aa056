"""A real Chromium, and the pages that people use in it."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright, expect

from tests.support.hub_process import ADMIN, PASSWORD
from tests.support.waiting import until

WITHIN_MS: Final = 30_000
"""What somebody waits for arrives by then, on a slow and busy machine too."""
_NAMES: Final = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def chromium_path() -> str:
    """Where Chromium is. Raises ``RuntimeError``; tests that need it carry the marker ``e2e``."""
    wanted = os.environ.get("HUB_TEST_CHROMIUM")
    found = wanted or next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        raise RuntimeError("there is no Chromium: install it or set HUB_TEST_CHROMIUM")
    return found


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """Chromium without a window, which asks nobody outside for anything."""
    expect.set_options(timeout=WITHIN_MS)  # the default timeout of a context is not for these
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium_path(),
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--use-fake-device-for-media-stream",  # a microphone that beeps
                "--use-fake-ui-for-media-stream",
            ],
        )
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def new_page(browser: Browser, **options: Any) -> AsyncIterator[Page]:
    """A page of a browser that nobody has used, failing on what its scripts fail on."""
    context: BrowserContext = await browser.new_context(
        **{"locale": "en-GB", "viewport": {"width": 1440, "height": 900}, **options}
    )
    context.set_default_timeout(WITHIN_MS)
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    try:
        yield page
        assert errors == []
    finally:
        await context.close()


async def sign_in(page: Page, url: str, email: str = ADMIN, password: str = PASSWORD) -> None:
    """From the sign-in page to the inbox."""
    await page.goto(f"{url}/")
    await page.get_by_test_id("login-email").fill(email)
    await page.get_by_test_id("login-password").fill(password)
    await page.get_by_test_id("login-submit").click()
    await expect(page.get_by_test_id("view-open")).to_be_visible()


async def until_in(page: Page, expression: str) -> None:
    """Wait until the expression, or the function that it is, is true in the page.

    Playwright's own way looks again by ``eval``, which a page of ours does not allow.
    """

    async def is_so() -> bool:
        return bool(await page.evaluate(expression))

    await until(is_so, limit_s=WITHIN_MS / 1000)


async def open_conversation(page: Page, words: str) -> None:
    """Click the conversation whose row holds the words, in the view of all open ones."""
    await page.get_by_test_id("view-open").click()
    await page.get_by_test_id("conversation-row").filter(has_text=words).first.click()
    await expect(page.get_by_test_id("thread")).to_be_visible()


def message(page: Page, text: str) -> Locator:
    """The bubble with the text in the agent's thread."""
    return page.get_by_test_id("message").filter(has_text=text)


async def answer(page: Page, text: str) -> None:
    """Write a reply and send it."""
    await page.get_by_test_id("composer-input").fill(text)
    await page.get_by_test_id("composer-send").click()


async def write_in_widget(page: Page, text: str) -> None:
    """Write in the site chat, which must be open."""
    await page.get_by_test_id("webchat-input").fill(text)
    await page.get_by_test_id("webchat-send").click()
