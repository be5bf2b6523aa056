"""Writing an answer: what the channel carries, and what goes along with a text."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, FilePayload, Page, expect

from tests.support.browser import message, new_page, open_conversation, sign_in
from tests.support.hub_process import HubProcess
from tests.support.running_hub import RunningHub
from tests.support.simulated import phone, write_as

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningHub]:
    """A hub in which there is time to take something back."""
    folder = tmp_path_factory.mktemp("hub")
    async with HubProcess(folder, "--simulators", environ={"HUB_UNDO_S": "20"}) as running:
        yield running


async def _opened(page: Page, hub: RunningHub, customer: str, text: str = "hello") -> None:
    words = f"{text} from {customer}"
    await write_as(hub, "sim-telegram", customer, words)
    await sign_in(page, hub.url)
    await open_conversation(page, words)


async def test_the_meter_turns_when_an_answer_fills_more_than_one_screen(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with new_page(browser) as page:
        await _opened(page, hub, customer)
        field, screen = page.get_by_test_id("composer-input"), page.get_by_test_id("meter-screen")

        await field.fill("a" * 600)
        await expect(screen).to_have_attribute("data-over", "false")
        await field.fill("a" * 601)
        await expect(screen).to_have_attribute("data-over", "true")
        await field.fill("line\n" * 12 + "line")
        await expect(screen).to_have_attribute("data-over", "true")
        await field.fill("a" * 4097)
        await expect(page.get_by_test_id("meter")).to_contain_text("Goes as 2 messages")


async def test_an_admins_size_of_an_answer_holds_for_its_channel(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    size = await hub.call(
        "POST",
        "/api/v1/answer-sizes",
        {"name": "Short", "channel_ids": ["sim-telegram"], "chars": 20, "lines": 3},
    )
    try:
        async with new_page(browser) as page:
            await _opened(page, hub, customer)
            await page.get_by_test_id("composer-input").fill("a" * 21)
            await expect(page.get_by_test_id("meter-screen")).to_have_attribute("data-over", "true")
    finally:
        await hub.call("DELETE", f"/api/v1/answer-sizes/{size['id']}")


async def test_a_file_that_the_channel_does_not_carry_is_refused_before_it_is_sent(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with new_page(browser) as page:
        await _opened(page, hub, customer)
        empty = FilePayload(name="nothing.pdf", mimeType="application/pdf", buffer=b"")
        await page.get_by_test_id("composer-files").set_input_files([empty])

        await expect(page.get_by_text("nothing.pdf is empty")).to_be_visible()
        await expect(page.get_by_test_id("composer-file")).to_have_count(0)


async def test_a_file_that_did_not_arrive_is_uploaded_again_by_itself(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with new_page(browser) as page:
        await _opened(page, hub, customer)
        await page.route("**/api/v1/uploads", lambda route: route.abort())
        file = FilePayload(name="bill.txt", mimeType="text/plain", buffer=b"42")
        await page.get_by_test_id("composer-files").set_input_files([file])
        retry = page.get_by_test_id("composer-file-retry")
        await expect(retry).to_be_visible()
        await expect(page.get_by_test_id("composer-send")).to_be_disabled()

        await page.unroute("**/api/v1/uploads")
        await retry.click()
        await expect(retry).to_have_count(0)
        await page.get_by_test_id("composer-send").click()

        await expect(message(page, "bill.txt")).to_have_count(1)


async def test_a_slash_finds_a_canned_reply_by_a_few_letters_and_shows_it_filled_in(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    made = await hub.call(
        "POST",
        "/api/v1/canned-replies",
        {
            "name": "On its way",
            "shortcut": "underway",
            "text": "Dear {{contact.name}}, it is on its way.",
            "variants": [{"channel_type": "vk", "text": "for VK"}],
        },
    )
    try:
        async with new_page(browser) as page:
            await _opened(page, hub, customer)
            field = page.get_by_test_id("composer-input")
            await field.press_sequentially("Hi! /unwy")

            preview = page.get_by_test_id("quick-preview")
            await expect(preview).to_contain_text(f"Dear {customer}, it is on its way.")
            await field.press("Enter")

            await expect(field).to_have_value(f"Hi! Dear {customer}, it is on its way.")
    finally:
        await hub.call("DELETE", f"/api/v1/canned-replies/{made['id']}")


async def test_a_personal_variable_of_an_unverified_contact_is_not_inserted_and_says_why(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    made = await hub.call(
        "POST",
        "/api/v1/canned-replies",
        {
            "name": "Account",
            "shortcut": "account",
            "text": "Dear {{contact.name}}",
            "personal": ["contact.name"],
        },
    )
    try:
        async with new_page(browser) as page:
            await _opened(page, hub, customer)
            field = page.get_by_test_id("composer-input")
            await field.press_sequentially("/acc")
            await expect(page.get_by_test_id("quick-problem")).to_contain_text("personal")

            await field.press("Enter")

            await expect(page.get_by_test_id("quick-problem")).to_be_visible()
            await expect(field).to_have_value("/acc")
    finally:
        await hub.call("DELETE", f"/api/v1/canned-replies/{made['id']}")


async def test_an_emoji_is_found_by_a_word_in_either_language_with_the_keyboard_alone(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with new_page(browser) as page:
        await _opened(page, hub, customer)
        field = page.get_by_test_id("composer-input")
        await field.fill("On its way ")
        await page.get_by_test_id("composer-emoji").press("Enter")
        find = page.get_by_test_id("emoji-find")
        await find.fill("доставк")
        await expect(page.get_by_test_id("emoji").first).to_have_text("🚚")
        await find.press("Enter")
        await expect(field).to_have_value("On its way 🚚")

        await page.get_by_test_id("composer-emoji").press("Enter")
        await expect(page.get_by_test_id("emoji").first).to_have_text("🚚")


async def test_a_place_pasted_as_the_address_of_a_map_reaches_the_customer(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with new_page(browser) as page:
        await _opened(page, hub, customer)
        await page.get_by_test_id("composer-share").click()
        await page.get_by_test_id("share-place").click()
        where = page.get_by_test_id("place-where")
        await where.fill("somewhere")
        await expect(page.get_by_test_id("place-send")).to_be_disabled()
        await where.fill("https://www.openstreetmap.org/#map=16/55.75200/37.61750")
        await page.get_by_test_id("place-send").click()

        await expect(page.get_by_test_id("message").filter(has_text="55.752")).to_be_visible()


async def test_a_voice_message_is_recorded_heard_and_sent_as_one(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with new_page(browser, permissions=["microphone"]) as page:
        await _opened(page, hub, customer)
        await page.get_by_test_id("composer-voice").click()
        voice = page.get_by_test_id("voice")
        await expect(voice).to_have_attribute("data-state", "recording")
        await expect(page.get_by_test_id("voice-level").locator("b")).not_to_have_count(0)
        await expect(voice).to_contain_text("0:01")
        await page.get_by_test_id("voice-stop").click()

        player = page.get_by_test_id("voice-player")
        await expect(player).to_be_visible()
        ready = "player => new Promise(done => player.readyState > 0 ? done(player.duration)"
        length = await player.evaluate(
            f"{ready} : player.onloadedmetadata = () => done(player.duration))"
        )
        assert length > 0.5
        await page.get_by_test_id("voice-send").click()

        await expect(page.locator('[data-testid="message"] [data-kind="voice"]')).to_be_visible()
        await expect(voice).to_have_count(0)


async def test_a_microphone_that_is_denied_is_explained(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with new_page(browser) as page:
        await page.add_init_script(
            "navigator.mediaDevices.getUserMedia = () =>"
            " Promise.reject(new DOMException('no', 'NotAllowedError'))"
        )
        await _opened(page, hub, customer)
        await page.get_by_test_id("composer-voice").click()

        await expect(page.get_by_test_id("voice-trouble")).to_contain_text("microphone is blocked")
        await page.get_by_test_id("voice-discard").click()
        await expect(page.get_by_test_id("voice")).to_have_count(0)


async def test_a_reply_is_scheduled_changed_and_taken_back(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with new_page(browser) as page:
        await _opened(page, hub, customer)
        await page.get_by_test_id("composer-input").fill("good morning")
        await page.get_by_test_id("send-later").click()
        await page.get_by_test_id("later-tomorrow").click()
        item = page.get_by_test_id("scheduled-item")
        await expect(item).to_contain_text("good morning")

        await item.get_by_test_id("scheduled-edit").click()
        await page.get_by_test_id("later-text").fill("good evening")
        await page.get_by_test_id("later-save").click()
        await expect(item).to_contain_text("good evening")

        await item.get_by_test_id("scheduled-cancel").click()
        await expect(item).to_have_count(0)
        await expect(page.get_by_test_id("composer-input")).to_have_value("good evening")
    shown = await phone(hub, "sim-telegram", customer)
    assert [one["from"] for one in shown] == ["customer"]


async def test_a_note_and_a_resolution_are_undone_by_a_key(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with new_page(browser) as page:
        await _opened(page, hub, customer)
        field = page.get_by_test_id("composer-input")
        await page.get_by_test_id("messages").focus()
        await page.keyboard.press("n")
        await field.press_sequentially("between us")
        await field.press("Control+Enter")
        await expect(message(page, "between us")).to_be_visible()
        await field.press("Escape")
        await expect(page.get_by_test_id("undo-toast")).to_contain_text("Note added")
        await page.keyboard.press("z")
        await expect(field).to_have_value("between us")
        await field.fill("")
        await field.press("Escape")

        await page.keyboard.press("e")
        await expect(page.get_by_test_id("undo-toast")).to_contain_text("Resolved")
        await page.keyboard.press("z")
        await expect(page.get_by_test_id("resolve")).to_be_visible()


async def test_a_reply_leaves_by_the_keyboard_alone(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with new_page(browser) as page:
        await _opened(page, hub, customer)
        await page.get_by_test_id("messages").focus()
        await page.keyboard.press("r")
        await page.keyboard.type("by keys")
        await page.keyboard.press("Control+Enter")
        await expect(message(page, "by keys")).to_have_attribute("data-state", "queued")


async def test_the_composer_fits_a_narrow_phone(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    words = f"hello from {customer}"
    await write_as(hub, "sim-telegram", customer, words)
    async with new_page(browser, viewport={"width": 360, "height": 800}, has_touch=True) as page:
        await page.goto(f"{hub.url}/")
        await page.get_by_test_id("login-email").fill("admin@example.com")
        await page.get_by_test_id("login-password").fill("correct horse battery staple")
        await page.get_by_test_id("login-submit").click()
        await page.get_by_test_id("conversation-row").filter(has_text=words).click()
        await page.get_by_test_id("composer-input").fill("a" * 700)
        await expect(page.get_by_test_id("composer-send")).to_be_in_viewport(ratio=1)
        await expect(page.get_by_test_id("send-later")).to_be_in_viewport(ratio=1)
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360
