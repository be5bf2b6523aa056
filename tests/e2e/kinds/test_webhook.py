"""Every kind of message of a system of one's own, from its customer to the agent and back."""

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
CHANNEL = "sim-webhook"
FILES = (
    (sample("box.jpg", "image/jpeg"), "button.picture img"),
    (sample("film.mp4", "video/mp4"), "video"),
    (sample("song.mp3", "audio/mpeg"), ".voice"),
    ({"name": "terms.txt", "mimeType": "text/plain", "buffer": b"terms"}, "a.file"),
)
KINDS = (
    Said("location", '[data-block="location"] a[href*="openstreetmap"]', "55.75580, 37.61730"),
    Said("contact", '[data-block="contact_card"] a[href="tel:+79990001122"]', "Boris"),
    Said("call", '[data-block="call"]', "Missed call"),
    Said("answered", '[data-block="call"]', "Incoming call", act={"type": "call", "answered": 1}),
)


async def test_every_kind_that_a_customer_sends_is_shown_as_what_it_is(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with conversing(browser, hub, CHANNEL, customer) as (phone, desk):
        for file, shows in FILES:
            await phone.files(f"see {file['name']}", file)
            bubble = desk.message(f"see {file['name']}")
            await expect(bubble.locator(shows).first).to_be_visible(timeout=WITHIN_MS)
        box = sample("box.jpg", "image/jpeg")
        await phone.files("two pictures", box, sample("kettle.jpg", "image/jpeg"))
        album = desk.message("two pictures").locator(".album button.picture")
        await expect(album).to_have_count(2, timeout=WITHIN_MS)
        for said in KINDS:
            await says(phone, desk, said)


async def test_what_the_customer_changes_and_deletes_is_marked(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with conversing(browser, hub, CHANNEL, customer) as (phone, desk):
        await phone.write("number forty-two")
        await expect(desk.message("forty-two")).to_be_visible(timeout=WITHIN_MS)
        await phone.act(type="edit", text="number forty-three")
        edited = desk.message("forty-three")
        await edited.get_by_test_id("edited").click(timeout=WITHIN_MS)
        await expect(desk.page.locator(".history")).to_contain_text("forty-two")
        await desk.page.keyboard.press("Escape")

        await phone.screen.get_by_test_id("phone-delete").last.click()

        gone = desk.page.locator(".m.deleted")
        await expect(gone).to_contain_text("Message deleted", timeout=WITHIN_MS)
        await expect(gone.locator("details")).to_contain_text("forty-three")


async def test_every_kind_that_an_agent_sends_is_with_the_customer(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with conversing(browser, hub, CHANNEL, customer) as (phone, desk):
        await desk.page.get_by_test_id("composer-input").fill("Bold, slanted and a link")
        await desk.format("Bold", "bold")
        await desk.format("slanted", "italic")
        await desk.format("a link", "link", "https://example.com/terms")
        await desk.send()
        formatted = phone.shown("Bold, slanted")
        for tag, words in (("b", "Bold"), ("i", "slanted"), ("a", "a link")):
            await expect(formatted.locator(tag)).to_have_text(words, timeout=WITHIN_MS)
        await desk.left(desk.message("Bold, slanted"), "sent", "delivered", "read")

        box = sample("box.jpg", "image/jpeg")
        await desk.attach(box, sample("kettle.jpg", "image/jpeg"))
        await desk.send("an album")
        await expect(phone.shown("an album").locator("img")).to_have_count(2, timeout=WITHIN_MS)
        voice, film = sample("voice.ogg", "audio/ogg"), sample("film.mp4", "video/mp4")
        for file, shown in ((voice, 'audio[data-kind="voice"]'), (film, "video")):
            await desk.attach(file)
            await desk.send()
            await expect(phone.from_hub().locator(shown)).to_be_visible(timeout=WITHIN_MS)
        await desk.attach({"name": "terms.txt", "mimeType": "text/plain", "buffer": b"terms"})
        await desk.send()
        await expect(phone.from_hub().locator('[data-name="terms.txt"]')).to_be_visible(
            timeout=WITHIN_MS
        )
        await phone.pick("read")
        await desk.left(desk.message("an album"), "read")


async def test_buttons_are_pressed_and_messages_quoted_changed_deleted_and_reacted_to(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with conversing(browser, hub, CHANNEL, customer) as (phone, desk):
        page = desk.page
        await page.get_by_test_id("composer-buttons").click()
        await page.get_by_test_id("button-label").fill("Take it")
        await desk.send("An offer")
        await phone.shown("An offer").get_by_role("button", name="Take it").click(timeout=WITHIN_MS)
        await expect(desk.inbound.last).to_contain_text("Pressed: Take it", timeout=WITHIN_MS)
        await expect(desk.outbound.last.locator(".hit")).to_contain_text("Take it")

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
        await desk.edit(desk.message("Hello yourself").first, "Hello again")
        await expect(phone.shown("Hello again").get_by_test_id("phone-edited")).to_be_visible(
            timeout=WITHIN_MS
        )
        changed = desk.outbound.filter(has_text="Hello again")
        await expect(changed.get_by_test_id("edited")).to_be_visible(timeout=WITHIN_MS)
        await phone.shown("Hello again").get_by_test_id("phone-react").select_option("🔥")
        await expect(changed.get_by_test_id("reactions")).to_contain_text("🔥", timeout=WITHIN_MS)
        await desk.react(hello, "👍")
        await expect(
            phone.shown(f"this is {customer}").first.get_by_test_id("phone-reactions")
        ).to_contain_text("👍", timeout=WITHIN_MS)

        await desk.remove(changed)
        await expect(phone.shown("Hello again")).to_have_count(0, timeout=WITHIN_MS)
        await expect(desk.page.locator(".m.deleted")).to_contain_text("Message deleted")
