"""The menu bot on Telegram and in the site chat, killed in the middle, in a real browser."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.support.bot_process import bot_process
from tests.support.browser import (
    message,
    new_page,
    open_browser,
    open_conversation,
    sign_in,
    write_in_widget,
)
from tests.support.hub_process import HubProcess
from tests.support.waiting import until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(180),
    pytest.mark.xdist_group("browser"),
]
MENU = Path(__file__).parents[2] / "config" / "menu-bot.example.toml"
LEASE_S = 4
IN_TIME_MS = (LEASE_S + 11) * 1000
"""The lease, the sweep that looks for timers, and a slow machine."""


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as opened:
        yield opened


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[HubProcess]:
    async with HubProcess(tmp_path, "--simulators", environ={"HUB_UNDO_S": "0"}) as running:
        yield running


async def open_telegram(page: Page, hub: HubProcess) -> Locator:
    await page.goto(f"{hub.url}/simulators/")
    phone = page.locator('[data-channel-id="sim-telegram"]')
    await expect(phone).to_be_visible(timeout=60_000)
    return phone


async def write_on(phone: Locator, text: str) -> None:
    await phone.get_by_test_id("phone-input").fill(text)
    await phone.get_by_test_id("phone-send").click()


async def test_the_menu_bot_answers_is_killed_and_the_agent_has_it_all_in_time(
    hub: HubProcess, browser: Browser, tmp_path: Path
) -> None:
    made = await hub.call("POST", "/api/v1/bots", {"name": "menu"})
    duty = {"name": "Menu", "bot": "menu", "lease_s": LEASE_S}
    await hub.call("POST", "/api/v1/bot-duties", duty)
    place = tmp_path / "place"
    arguments = ("--file", str(MENU), "--place", str(place))
    given = {"BOT_URL": hub.url, "BOT_TOKEN": made["token"]}

    async def listens() -> bool:
        return place.exists()

    async with (
        bot_process(tmp_path, "menu", *arguments, **given) as bot,
        new_page(browser) as telephone,
        new_page(browser) as site,
        new_page(browser) as inbox,
    ):
        await until(listens, limit_s=60)
        await sign_in(inbox, hub.url)
        phone = await open_telegram(telephone, hub)
        shown = phone.get_by_test_id("phone-message")

        await write_on(phone, "Добрый день")
        await phone.get_by_role("button", name="Где мой заказ").click()
        await expect(shown.filter(has_text="Какой номер заказа?")).to_be_visible()
        await write_on(phone, "7712")
        await expect(shown.filter(has_text="Ваш телефон?")).to_be_visible()

        await site.goto(f"{hub.url}/demo/site")
        await site.get_by_test_id("webchat-open").click()
        await write_in_widget(site, "Good morning")
        bubbles = site.get_by_test_id("webchat-message")
        await expect(bubbles.filter(has_text="Hello! How can I help?")).to_be_visible()
        await site.get_by_role("button", name="Delivery", exact=True).click()
        await site.get_by_role("button", name="What it costs").click()
        await expect(bubbles.filter(has_text="300 roubles within the city")).to_be_visible()

        bot.kill()
        await bot.wait()
        await write_on(phone, "+7 900 111-22-33")
        await write_in_widget(site, "and to the next city?")

        await open_conversation(inbox, "+7 900 111-22-33")
        silent = inbox.get_by_text("the bot menu was silent for 4 s. Collected: order: 7712")
        await expect(silent).to_be_visible(timeout=IN_TIME_MS)
        await expect(message(inbox, "Какой номер заказа?")).to_be_visible()
        await expect(message(inbox, "7712").first).to_be_visible()
        await open_conversation(inbox, "and to the next city?")
        await expect(inbox.get_by_text("the bot menu was silent for 4 s")).to_be_visible(
            timeout=IN_TIME_MS
        )
        await expect(message(inbox, "300 roubles within the city")).to_be_visible()


async def test_a_suggestion_is_sent_changed_or_thrown_away_by_the_agent(
    hub: HubProcess, browser: Browser
) -> None:
    async with new_page(browser) as telephone, new_page(browser) as inbox:
        await sign_in(inbox, hub.url)
        phone = await open_telegram(telephone, hub)
        shown = phone.get_by_test_id("phone-message")
        await write_on(phone, "Are you open?")
        await open_conversation(inbox, "Are you open?")
        await expect(message(inbox, "Are you open?")).to_be_visible()
        found = await hub.items("/api/v1/conversations", view="open")
        draft = f"/api/v1/drafts/{found[0]['id']}"

        await hub.call("PUT", draft, {"text": "From 9 to 18."})
        await expect(inbox.get_by_test_id("suggestion-text")).to_have_text("From 9 to 18.")
        await inbox.get_by_test_id("suggestion-send").click()
        await expect(shown.filter(has_text="From 9 to 18.")).to_be_visible()
        await expect(inbox.get_by_test_id("suggestion")).to_be_hidden()

        await hub.call("PUT", draft, {"text": "Also on Sundays"})
        await inbox.get_by_test_id("suggestion-edit").click()
        await expect(inbox.get_by_test_id("composer-input")).to_have_value("Also on Sundays")
        await expect(inbox.get_by_test_id("suggestion")).to_be_hidden()

        await hub.call("PUT", draft, {"text": "Nonsense"})
        await expect(inbox.get_by_test_id("suggestion-send")).to_be_disabled()
        await inbox.get_by_test_id("suggestion-discard").click()
        await expect(inbox.get_by_test_id("suggestion")).to_be_hidden()
        await expect(inbox.get_by_test_id("composer-input")).to_have_value("Also on Sundays")
