"""From the phone of each platform to the agent's screen and back, in a real browser."""

import struct
import zlib

import pytest
from playwright.async_api import Browser, Page, expect

from tests.support.browser import (
    answer,
    message,
    new_page,
    open_conversation,
    sign_in,
)
from tests.support.running_hub import RunningHub
from tests.support.simulated import resolve_all

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="module"),
]
CHANNELS = ("sim-telegram", "sim-vk", "sim-whatsapp", "sim-email", "sim-webhook")


def png(side: int) -> bytes:
    """A grey square."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = b"".join(b"\x00" + b"\x80" * side for _ in range(side))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


async def write(page: Page, channel: str, text: str) -> None:
    """Write as the customer whom the phone shows."""
    mine = page.locator(f'[data-channel-id="{channel}"]')
    await mine.get_by_test_id("phone-input").fill(text)
    await mine.get_by_test_id("phone-send").click()


async def send_picture(page: Page, channel: str) -> None:
    """Send a picture from the phone."""
    mine = page.locator(f'[data-channel-id="{channel}"]')
    picture = {"name": "kettle.png", "mimeType": "image/png", "buffer": png(64)}
    await mine.get_by_test_id("phone-file").set_input_files(picture)  # type: ignore[arg-type]
    await write(page, channel, "This is the kettle")


@pytest.mark.parametrize("channel", CHANNELS)
async def test_text_and_a_picture_come_in_and_an_answer_with_one_goes_out(
    hub: RunningHub, browser: Browser, channel: str
) -> None:
    async with new_page(browser) as telephone, new_page(browser) as inbox:
        await sign_in(inbox, hub.url)
        await telephone.goto(f"{hub.url}/simulators/")
        phone = telephone.locator(f'[data-channel-id="{channel}"]')
        await expect(phone).to_be_visible(timeout=60_000)
        await write(telephone, channel, f"Where is my order on {channel}?")

        await open_conversation(inbox, f"Where is my order on {channel}?")
        await answer(inbox, "On its way, tomorrow.")
        answered = phone.get_by_test_id("phone-message").filter(has_text="On its way, tomorrow.")
        await expect(answered).to_be_visible(timeout=30_000)
        await send_picture(telephone, channel)

        shown = message(inbox, "This is the kettle")
        await expect(shown.first).to_be_visible(timeout=30_000)
        picture = inbox.get_by_test_id("thread").locator("button.picture img").last
        await expect(picture).to_be_visible(timeout=30_000)
        await expect(picture).to_have_js_property("naturalWidth", 64)
        await expect(message(inbox, "On its way, tomorrow.").first).to_be_visible()
    await resolve_all(hub)


async def test_a_mail_is_shown_as_it_was_written_and_runs_nothing(
    hub: RunningHub, browser: Browser
) -> None:
    html = (
        '<h1 style="color:#b00020">Order 77</h1><img src="https://spy.example/p.gif">'
        "<script>parent.document.title = 'owned'</script>"
        '<p onclick="parent.document.title = 1">It has not arrived.</p>'
    )
    action = {"type": "html", "text": "Order 77 has not arrived.", "html": html}
    async with new_page(browser) as inbox:
        await sign_in(inbox, hub.url)
        await hub.call(
            "POST", "/simulators/sim-email/actions", {"customer": "Boris", "action": action}
        )
        await open_conversation(inbox, "Order 77 has not arrived.")

        await inbox.get_by_test_id("mail-open").click()

        page = inbox.frame_locator('[data-testid="mail-page"]')
        await expect(page.get_by_role("heading", name="Order 77")).to_be_visible()
        await page.get_by_text("It has not arrived.").click()
        await expect(inbox.get_by_test_id("mail-pictures")).to_be_visible()
        assert "owned" not in await inbox.title()
    await resolve_all(hub)
