"""The reply window of WhatsApp on the screen: it counts down and locks, and templates go out."""

import pytest
from playwright.async_api import Browser, expect

from tests.support.browser import new_page, open_conversation, sign_in
from tests.support.conversing import WITHIN_MS, Desk, Phone, conversing
from tests.support.running_hub import RunningHub

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("browser"),
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="module"),
]
CHANNEL = "sim-whatsapp"
DAY_S = 24 * 3600


async def test_an_open_window_tells_what_is_left(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with conversing(browser, hub, CHANNEL, customer) as (_, desk):
        hint = desk.page.get_by_test_id("composer-hint")

        await expect(hint).to_contain_text("closes in 23 h 59 min")
        await expect(desk.page.get_by_test_id("composer-locked")).to_have_count(0)


async def test_the_window_closes_before_the_agents_eyes_and_a_template_is_sent(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with new_page(browser) as page:
        await sign_in(page, hub.url)
        phone, desk = Phone(page, hub, CHANNEL, customer), Desk(page)
        await phone.act(type="late", text=f"late {customer}", hours=(DAY_S - 25) / 3600)
        await open_conversation(page, f"late {customer}")
        await page.get_by_test_id("composer-input").fill("half a thought")
        await expect(page.get_by_test_id("composer-hint")).to_contain_text("closes in 0:")

        locked = page.get_by_test_id("composer-locked")
        await expect(locked).to_contain_text("The reply window is closed", timeout=WITHIN_MS)
        await expect(locked).to_contain_text("What you have written is kept")
        await expect(page.get_by_test_id("composer-input")).to_have_count(0)
        await locked.get_by_test_id("composer-template").click()
        await expect(page.get_by_role("dialog")).to_contain_text("sale (paused)")
        await page.locator('[data-name="order_ready"][data-language="en"]').click()
        send = page.get_by_test_id("template-send")
        await page.get_by_test_id("template-header").fill("42")
        await page.get_by_test_id("template-body").nth(0).fill("Anna")
        await page.get_by_test_id("template-body").nth(1).fill("42")
        await expect(send).to_be_disabled()
        await page.get_by_test_id("template-button").last.fill("42")
        await expect(page.get_by_test_id("template-preview")).to_contain_text(
            "Hello Anna, your order 42 is ready."
        )
        await send.click()

        sent = desk.outbound.filter(has_text="your order 42 is ready")
        await expect(sent).to_contain_text("Template order_ready", timeout=WITHIN_MS)
        await desk.left(sent, "delivered", "read")
        await phone.act(type="read")
        await desk.left(sent, "read")
        await page.get_by_test_id("composer-note-tab").click()
        await expect(page.get_by_test_id("composer-input")).to_be_visible()


async def test_a_customer_who_writes_opens_the_window_again_and_the_draft_is_there(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with new_page(browser) as page:
        await sign_in(page, hub.url)
        phone = Phone(page, hub, CHANNEL, customer)
        await phone.act(type="late", text=f"late {customer}", hours=25)
        await open_conversation(page, f"late {customer}")
        await expect(page.get_by_test_id("composer-locked")).to_be_visible()

        message = {"customer": customer, "text": "here I am"}
        await hub.call("POST", f"/simulators/{CHANNEL}/messages", message)

        await expect(page.get_by_test_id("composer-input")).to_be_visible(timeout=WITHIN_MS)
