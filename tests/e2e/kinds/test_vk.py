"""Every kind of message of VK, from the phone to the agent's screen and back."""

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
CHANNEL = "sim-vk"
VOICE = sample("voice.ogg", "audio/ogg")
PICTURE = sample("sticker.webp", "image/webp")
GOODS = {
    "id": 501,
    "owner_id": -22,
    "title": "A kettle",
    "description": "Blue enamel",
    "price": {"amount": "1950", "currency": {"id": 643, "name": "RUB"}, "text": "19.50 RUB"},
    "availability": 0,
}
FILM = {"id": 7, "owner_id": -22, "title": "How it boils", "player": "https://vk.com/video-22_7"}
POST = {"id": 9, "from_id": -22, "to_id": -22, "text": "We are open on Sundays"}
CALL = {"initiator_id": 1, "receiver_id": -22, "state": "canceled_by_initiator", "time": 1}


def attached(kind: str, inner: dict[str, Any]) -> dict[str, Any]:
    """The act that sends an attachment of VK's own."""
    return {"type": "attachment", "attachment": {"type": kind, kind: inner}}


KINDS = (
    Said("photo", "button.picture img"),
    Said("album", ".album button.picture img"),
    Said("voice", ".voice .play", playing=True),
    Said("sticker", "img.sticker"),
    Said("graffiti", "button.picture img, img.sticker"),
    Said("location", '[data-block="location"] a[href*="openstreetmap"]', "55.75580, 37.61730"),
    Said("poll", '[data-block="poll"] .option', "Which colour?"),
    Said("forward", ".forward", "They deliver on Sundays too"),
    Said("document", "a.file", "file.bin", act={"type": "document"}),
    Said("goods", '[data-block="link"]', "A kettle", act=attached("market", GOODS)),
    Said("film", 'a[data-block="link"]', "How it boils", act=attached("video", FILM)),
    Said("post", '[data-block="link"]', "We are open on Sundays", act=attached("wall", POST)),
    Said("call", '[data-block="call"]', "Missed call", act=attached("call", CALL)),
    Said("unknown", '[data-block="unsupported"] details.raw', act=attached("hologram", {"id": 3})),
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


async def test_an_album_is_one_bubble_mentions_are_links_and_edits_are_marked(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with conversing(browser, hub, CHANNEL, customer) as (phone, desk):
        picture = {**PICTURE, "name": "one.png", "mimeType": "image/png"}
        await phone.files("two pictures", picture, {**picture, "name": "two.png"})
        album = desk.message("two pictures")
        await expect(album.locator(".album button.picture")).to_have_count(2, timeout=WITHIN_MS)
        await phone.write("ask [id1|Pavel] about it")
        mention = desk.message("ask Pavel about it").locator(".mention, a")
        await expect(mention).to_have_text("Pavel", timeout=WITHIN_MS)

        await phone.act(type="edit", text="ask nobody about it")

        edited = desk.message("ask nobody")
        await edited.get_by_test_id("edited").click(timeout=WITHIN_MS)
        await expect(desk.page.locator(".history")).to_contain_text("ask Pavel")


async def test_every_kind_that_an_agent_sends_is_on_the_phone(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with conversing(browser, hub, CHANNEL, customer) as (phone, desk):
        await desk.page.get_by_test_id("composer-input").fill("Bold, slanted and a link")
        await desk.format("Bold", "bold")
        await desk.format("slanted", "italic")
        await desk.format("a link", "link", "https://example.com/terms")
        await expect(desk.page.get_by_test_id("format-spoiler")).to_have_count(0)
        await desk.send()
        formatted = phone.shown("Bold, slanted")
        for tag, words in (("b", "Bold"), ("i", "slanted"), ("a", "a link")):
            await expect(formatted.locator(tag)).to_have_text(words, timeout=WITHIN_MS)
        await desk.left(desk.message("Bold, slanted"), "sent", "read")

        png = await desk.page.screenshot(clip={"x": 0, "y": 0, "width": 40, "height": 40})
        square: Any = {"name": "a.png", "mimeType": "image/png", "buffer": png}
        await desk.attach(square, {**square, "name": "b.png"})
        await desk.send("an album")
        await expect(phone.shown("an album").locator("img")).to_have_count(2, timeout=WITHIN_MS)
        await desk.attach(VOICE)
        await desk.send()
        await expect(phone.from_hub().locator('audio[data-kind="audio_message"]')).to_be_visible(
            timeout=WITHIN_MS
        )
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
        offer = phone.shown("An offer")
        await offer.get_by_role("button", name="Take it").click(timeout=WITHIN_MS)
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
