"""Conversations that an agent begins, and those that go on in another channel."""

from uuid import uuid4

import pytest
from playwright.async_api import Browser, expect

from tests.support.browser import message, new_page, open_conversation, sign_in
from tests.support.running_hub import RunningHub
from tests.support.simulated import until_phone_shows, write_as

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
]


async def test_an_agent_writes_first_to_an_address_by_the_keyboard_alone(
    hub: RunningHub, browser: Browser
) -> None:
    address = f"anna-{uuid4().hex[:6]}@example.com"
    async with new_page(browser) as page:
        await sign_in(page, hub.url)
        await page.keyboard.press("c")
        await expect(page.get_by_test_id("first-person")).to_be_focused()
        await page.keyboard.type(address)
        await expect(page.get_by_test_id("first-new-address")).to_be_visible()
        await page.keyboard.press("Enter")

        await expect(page.get_by_test_id("way-sim-email").locator("input")).to_be_checked()
        await page.get_by_test_id("first-subject").fill("Your order")
        await page.get_by_test_id("first-text").fill("It is ready.")
        await page.get_by_test_id("first-text").press("Control+Enter")

        await expect(message(page, "It is ready.")).to_be_visible()
        await expect(page.get_by_test_id("message").filter(has_text="began")).to_be_visible()
        await until_phone_shows(hub, "sim-email", address, "It is ready.")


async def test_a_channel_that_cannot_begin_says_why(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    words = f"hello from {customer}"
    await write_as(hub, "sim-telegram", customer, words)
    async with new_page(browser) as page:
        await sign_in(page, hub.url)
        await page.keyboard.press("c")
        await page.get_by_test_id("first-person").fill(customer)
        await page.get_by_test_id("first-found").first.click()

        telegram = page.get_by_test_id("way-sim-telegram")
        await expect(telegram.locator("input")).to_be_disabled()
        await expect(telegram).to_contain_text("open")
        await telegram.get_by_test_id("way-open").click()
        await expect(page.get_by_test_id("thread-title")).to_have_text(customer)


async def test_a_conversation_goes_on_in_another_channel_and_both_name_each_other(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    words = f"hello from {customer}"
    address = f"anna-{uuid4().hex[:6]}@example.com"
    await write_as(hub, "sim-telegram", customer, words)
    async with new_page(browser) as page:
        await sign_in(page, hub.url)
        await open_conversation(page, words)
        await page.get_by_test_id("go-on").click()
        await page.get_by_test_id("way-sim-email").locator("input").check()
        await page.get_by_test_id("first-address").fill(address)
        await page.get_by_test_id("first-text").fill("Here is the long version.")
        await page.get_by_test_id("first-send").click()

        await expect(message(page, "Here is the long version.")).to_be_visible()
        await expect(message(page, "went on here")).to_be_visible()
        await page.go_back()
        await expect(message(page, "went on with this conversation")).to_be_visible()
