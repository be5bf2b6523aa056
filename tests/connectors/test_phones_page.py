"""The phones page in a real Chromium: what somebody sees who tries the hub as a customer."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from shared.ids import ChannelId
from shared.model.content import Button, Content
from tests.connectors.rig import Rig, rig, until
from tests.support.browser import new_page, open_browser

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(60)]

SIM = ChannelId("sim-sample")


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as opened:
        yield opened


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[Rig]:
    async with rig(tmp_path, simulators=True) as started:
        await started.live(SIM)
        yield started


async def open_phones(page: Page, made: Rig) -> None:
    await page.goto(f"{made.url}/simulators/")
    await expect(page.get_by_test_id("phone")).to_have_count(1)


async def write(page: Page, text: str) -> None:
    await page.get_by_test_id("phone-input").fill(text)
    await page.get_by_test_id("phone-send").click()


async def answer(made: Rig, content: Content) -> None:
    """Send to the customer as the hub."""
    live = await made.live(SIM)
    thread = made.of_kind("inbound")[0].payload["thread"]["external_id"]
    part = made.message(thread, "", content=content, channel_id=SIM, planned=True)
    from connectors.base import Outgoing

    await live.connector.send(Outgoing(part))


async def test_a_customer_writes_and_sees_the_answer_without_reloading(
    browser: Browser, made: Rig
) -> None:
    async with new_page(browser) as page:
        await open_phones(page, made)

        await write(page, "Where is my order?")
        await until(lambda: made.of_kind("inbound"))
        await answer(made, Content(text="On its way"))

        mine = page.locator('[data-testid="phone-message"][data-from="customer"]')
        theirs = page.locator('[data-testid="phone-message"][data-from="hub"]')
        await expect(mine).to_contain_text("Where is my order?")
        await expect(theirs).to_contain_text("On its way")


async def test_a_button_is_pressed(browser: Browser, made: Rig) -> None:
    async with new_page(browser) as page:
        await open_phones(page, made)
        await write(page, "hello")
        await until(lambda: made.of_kind("inbound"))
        await answer(made, Content(text="Sure?", buttons=((Button(label="Yes", value="y"),),)))

        await page.get_by_test_id("phone-button").click()

        await until(lambda: len(made.of_kind("inbound")) == 2)
        assert made.of_kind("inbound")[1].payload["content"]["action"]["value"] == "y"


async def test_a_file_is_sent(browser: Browser, made: Rig) -> None:
    async with new_page(browser) as page:
        await open_phones(page, made)

        file = {"name": "bill.txt", "mimeType": "text/plain", "buffer": b"12 EUR"}
        await page.get_by_test_id("phone-file").set_input_files(files=file)  # type: ignore[arg-type]
        await page.get_by_test_id("phone-send").click()

        await until(lambda: made.of_kind("inbound"))
        attachment = made.of_kind("inbound")[0].payload["content"]["attachments"][0]
        assert attachment["name"] == "bill.txt"


async def test_a_message_is_edited(browser: Browser, made: Rig) -> None:
    async with new_page(browser) as page:
        await open_phones(page, made)
        await write(page, "helo")
        page.once("dialog", lambda dialog: dialog.accept("hello"))

        await page.get_by_test_id("phone-edit").click()

        bubble = page.get_by_test_id("phone-message")
        await expect(bubble).to_contain_text("hello")
        await expect(bubble).to_contain_text("edited")


async def test_hostile_text_stays_text(browser: Browser, made: Rig) -> None:
    async with new_page(browser) as page:
        await open_phones(page, made)

        await write(page, "<img src=x onerror=alert(1)><b>bold</b>")

        bubble = page.get_by_test_id("phone-message")
        await expect(bubble).to_contain_text("<img src=x onerror=alert(1)><b>bold</b>")
        assert await bubble.locator("img, b").count() == 0


@pytest.mark.parametrize("language,words", [("ru-RU", "Телефоны"), ("en-GB", "Phones")])
@pytest.mark.parametrize("width", [360, 1440])
async def test_the_page_fits_and_speaks_the_language(
    browser: Browser, made: Rig, language: str, words: str, width: int
) -> None:
    viewport = {"width": width, "height": 800}
    async with new_page(browser, locale=language, viewport=viewport) as page:
        await open_phones(page, made)

        await expect(page.get_by_role("heading", level=1)).to_have_text(words)
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width
