"""The agent's window on each channel, wide and narrow, and the customers' phones."""

from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, Page, ViewportSize

from tests.screens.stories import STORIES, Story
from tests.support.browser import (
    answer,
    message,
    new_page,
    open_conversation,
    sign_in,
    write_in_widget,
)
from tests.support.hub_process import ADMIN, PASSWORD, HubProcess

WIDE: Final[ViewportSize] = {"width": 1440, "height": 900}
NARROW: Final[ViewportSize] = {"width": 360, "height": 800}
_LIGHT: Final = {"color_scheme": "light", "reduced_motion": "reduce"}
_DARK: Final = {"color_scheme": "dark", "reduced_motion": "reduce", "locale": "ru-RU"}


async def take_channels(hub: HubProcess, browser: Browser, folder: Path) -> None:
    """Each channel wide in one scheme and narrow in the other."""
    for number, story in enumerate(STORIES):
        name = story.channel_id.removeprefix("sim-")
        wide, narrow = (_LIGHT, _DARK) if number % 2 == 0 else (_DARK, _LIGHT)
        async with new_page(browser, viewport=WIDE, **wide) as page:
            await sign_in(page, hub.url)
            await _open(page, story)
            await page.screenshot(path=folder / f"{name}.png")
        async with _narrow(browser, narrow) as page:
            await _sign_in_narrow(page, hub.url)
            rows = page.get_by_test_id("conversation-row")
            await rows.filter(has_text=story.customer).first.click()
            await _there(page, story)
            await page.screenshot(path=folder / f"{name}-phone.png")


async def take_window(hub: HubProcess, browser: Browser, folder: Path) -> None:
    """A reply window that is over, and the templates."""
    late = {"type": "late", "text": "Is my parcel there?", "hours": 26}
    await hub.call("POST", "/simulators/sim-whatsapp/actions", {"customer": "Paul", "action": late})
    async with new_page(browser, viewport={"width": 1440, "height": 700}, **_LIGHT) as page:
        await sign_in(page, hub.url)
        await open_conversation(page, "Is my parcel there?")
        await page.get_by_test_id("composer-locked").get_by_test_id("composer-template").click()
        await page.locator('[data-name="order_ready"][data-language="en"]').click()
        await page.get_by_test_id("template-header").fill("1042")
        await page.get_by_test_id("template-body").nth(0).fill("Paul")
        await page.get_by_test_id("template-body").nth(1).fill("1042")
        await page.get_by_test_id("template-button").last.fill("1042")
        await _settled(page)
        await page.screenshot(path=folder / "whatsapp-template.png")


async def take_site(hub: HubProcess, browser: Browser, folder: Path) -> None:
    """A visitor of the shop's page, on an agent's telephone."""
    async with (
        new_page(browser, viewport=WIDE) as site,
        new_page(browser, viewport=NARROW, has_touch=True, **_LIGHT) as agent,
    ):
        await site.goto(f"{hub.url}/demo/site")
        await site.get_by_test_id("webchat-open").click()
        await write_in_widget(site, "Do you ship kettles to Norway?")
        await _sign_in_narrow(agent, hub.url)
        rows = agent.get_by_test_id("conversation-row")
        await rows.filter(has_text="Norway").click()
        await agent.get_by_test_id("composer-buttons").click()
        await agent.get_by_test_id("button-label").fill("Yes, with a lid")
        await answer(agent, "We do, within three days. Shall I add one to your basket?")
        await site.get_by_role("button", name="Yes, with a lid").click()
        await message(agent, "Pressed: Yes").wait_for()
        await agent.mouse.move(0, 0)
        await _settled(agent)
        await agent.screenshot(path=folder / "webchat-phone.png")


async def take_phones(hub: HubProcess, browser: Browser, folder: Path) -> None:
    """The phones with their conversations."""
    async with new_page(browser, viewport={"width": 1840, "height": 800}, **_LIGHT) as page:
        for story in STORIES:
            key = f"phones.customer.{story.channel_id}"
            await page.add_init_script(f"localStorage.setItem({key!r}, {story.customer!r})")
        await page.goto(f"{hub.url}/simulators/")
        phones = page.get_by_test_id("phone")
        await phones.nth(len(STORIES) - 1).wait_for()
        for number in range(len(STORIES)):
            await phones.nth(number).get_by_test_id("phone-message").first.wait_for()
        await _settled(page)
        await page.screenshot(path=folder / "phones.png")


async def _open(page: Page, story: Story) -> None:
    await page.get_by_test_id("view-open").click()
    rows = page.get_by_test_id("conversation-row").filter(has_text=story.customer)
    await rows.last.click()
    await _there(page, story)


async def _there(page: Page, story: Story) -> None:
    await message(page, story.last).last.wait_for()
    await _settled(page)
    written = page.get_by_test_id("mail-open")
    if await written.count():
        await written.last.click()
        mail = page.frame_locator('[data-testid="mail-page"]')
        await mail.get_by_role("heading").wait_for()
    await page.mouse.move(0, 0)


async def _settled(page: Page) -> None:
    await page.wait_for_load_state("networkidle")
    await page.evaluate("document.fonts.ready.then(() => true)")
    await page.evaluate(
        "Promise.all([...document.images].filter((one) => !one.complete)"
        ".map((one) => new Promise((go) => { one.onload = one.onerror = go })))"
    )


def _narrow(browser: Browser, scheme: dict[str, str]) -> Any:
    return new_page(browser, viewport=NARROW, has_touch=True, **scheme)


async def _sign_in_narrow(page: Page, url: str) -> None:
    await page.goto(f"{url}/")
    await page.get_by_test_id("login-email").fill(ADMIN)
    await page.get_by_test_id("login-password").fill(PASSWORD)
    await page.get_by_test_id("login-submit").click()
    await page.get_by_test_id("conversation-row").first.wait_for()
