"""One conversation: its thread, its composer, and the pane of its customer."""

from typing import Final

from playwright.async_api import Locator, Page, expect

from tests.screens.stage import HELLO, HERO, Stage
from tests.support.browser import message, new_page


async def _open(stage: Stage, page: Page) -> None:
    await page.goto(f"{stage.hub.url}/inbox/open/{stage.hero}")
    await message(page, HELLO).wait_for()


async def _pane(stage: Stage, page: Page) -> Locator:
    """The customer's pane, which is a drawer where there is no room beside the thread."""
    await _open(stage, page)
    show = page.get_by_test_id("show-customer")
    if await show.is_visible():
        await show.click()
    pane = page.get_by_test_id("customer")
    await pane.get_by_test_id("identity").first.wait_for()
    await pane.get_by_test_id("timeline-line").first.wait_for()
    return pane


async def thread(stage: Stage, page: Page) -> None:
    await _open(stage, page)


async def note_with_mention(stage: Stage, page: Page) -> None:
    await _open(stage, page)
    await page.get_by_test_id("composer-note-tab").click()
    await page.get_by_test_id("composer-input").press_sequentially("@be")
    await page.get_by_test_id("mentions").wait_for()


async def canned_reply(stage: Stage, page: Page) -> None:
    await _open(stage, page)
    await page.get_by_test_id("composer-input").press_sequentially("/und")
    await page.get_by_test_id("quick-preview").filter(has_text=f"Dear {HERO}").wait_for()


async def schedule(stage: Stage, page: Page) -> None:
    await _open(stage, page)
    await page.get_by_test_id("composer-input").fill("Доброе утро!")
    await page.get_by_test_id("send-later").click()
    await page.get_by_test_id("later-tomorrow").wait_for()


async def customers_view(stage: Stage, page: Page) -> None:
    await _open(stage, page)
    await page.get_by_test_id("composer-input").fill("Привезём завтра с 10 до 14.")
    await page.get_by_test_id("composer-preview").click()
    await page.get_by_test_id("customer-view").filter(has_text="Привезём завтра").wait_for()


async def reply_window_over(stage: Stage, page: Page) -> None:
    await page.goto(f"{stage.hub.url}/inbox/open/{stage.locked}")
    await page.get_by_test_id("composer-locked").wait_for()
    await message(page, "Is my parcel there?").wait_for()


async def templates(stage: Stage, page: Page) -> None:
    await reply_window_over(stage, page)
    await page.get_by_test_id("composer-locked").get_by_test_id("composer-template").click()
    await page.locator('[data-name="order_ready"][data-language="en"]').click()
    await page.get_by_test_id("template-preview").wait_for()


async def collision(stage: Stage, page: Page) -> None:
    """A colleague answers while the page has a text."""
    await _open(stage, page)
    await page.get_by_test_id("composer-input").fill("Придёт в понедельник")
    async with new_page(stage.browser) as other:
        await other.goto(f"{stage.hub.url}/")
        login = {"email": stage.kim.email, "password": "correct horse battery staple"}
        await other.get_by_test_id("login-email").fill(login["email"])
        await other.get_by_test_id("login-password").fill(login["password"])
        await other.get_by_test_id("login-submit").click()
        await other.get_by_test_id("view-open").wait_for()
        await other.goto(f"{stage.hub.url}/inbox/open/{stage.hero}")
        await other.get_by_test_id("composer-input").fill("Уже везём!")
        await other.get_by_test_id("composer-send").click()
        await page.get_by_test_id("collision").wait_for()


async def assign_menu(stage: Stage, page: Page) -> None:
    await _open(stage, page)
    await page.locator("#thread").focus()
    await page.keyboard.press("a")
    await page.get_by_role("menu").wait_for()


async def snooze_menu(stage: Stage, page: Page) -> None:
    await _open(stage, page)
    await page.get_by_test_id("snooze").click()
    await page.get_by_test_id("snooze-pick").wait_for()


async def customer_pane(stage: Stage, page: Page) -> None:
    await _pane(stage, page)


async def link_sent(stage: Stage, page: Page) -> None:
    """A customer was sent a one-time link and has not opened it."""
    await page.goto(f"{stage.hub.url}/inbox/open/{stage.mail}")
    await page.get_by_test_id("message").first.wait_for()
    show = page.get_by_test_id("show-customer")
    if await show.is_visible():
        await show.click()
    await page.get_by_test_id("link-state").scroll_into_view_if_needed()


async def link_dialog(stage: Stage, page: Page) -> None:
    await link_sent(stage, page)
    await page.get_by_test_id("link-send").click()
    await page.get_by_test_id("link-dialog").wait_for()


async def timeline(stage: Stage, page: Page) -> None:
    pane = await _pane(stage, page)
    await pane.get_by_test_id("timeline").scroll_into_view_if_needed()


async def hand_over(stage: Stage, page: Page) -> None:
    pane = await _pane(stage, page)
    await pane.get_by_test_id("hand-over").click()
    await page.get_by_test_id("hand-over-dialog").wait_for()


async def escalate(stage: Stage, page: Page) -> None:
    pane = await _pane(stage, page)
    await pane.get_by_test_id("escalate").click()
    await page.get_by_test_id("escalate-dialog").wait_for()


async def merge_contacts(stage: Stage, page: Page) -> None:
    pane = await _pane(stage, page)
    await pane.get_by_test_id("contact-actions").click()
    await page.get_by_test_id("merge-with").click()
    await page.get_by_test_id("merge-find").fill("Мария К.")
    await page.get_by_test_id("merge-hit").first.click()
    await expect(page.get_by_test_id("merge-preview")).to_be_visible()


WAYS: Final = (
    thread,
    note_with_mention,
    canned_reply,
    schedule,
    customers_view,
    reply_window_over,
    templates,
    assign_menu,
    snooze_menu,
    customer_pane,
    link_sent,
    link_dialog,
    timeline,
    hand_over,
    escalate,
    merge_contacts,
    collision,
)
