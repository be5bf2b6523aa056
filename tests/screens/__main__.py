"""Runs a hub with its simulators, tells a small story on it, and takes pictures of the screens.

``python -m tests.screens FOLDER`` writes PNG files at 1440x900 and 360x800, light and dark.
"""

import asyncio
import base64
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, Page

from tests.screens.channel_pictures import (
    NARROW,
    WIDE,
    take_channels,
    take_phones,
    take_site,
    take_window,
)
from tests.screens.stories import tell
from tests.support.browser import (
    answer,
    message,
    new_page,
    open_browser,
    open_conversation,
    sign_in,
    write_in_widget,
)
from tests.support.hub_process import HubProcess
from tests.support.simulated import write_as

CHANNEL: Final = "sim-telegram"
HERO: Final = "Мария Ковалёва"
OTHERS: Final = (
    ("Илья Петров", "Не могу войти в личный кабинет"),
    ("Olga T.", "Can we move the delivery to Friday?"),
    ("Дмитрий Соколов", "Спасибо! Всё пришло вовремя 🙌"),
    ("Jane Doe", "The VAT number on my invoice is wrong. Could you send a corrected one?"),
)
PICTURE: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="400">'
    '<rect width="640" height="400" fill="{back}"/>'
    '<path d="M150 150l170-70 170 70v150l-170 70-170-70z" fill="#c89b6a"/>'
    '<path d="M150 150l170 70 170-70M320 220v150" stroke="#8d6235" stroke-width="6" fill="none"/>'
    '<path d="M380 300l40-60 20 50z" fill="#8d6235"/></svg>'
)


async def tell_story(hub: HubProcess, browser: Browser) -> None:
    """Customers write, one of them with pictures; an agent answers and leaves a note."""
    for customer, text in OTHERS:
        await write_as(hub, CHANNEL, customer, text)
    await write_as(hub, CHANNEL, HERO, "Здравствуйте! Заказ пришёл, но коробки мятые 😕")
    pictures = [await _photo(browser, back) for back in ("#dfe5ec", "#e9e2d6")]
    await hub.call(
        "POST",
        f"/simulators/{CHANNEL}/messages",
        {"customer": HERO, "text": "Вот фото: две коробки помяты", "attachments": pictures},
    )
    async with new_page(browser) as page:
        await sign_in(page, hub.url)
        await open_conversation(page, HERO)
        await page.get_by_test_id("composer-note-tab").click()
        await answer(page, "Тот же курьер, что вчера. Проверьте, пожалуйста")
        await message(page, "Тот же курьер").wait_for()
        await page.get_by_test_id("composer-reply-tab").click()
        await answer(page, "Мария, мне очень жаль. Содержимое цело? Могу предложить замену.")
        sent = page.locator('[data-testid="message"][data-state="sent"]')
        await sent.filter(has_text="мне очень жаль").wait_for()
        await write_as(hub, CHANNEL, HERO, "Всё цело, но давайте замену 🙏")
        await answer(page, "Оформил замену. Новый заказ придёт завтра, курьер позвонит за час.")
        await sent.filter(has_text="Оформил замену").wait_for()


async def _photo(browser: Browser, back: str) -> dict[str, str]:
    async with new_page(browser, viewport={"width": 640, "height": 400}) as page:
        await page.set_content(f"<body style='margin:0'>{PICTURE.format(back=back)}</body>")
        png = await page.screenshot()
    return {
        "name": "box.png",
        "mime": "image/png",
        "data_base64": base64.b64encode(png).decode(),
    }


async def take(hub: HubProcess, browser: Browser, folder: Path, name: str, **options: Any) -> None:
    """The agent's window as one reader sees it."""
    async with new_page(browser, **options) as page:
        await sign_in(page, hub.url)
        await open_conversation(page, HERO)
        await message(page, "Оформил замену").wait_for()
        await _settled(page)
        await page.screenshot(path=folder / f"{name}.png")


async def take_site_chat(hub: HubProcess, browser: Browser, folder: Path) -> None:
    """The site chat."""
    async with new_page(browser, viewport=WIDE, color_scheme="light") as page:
        await page.goto(f"{hub.url}/demo/site")
        await page.get_by_test_id("webchat-open").click()
        await write_in_widget(page, "Do you ship to Norway?")
        await page.get_by_test_id("webchat-message").first.wait_for()
        await _settled(page)
        await page.screenshot(path=folder / "site-chat.png")


async def take_admin(hub: HubProcess, browser: Browser, folder: Path) -> None:
    """The admin's page of channels."""
    async with new_page(browser, viewport=WIDE, color_scheme="light") as page:
        await sign_in(page, hub.url)
        await page.goto(f"{hub.url}/channels")
        await page.get_by_test_id("channel-card").first.wait_for()
        await _settled(page)
        await page.screenshot(path=folder / "channels.png")


async def _settled(page: Page) -> None:
    await page.wait_for_load_state("networkidle")
    await page.evaluate("document.fonts.ready.then(() => true)")


async def main(folder: Path) -> None:
    """Take all pictures."""
    with tempfile.TemporaryDirectory() as data:
        environ = {"HUB_UNDO_S": "1"}
        async with (
            HubProcess(Path(data), "--simulators", environ=environ) as hub,
            open_browser() as browser,
        ):
            await tell_story(hub, browser)
            await take(hub, browser, folder, "inbox-light", viewport=WIDE, color_scheme="light")
            await take_narrow(hub, browser, folder)
            await take_site_chat(hub, browser, folder)
            await take_admin(hub, browser, folder)
    await take_conversations(folder)


async def take_conversations(folder: Path) -> None:
    """On a hub of their own: the list shows these conversations and no others."""
    with tempfile.TemporaryDirectory() as data:
        async with (
            HubProcess(Path(data), "--simulators", environ={"HUB_UNDO_S": "0"}) as hub,
            open_browser() as browser,
        ):
            await tell(hub, browser)
            await take_channels(hub, browser, folder)
            await take_window(hub, browser, folder)
            await take_site(hub, browser, folder)
            await take_phones(hub, browser, folder)


async def take_narrow(hub: HubProcess, browser: Browser, folder: Path) -> None:
    """The list and a thread on a phone of an agent."""
    async with new_page(browser, viewport=NARROW, color_scheme="light", has_touch=True) as page:
        await page.goto(f"{hub.url}/")
        await page.get_by_test_id("login-email").fill("admin@example.com")
        await page.get_by_test_id("login-password").fill("correct horse battery staple")
        await page.get_by_test_id("login-submit").click()
        row = page.get_by_test_id("conversation-row").filter(has_text=HERO)
        await row.wait_for()
        await _settled(page)
        await page.screenshot(path=folder / "inbox-phone-list.png")
        await row.click()
        await message(page, "Оформил замену").wait_for()
        await _settled(page)
        await page.screenshot(path=folder / "inbox-phone.png")


if __name__ == "__main__":
    wanted = Path(sys.argv[1])
    wanted.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(wanted))
