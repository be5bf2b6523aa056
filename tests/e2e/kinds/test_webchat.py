"""Every kind of message of the site chat, from the visitor's window to the agent's and back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.support.browser import new_page, open_conversation, sign_in, write_in_widget
from tests.support.conversing import WITHIN_MS, Desk, sample
from tests.support.running_hub import RunningHub

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("browser"),
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="module"),
]
FILES = (
    (sample("box.jpg", "image/jpeg"), "button.picture img"),
    (sample("film.mp4", "video/mp4"), "video"),
    (sample("song.mp3", "audio/mpeg"), ".voice"),
    ({"name": "terms.txt", "mimeType": "text/plain", "buffer": b"terms"}, "a.file"),
)


@asynccontextmanager
async def visiting(
    browser: Browser, hub: RunningHub, customer: str
) -> AsyncIterator[tuple[Page, Desk]]:
    """A visitor of the shop's page who has begun a conversation, and the agent in it."""
    async with new_page(browser) as site, new_page(browser) as inbox:
        await sign_in(inbox, hub.url)
        await site.goto(f"{hub.url}/demo/site")
        await site.get_by_test_id("webchat-open").click()
        await write_in_widget(site, f"Hello from {customer}")
        await open_conversation(inbox, f"Hello from {customer}")
        yield site, Desk(inbox)


def bubble(site: Page, text: str) -> Locator:
    """The message in the widget."""
    return site.get_by_test_id("webchat-message").filter(has_text=text)


async def choose(site: Page, *files: Any) -> None:
    """Put files to what the visitor writes."""
    await site.get_by_test_id("webchat-file").set_input_files(list(files))
    await expect(site.get_by_test_id("webchat-send")).to_be_enabled(timeout=WITHIN_MS)


async def test_every_kind_that_a_visitor_sends_is_shown_as_what_it_is(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with visiting(browser, hub, customer) as (site, desk):
        for file, shows in FILES:
            await choose(site, file)
            await write_in_widget(site, f"see {file['name']}")
            shown = desk.message(f"see {file['name']}").locator(shows).first
            await expect(shown).to_be_visible(timeout=WITHIN_MS)
        await choose(site, sample("box.jpg", "image/jpeg"), sample("kettle.jpg", "image/jpeg"))
        await write_in_widget(site, "two pictures")
        album = desk.message("two pictures").locator(".album button.picture")
        await expect(album).to_have_count(2, timeout=WITHIN_MS)

        before = await desk.inbound.count()
        await site.get_by_test_id("webchat-record").click()
        await site.wait_for_timeout(1200)  # somebody speaks
        await site.get_by_test_id("webchat-finish").click()
        await expect(site.get_by_test_id("webchat-send")).to_be_enabled(timeout=WITHIN_MS)
        await site.get_by_test_id("webchat-send").click()
        await expect(desk.inbound).to_have_count(before + 1, timeout=WITHIN_MS)
        await expect(desk.inbound.last.locator('.voice[data-kind="voice"]')).to_be_visible(
            timeout=WITHIN_MS
        )


async def test_every_kind_that_an_agent_sends_is_in_the_window(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with visiting(browser, hub, customer) as (site, desk):
        await desk.page.get_by_test_id("composer-input").fill("Bold, slanted, code and a link")
        for words, kind in (("Bold", "bold"), ("slanted", "italic"), ("code", "code")):
            await desk.format(words, kind)
        await desk.format("a link", "link", "https://example.com/terms")
        await desk.send()
        formatted = bubble(site, "Bold, slanted")
        for tag, words in (("b, strong", "Bold"), ("i, em", "slanted"), ("code", "code")):
            await expect(formatted.locator(tag)).to_have_text(words, timeout=WITHIN_MS)
        await expect(formatted.locator('a[href^="https://example.com/terms"]')).to_be_visible()
        await desk.left(desk.message("Bold, slanted"), "read")

        await desk.attach(sample("box.jpg", "image/jpeg"), sample("kettle.jpg", "image/jpeg"))
        await desk.send("an album")
        await expect(bubble(site, "an album").locator("img")).to_have_count(2, timeout=WITHIN_MS)
        others: tuple[Any, ...] = (
            sample("voice.ogg", "audio/ogg"),
            sample("film.mp4", "video/mp4"),
            {"name": "terms.txt", "mimeType": "text/plain", "buffer": b"terms"},
        )
        for file in others:
            await desk.attach(file)
            await desk.send()
            await expect(bubble(site, file["name"])).to_be_visible(timeout=WITHIN_MS)


async def test_buttons_are_pressed_and_messages_quoted_changed_and_deleted(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with visiting(browser, hub, customer) as (site, desk):
        page = desk.page
        await page.get_by_test_id("composer-buttons").click()
        await page.get_by_test_id("button-label").fill("Take it")
        await page.get_by_test_id("button-add").click()
        await page.get_by_test_id("button-label").nth(1).fill("Details")
        await page.get_by_test_id("button-url").nth(1).fill("https://example.com/offer")
        await desk.send("An offer")
        offer = bubble(site, "An offer")
        await expect(offer.get_by_role("link", name="Details")).to_have_attribute(
            "href", "https://example.com/offer", timeout=WITHIN_MS
        )
        await offer.get_by_role("button", name="Take it").click()
        await expect(desk.inbound.last).to_contain_text("Pressed: Take it", timeout=WITHIN_MS)
        await expect(desk.outbound.last.locator(".hit")).to_contain_text("Take it")

        await desk.quote(desk.message(f"Hello from {customer}").first)
        await desk.send("Hello yourself")
        await expect(bubble(site, "Hello yourself").locator(".quote")).to_contain_text(
            customer, timeout=WITHIN_MS
        )
        own = desk.message("Hello yourself").first
        await desk.left(own, "read", "delivered")
        await desk.edit(own, "Hello again")
        await expect(bubble(site, "Hello again")).to_contain_text("edited", timeout=WITHIN_MS)
        changed = desk.outbound.filter(has_text="Hello again")
        await expect(changed.get_by_test_id("edited")).to_be_visible(timeout=WITHIN_MS)
        await desk.remove(changed)
        await expect(bubble(site, "Hello again")).to_have_count(0, timeout=WITHIN_MS)
        await expect(page.locator(".m.deleted")).to_contain_text("Message deleted")
