"""Every kind of message of WhatsApp, from the phone to the agent's screen and back."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.support.conversing import WITHIN_MS, Said, conversing, sample, says
from tests.support.running_hub import RunningHub

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("browser"),
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="module"),
]
CHANNEL = "sim-whatsapp"
VOICE = sample("voice.ogg", "audio/ogg")
FILM = sample("film.mp4", "video/mp4")
PICTURE = sample("sticker.webp", "image/webp")

KINDS = (
    Said("image", "button.picture img"),
    Said("video", "video:not(.round)", playing=True),
    Said("voice", ".voice .play", playing=True),
    Said("audio", '.voice[data-kind="audio"]', playing=True),
    Said("sticker", "img.sticker"),
    Said("document", "a.file", "file.pdf", act={"type": "document"}),
    Said("location", '[data-block="location"] a[href*="openstreetmap"]', "55.75580, 37.61730"),
    Said(
        "place",
        '[data-block="location"]',
        "1 Main Street",
        act={"type": "location", "title": "The café", "address": "1 Main Street"},
    ),
    Said("contact", '[data-block="contact_card"] a[href="tel:+79990001122"]', "Boris"),
    Said("order", '[data-block="order"]', "2 × kettle · 19.5 EUR"),
    Said("product", '[data-block="link"]', "kettle"),
    Said("flow", '[data-block="form"] dd', "M"),
    Said("forward", ".forward", "They deliver on Sundays too"),
    Said("advertisement", ".text", "I saw it", act={"type": "ad", "text": "I saw it"}),
    Said("poll", '[data-block="unsupported"] details.raw', "poll"),
)


async def test_every_kind_that_a_customer_sends_is_shown_as_what_it_is(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with conversing(browser, hub, CHANNEL, customer) as (phone, desk):
        for said in KINDS:
            await says(phone, desk, said)

        raw = desk.inbound.last.locator("details.raw")
        await raw.locator("summary").click()
        await expect(raw).to_contain_text("131051")


async def test_formatting_edits_and_deletions_of_a_customer_are_shown(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with conversing(browser, hub, CHANNEL, customer) as (phone, desk):
        await phone.write("it is *very* urgent")
        urgent = desk.message("urgent")
        await expect(urgent.first).to_be_visible(timeout=WITHIN_MS)
        await phone.act(type="edit", text="it is not urgent")
        edited = desk.message("it is not urgent")
        await edited.get_by_test_id("edited").click(timeout=WITHIN_MS)
        await expect(desk.page.locator(".history")).to_contain_text("very")
        await desk.page.keyboard.press("Escape")

        await phone.screen.get_by_test_id("phone-delete").last.click()

        await expect(desk.page.locator(".m.deleted")).to_contain_text(
            "Message deleted", timeout=WITHIN_MS
        )


async def test_every_kind_that_an_agent_sends_is_on_the_phone(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with conversing(browser, hub, CHANNEL, customer) as (phone, desk):
        await desk.page.get_by_test_id("composer-input").fill("Bold, slanted and gone")
        for words, kind in (("Bold", "bold"), ("slanted", "italic"), ("gone", "strike")):
            await desk.format(words, kind)
        await desk.send()
        formatted = phone.shown("Bold, slanted")
        for tag, words in (("b", "Bold"), ("i", "slanted"), ("s", "gone")):
            await expect(formatted.locator(tag)).to_have_text(words, timeout=WITHIN_MS)
        await desk.left(desk.message("Bold, slanted"), "delivered")

        png = await desk.page.screenshot(clip={"x": 0, "y": 0, "width": 40, "height": 40})
        square: Any = {"name": "a.png", "mimeType": "image/png", "buffer": png}
        await desk.attach(square, {**square, "name": "b.png"})
        await desk.send("two pictures")
        await expect(phone.from_hub().locator('img[data-kind="image"]')).to_have_count(
            2, timeout=WITHIN_MS
        )
        for file, shown in ((VOICE, 'audio[data-kind="voice"]'), (FILM, "video")):
            await desk.attach(file)
            await desk.send()
            await expect(phone.from_hub().locator(shown)).to_be_visible(timeout=WITHIN_MS)
        await desk.attach({"name": "terms.txt", "mimeType": "text/plain", "buffer": b"terms"})
        await desk.send()
        await expect(phone.from_hub().locator('[data-name="terms.txt"]')).to_be_visible(
            timeout=WITHIN_MS
        )
        await phone.pick("read")
        await desk.left(desk.message("two pictures"), "read")


async def test_buttons_and_lists_are_answered_and_messages_quoted_and_reacted_to(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with conversing(browser, hub, CHANNEL, customer) as (phone, desk):
        page = desk.page
        for labels in (("Take it", "Leave it"), ("One", "Two", "Three", "Four")):
            await page.get_by_test_id("composer-buttons").click()
            for number, label in enumerate(labels):
                if number:
                    await page.get_by_test_id("button-add").click()
                await page.get_by_test_id("button-label").nth(number).fill(label)
            await desk.send(f"Choose of {len(labels)}")
            offer = phone.shown(f"Choose of {len(labels)}")
            await offer.get_by_role("button", name=labels[-1]).click(timeout=WITHIN_MS)
            await expect(desk.inbound.last).to_contain_text(labels[-1], timeout=WITHIN_MS)
            await expect(desk.outbound.last.locator(".hit")).to_contain_text(labels[-1])

        hello = desk.message(f"this is {customer}").first
        await desk.quote(hello)
        await desk.send("Hello yourself")
        quoting = phone.shown("Hello yourself")
        await expect(quoting.get_by_test_id("phone-quote")).to_contain_text(
            customer, timeout=WITHIN_MS
        )
        await quoting.get_by_test_id("phone-answer").click()
        await phone.write("You are welcome")
        await expect(desk.message("You are welcome").locator("button.quote")).to_contain_text(
            "Hello yourself", timeout=WITHIN_MS
        )
        own = desk.outbound.filter(has_text="Hello yourself")
        await phone.shown("Hello yourself").first.get_by_test_id("phone-react").select_option("🔥")
        await expect(own.get_by_test_id("reactions")).to_contain_text("🔥", timeout=WITHIN_MS)
        await desk.react(hello, "👍")
        await expect(
            phone.shown(f"this is {customer}").first.get_by_test_id("phone-reactions")
        ).to_contain_text("👍", timeout=WITHIN_MS)
        await own.hover()
        await own.get_by_test_id("message-menu").click()
        await expect(page.get_by_role("menuitem", name="Copy the text")).to_be_visible()
        await expect(page.get_by_test_id("message-edit")).to_have_count(0)
