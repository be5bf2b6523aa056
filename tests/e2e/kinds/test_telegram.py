"""Every kind of message of Telegram, from the phone to the agent's screen and back."""

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
CHANNEL = "sim-telegram"
VOICE = sample("voice.ogg", "audio/ogg")
FILM = sample("film.mp4", "video/mp4")
STICKER = sample("sticker.webp", "image/webp")

KINDS = (
    Said("photo", "button.picture img"),
    Said("video", "video:not(.round)", playing=True),
    Said("animation", '[data-kind="animation"]', playing=True),
    Said("voice", ".voice .play", playing=True),
    Said("video_note", "video.round", playing=True),
    Said("audio", '.voice[data-kind="audio"] .name', "song.mp3", playing=True),
    Said("sticker", "img.sticker"),
    Said("location", '[data-block="location"] a[href*="openstreetmap"]', "55.75580, 37.61730"),
    Said("venue", '[data-block="location"]', "The corner café"),
    Said("live_location", '[data-block="location"]', "live until"),
    Said("contact", '[data-block="contact_card"] a[href="tel:+79990001122"]', "Boris"),
    Said("poll", '[data-block="poll"] .option', "Which colour?"),
    Said("dice", '[data-block="dice"]', "rolled"),
    Said("forward", ".forward", "Forwarded from Boris"),
    Said("document", "a.file", "file.bin", act={"type": "document"}),
    Said("start", ".text", "/start spring", act={"type": "start", "param": "spring"}),
    Said("unknown", '[data-block="unsupported"] details.raw', act={"type": "unknown"}),
)


async def test_every_kind_that_a_customer_sends_is_shown_as_what_it_is(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with conversing(browser, hub, CHANNEL, customer) as (phone, desk):
        for said in KINDS:
            await says(phone, desk, said)

        raw = desk.inbound.last.locator("details.raw")
        await raw.locator("summary").click()
        await expect(raw).to_contain_text("hologram")


async def test_an_album_is_one_bubble_and_what_the_customer_changes_is_marked(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with conversing(browser, hub, CHANNEL, customer) as (phone, desk):
        picture = {**STICKER, "name": "one.png", "mimeType": "image/png"}
        await phone.files("two pictures", picture, {**picture, "name": "two.png"})
        album = desk.message("two pictures")
        await expect(album.locator(".album button.picture")).to_have_count(2, timeout=WITHIN_MS)
        await phone.write("https://example.com/42 and #tag")
        link = desk.message("#tag").locator('a[href="https://example.com/42"]')
        await expect(link).to_be_visible(timeout=WITHIN_MS)

        await phone.act(type="edit", text="https://example.com/43 and #tag")

        edited = desk.message("example.com/43")
        await edited.get_by_test_id("edited").click(timeout=WITHIN_MS)
        await expect(desk.page.locator(".history")).to_contain_text("example.com/42")
        await desk.page.keyboard.press("Escape")
        await phone.act(type="pin")
        told = desk.page.locator('[data-testid="message"][data-direction="system"]')
        await expect(told.filter(has_text="A message was pinned")).to_be_visible(timeout=WITHIN_MS)


async def test_every_kind_that_an_agent_sends_is_on_the_phone(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with conversing(browser, hub, CHANNEL, customer) as (phone, desk):
        field = desk.page.get_by_test_id("composer-input")
        await field.fill("Bold, slanted, gone, secret, code and a link")
        for words, kind in (("Bold", "bold"), ("slanted", "italic"), ("gone", "strike")):
            await desk.format(words, kind)
        await desk.format("secret", "spoiler")
        await desk.format("code", "code")
        await desk.format("a link", "link", "https://example.com/terms")
        await expect(desk.page.get_by_test_id("composer-rendered").locator(".bold")).to_have_text(
            "Bold"
        )
        await desk.send()
        formatted = phone.shown("Bold, slanted")
        for tag, words in (("b", "Bold"), ("i", "slanted"), ("s", "gone"), ("mark", "secret")):
            await expect(formatted.locator(tag)).to_have_text(words, timeout=WITHIN_MS)
        await expect(formatted.locator('a[href="https://example.com/terms"]')).to_have_text(
            "a link"
        )
        await desk.left(desk.message("Bold, slanted"), "sent")

        await desk.attach(STICKER)
        await desk.send("one picture")
        await expect(phone.shown("one picture").locator("img")).to_be_visible(timeout=WITHIN_MS)
        await desk.attach({**STICKER, "name": "a.png"}, {**STICKER, "name": "b.png"})
        await desk.send("an album")
        await expect(phone.shown("an album").locator("img")).to_be_visible(timeout=WITHIN_MS)
        await expect(phone.from_hub().locator("img")).to_have_count(3)
        for file, shown in ((VOICE, "audio"), (FILM, "video")):
            await desk.attach(file)
            await desk.send()
            await expect(phone.from_hub().locator(shown)).to_be_visible(timeout=WITHIN_MS)
        await desk.attach({"name": "terms.txt", "mimeType": "text/plain", "buffer": b"terms"})
        await desk.send()
        await expect(phone.from_hub().locator('[data-name="terms.txt"]')).to_be_visible(
            timeout=WITHIN_MS
        )


async def test_buttons_are_pressed_and_messages_quoted_changed_deleted_and_reacted_to(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with conversing(browser, hub, CHANNEL, customer) as (phone, desk):
        page = desk.page
        await page.get_by_test_id("composer-buttons").click()
        await page.get_by_test_id("button-label").fill("Take it")
        await page.get_by_test_id("button-add").click()
        await page.get_by_test_id("button-label").nth(1).fill("Details")
        await page.get_by_test_id("button-url").nth(1).fill("https://example.com/offer")
        await desk.send("An offer")
        offer = phone.shown("An offer")
        await expect(offer.get_by_test_id("phone-button")).to_have_count(2, timeout=WITHIN_MS)
        await offer.get_by_role("button", name="Take it").click()
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

        own = desk.message("Hello yourself").first
        await desk.edit(own, "Hello again")
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
