"""A channel's life in the admin's browser, and two accounts of one type side by side."""

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.support.browser import answer, message, new_page, open_conversation, sign_in
from tests.support.conversing import WITHIN_MS
from tests.support.far_account import FarAccount, far_account
from tests.support.running_hub import RunningHub
from tests.support.simulated import until_phone_shows, write_as

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("browser"),
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="module"),
]


async def add_channel(page: Page, name: str, token: str, base: str) -> Locator:
    """Fill in the form as an admin does; the card of the channel."""
    await page.get_by_test_id("channel-add").click()
    await page.get_by_test_id("channel-type-telegram").click()
    await page.get_by_test_id("channel-name").fill(name)
    await page.locator("#setting-token").fill(token)
    form = page.get_by_test_id("channel-form")
    await form.locator("summary").click()
    await page.locator("#setting-api_base").fill(base)
    await page.locator("#setting-poll_timeout_s").fill("1")
    await page.get_by_test_id("channel-save").click()
    return page.get_by_test_id("channel-card").filter(has_text=name)


async def talk(hub: RunningHub, number: int) -> None:
    """Another channel carries a message and its answer."""
    customer = f"Traffic {number}"
    await write_as(hub, "sim-vk", customer, f"question {number}")
    (conversation,) = [
        one
        for one in await hub.items("/api/v1/conversations", view="open", channel_id="sim-vk")
        if one["preview"]["text"] == f"question {number}"
    ]
    path = f"/api/v1/conversations/{conversation['id']}/messages"
    await hub.call("POST", path, {"text": f"answer {number}"})
    await until_phone_shows(hub, "sim-vk", customer, f"answer {number}")


async def test_a_channel_is_added_breaks_is_explained_repaired_and_removed_while_others_work(
    hub: RunningHub, browser: Browser
) -> None:
    async with far_account("telegram", "shop") as shop, new_page(browser) as page:
        token, base = shop.settings["token"], shop.settings["api_base"]
        await sign_in(page, hub.url)
        await page.goto(f"{hub.url}/channels")
        card = await add_channel(page, "The shop", "123456789:AAE-somebody-elses", base)
        form = page.get_by_test_id("channel-form")
        await expect(form).to_contain_text(
            "Telegram does not know this bot token", timeout=WITHIN_MS
        )
        await page.locator("#setting-token").fill(token)
        await page.get_by_test_id("channel-save").click()
        await expect(card.get_by_test_id("channel-state")).to_have_text("Active", timeout=WITHIN_MS)
        await talk(hub, 1)

        shop.simulator.fault("401", 1000)
        state = card.get_by_test_id("channel-state")
        await expect(state).to_have_text("Stopped", timeout=WITHIN_MS)
        await expect(card.locator(".reason")).to_contain_text(
            "Telegram does not know this bot token: was it revoked in BotFather?"
        )
        await talk(hub, 2)
        await card.get_by_test_id("channel-check").click()
        await expect(card.get_by_test_id("check-report")).to_contain_text(
            "What to do", timeout=WITHIN_MS
        )
        await shop.simulator.write("Anna", "Is anybody there?")

        shop.simulator.fault("401", 0)
        await card.get_by_test_id("channel-edit").click()
        await page.locator("#setting-token").fill(token)
        await page.get_by_test_id("channel-save").click()
        await expect(state).to_have_text("Active", timeout=WITHIN_MS)
        await expect(card.locator(".reason")).to_have_count(0)
        await page.goto(f"{hub.url}/")
        await open_conversation(page, "Is anybody there?")
        await answer(page, "We are back")
        await shop.until_shown("Anna", "customer: Is anybody there?", "hub: We are back")
        await talk(hub, 3)

        await page.goto(f"{hub.url}/channels")
        await card.get_by_test_id("channel-remove").click()
        await page.get_by_test_id("confirm").click()
        await expect(card).to_have_count(0, timeout=WITHIN_MS)
        await page.goto(f"{hub.url}/")
        await open_conversation(page, "We are back")
        await expect(message(page, "We are back").first).to_be_visible()
        await talk(hub, 4)


async def add_account(hub: RunningHub, channel_type: str, name: str, account: FarAccount) -> None:
    """Connect the account as a channel."""
    body = {"type": channel_type, "name": name, "settings": account.settings}
    await hub.call("POST", "/api/v1/channels", body)


@pytest.mark.parametrize("channel_type", ["telegram", "vk"])
async def test_two_accounts_of_one_type_run_side_by_side_and_never_mix(
    hub: RunningHub, browser: Browser, channel_type: str
) -> None:
    async with (
        far_account(channel_type, "north") as north,
        far_account(channel_type, "south") as south,
        new_page(browser) as page,
    ):
        await add_account(hub, channel_type, f"North {channel_type}", north)
        await add_account(hub, channel_type, f"South {channel_type}", south)
        await sign_in(page, hub.url)
        for number in range(3):
            await north.simulator.write("Anna", f"north {channel_type} {number}")
            await south.simulator.write("Anna", f"south {channel_type} {number}")

        asked = {"North": north, "South": south}
        for name in asked:
            await open_conversation(page, f"{name.lower()} {channel_type} 2")
            inbound = page.locator('[data-testid="message"][data-direction="inbound"]')
            await expect(inbound).to_have_count(3, timeout=WITHIN_MS)
            await answer(page, f"from {name}")

        for name, account in asked.items():
            lines = [f"customer: {name.lower()} {channel_type} {number}" for number in range(3)]
            await account.until_shown("Anna", *lines, f"hub: from {name}")
