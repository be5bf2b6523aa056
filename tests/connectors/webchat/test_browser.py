"""The widget in a real Chromium, on the demo page."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect
from pydantic import SecretStr

from connectors.webchat.visitors import Visitors
from shared.clock import SystemClock
from shared.ids import ExternalId
from shared.model.content import AttachmentKind, Button, Content, FetchState
from shared.model.delivery import Delivery
from tests.connectors.webchat.mailbox import CHANNEL, SECRET, Hub, Mailbox, OpenHub
from tests.support.browser import new_page, open_browser, until_in
from tests.support.waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(60)]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as opened:
        yield opened


@pytest.fixture
async def site(open_chat: OpenHub) -> Hub:
    return await open_chat(clock=SystemClock(), title="Fern & Kettle")


async def open_site(page: Page, hub: Hub, query: str = "") -> None:
    await page.goto(f"{hub.client.make_url('/demo/site')}{query}")
    await page.get_by_test_id("webchat-open").click()


async def write(page: Page, text: str) -> None:
    await page.get_by_test_id("webchat-input").fill(text)
    await page.get_by_test_id("webchat-send").click()


def bubble(page: Page, text: str) -> Any:
    return page.get_by_test_id("webchat-message").filter(has_text=text)


def thread_in(mailbox: Mailbox) -> ExternalId:
    (thread,) = mailbox.stored
    return thread


async def test_the_link_of_a_mail_opens_the_chat_on_another_device(
    browser: Browser, open_chat: OpenHub
) -> None:
    hub = await open_chat(clock=SystemClock(), email_channel="letters", ask_email="required")
    said = {"email": "anna@customer.example"}
    session = await (await hub.client.post(hub.url("/session"), json=said)).json()
    headers = {"Authorization": f"Bearer {session['token']}"}
    visitors = Visitors(CHANNEL, SecretStr(SECRET), identity_secret=None, require_signed=False)
    visitor = visitors.admit(headers["Authorization"])
    code = visitors.link(visitor, hub.clock.now() + timedelta(days=1))
    await hub.mailbox.say(visitor.thread, "We have two.")

    async with new_page(browser) as page:
        await page.goto(f"{hub.client.make_url('/demo/site')}#omnihub-chat={code}")

        await expect(bubble(page, "We have two.")).to_be_visible()
        assert "omnihub-chat" not in page.url


@pytest.mark.parametrize(
    "locale, words",
    [
        ("en-GB", "You are number 3 in the queue, about 5 min"),
        ("ru-RU", "Ваше место в очереди: 3, около 5 мин"),
    ],
)
async def test_a_visitor_who_waits_sees_their_place_until_somebody_has_them(
    browser: Browser, site: Hub, locale: str, words: str
) -> None:
    async with new_page(browser, locale=locale) as page:
        await open_site(page, site)
        await write(page, "Is anybody there?")
        await expect(bubble(page, "anybody")).to_have_attribute("data-state", "sent")
        thread = thread_in(site.mailbox)
        notice = page.get_by_test_id("webchat-notice")

        await site.mailbox.queue(thread, 3)
        await expect(notice).to_have_text(words)
        await site.mailbox.queue(thread, None)
        await expect(notice).to_be_hidden()


async def test_a_conversation_survives_a_reload(browser: Browser, site: Hub) -> None:
    async with new_page(browser) as page:
        await open_site(page, site)
        await write(page, "Do you ship to Norway?")
        await expect(bubble(page, "Norway")).to_have_attribute("data-state", "sent")
        await site.mailbox.say(thread_in(site.mailbox), "We do.")
        await expect(bubble(page, "We do.")).to_have_attribute("data-from", "hub")

        await page.reload()
        await page.get_by_test_id("webchat-open").click()

        await expect(page.get_by_test_id("webchat-message")).to_have_count(2)
        await expect(bubble(page, "We do.")).to_have_attribute("data-state", "read")
        (_, answer) = site.mailbox.stored[thread_in(site.mailbox)]
        assert answer.delivery is Delivery.READ


async def test_messages_wait_in_order_while_the_hub_is_away(browser: Browser, site: Hub) -> None:
    async with new_page(browser) as page:
        await open_site(page, site)
        await write(page, "first")
        await expect(bubble(page, "first")).to_have_attribute("data-state", "sent")
        site.mailbox.away = True
        await write(page, "second")
        await write(page, "third")
        await expect(bubble(page, "third")).to_have_attribute("data-state", "sending")

        await page.reload()
        await page.get_by_test_id("webchat-open").click()
        await expect(bubble(page, "second")).to_have_attribute("data-state", "sending")
        site.mailbox.away = False

        await expect(bubble(page, "third")).to_have_attribute("data-state", "sent")
        stored = site.mailbox.stored[thread_in(site.mailbox)]
        assert [message.content.text for message in stored] == ["first", "second", "third"]


async def test_hostile_text_stays_text(browser: Browser, site: Hub) -> None:
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    async with new_page(browser) as page:
        await open_site(page, site)
        await write(page, hostile)

        await expect(bubble(page, hostile)).to_be_visible()
        await expect(bubble(page, hostile).locator("img, script")).to_have_count(0)


async def test_a_file_is_sent_and_shown_after_a_reload(browser: Browser, site: Hub) -> None:
    async with new_page(browser) as page:
        await open_site(page, site)
        picture = await page.screenshot(clip={"x": 0, "y": 0, "width": 200, "height": 120})
        chosen: Any = {"name": "mug.png", "mimeType": "image/png", "buffer": picture}
        await page.get_by_test_id("webchat-file").set_input_files(chosen)
        await expect(page.get_by_test_id("webchat-send")).to_be_enabled()
        await write(page, "My mug")
        await expect(bubble(page, "My mug")).to_have_attribute("data-state", "sent")

        await page.reload()
        await page.get_by_test_id("webchat-open").click()

        shown = bubble(page, "My mug").get_by_role("img", name="mug.png")
        await expect(shown).to_have_js_property("naturalWidth", 200)


async def test_a_pressed_button_comes_back(browser: Browser, site: Hub) -> None:
    content = Content(text="Tea or coffee?", buttons=((Button(label="Tea", value="tea"),),))
    async with new_page(browser) as page:
        await open_site(page, site)
        await write(page, "Hello")
        await expect(bubble(page, "Hello")).to_have_attribute("data-state", "sent")
        await site.mailbox.say(thread_in(site.mailbox), content=content)

        await page.get_by_role("button", name="Tea", exact=True).click()

        await expect(bubble(page, "Tea").last).to_have_attribute("data-state", "sent")
        assert site.mailbox.inbound[-1].content.action is not None
        assert site.mailbox.inbound[-1].content.action.value == "tea"


async def test_an_unread_answer_shows_on_the_closed_button(browser: Browser, site: Hub) -> None:
    async with new_page(browser) as page:
        await open_site(page, site)
        await write(page, "Hello")
        await expect(bubble(page, "Hello")).to_have_attribute("data-state", "sent")
        await page.keyboard.press("Escape")

        message = await site.mailbox.say(thread_in(site.mailbox), "Good morning")

        await expect(page.get_by_test_id("webchat-badge")).to_have_text("1")
        await expect(page.get_by_test_id("webchat-open")).to_be_focused()

        async def delivered() -> bool:
            stored = await site.mailbox.message(thread_in(site.mailbox), message.id)
            return stored is not None and stored.delivery is Delivery.DELIVERED

        # The widget shows it first, and tells of it then.
        await until(delivered, limit_s=10)


async def test_where_no_websocket_can_be_had_the_widget_polls(browser: Browser, site: Hub) -> None:
    async with new_page(browser) as page:
        await page.add_init_script("delete window.WebSocket")
        await open_site(page, site)
        await write(page, "Hello")
        await expect(bubble(page, "Hello")).to_have_attribute("data-state", "sent")

        await site.mailbox.say(thread_in(site.mailbox), "Good morning")

        await expect(bubble(page, "Good morning")).to_be_visible()


async def test_on_a_phone_the_window_fills_the_screen(browser: Browser, site: Hub) -> None:
    async with new_page(
        browser, viewport={"width": 360, "height": 800}, is_mobile=True, has_touch=True
    ) as page:
        await open_site(page, site, "?lang=ru&theme=dark")

        panel = page.get_by_role("dialog")
        await expect(panel.get_by_label("Сообщение", exact=True)).to_be_focused()
        assert await panel.bounding_box() == {"x": 0, "y": 0, "width": 360, "height": 800}


async def test_an_offline_chat_says_so(browser: Browser, open_chat: OpenHub) -> None:
    hub = await open_chat(clock=SystemClock(), offline=True, offline_notice="Back at nine.")
    async with new_page(browser) as page:
        await open_site(page, hub)

        await expect(page.get_by_test_id("webchat-notice")).to_have_text("Back at nine.")


async def test_a_token_that_is_no_longer_good_does_not_silence_the_customer(
    browser: Browser, site: Hub
) -> None:
    async with new_page(browser) as page:
        await page.add_init_script(
            "localStorage.getItem('omnihub.site.token') ??"
            " localStorage.setItem('omnihub.site.token', '\"v00..made-up\"')"
        )
        await open_site(page, site)
        await write(page, "Hello")

        await expect(bubble(page, "Hello")).to_have_attribute("data-state", "sent")
        assert len(site.mailbox.inbound) == 1


async def test_the_customer_is_told_when_nothing_can_be_sent(browser: Browser, site: Hub) -> None:
    async with new_page(browser) as page:
        await open_site(page, site)
        await write(page, "first")
        await expect(bubble(page, "first")).to_have_attribute("data-state", "sent")
        site.mailbox.away = True

        await write(page, "second")

        await expect(page.get_by_test_id("webchat-notice")).to_contain_text("No connection")
        site.mailbox.away = False
        await expect(page.get_by_test_id("webchat-notice")).to_be_hidden(timeout=20_000)
        await expect(bubble(page, "second")).to_have_attribute("data-state", "sent")


async def test_a_cut_connection_heals_and_nothing_is_missed(browser: Browser, site: Hub) -> None:
    async with new_page(browser) as page:
        await page.add_init_script(
            "const Real = WebSocket; window.sockets = []; window.WebSocket = class extends Real {"
            " constructor(url) { super(url); window.sockets.push(this); } }"
        )
        await open_site(page, site)
        await write(page, "Hello")
        await expect(bubble(page, "Hello")).to_have_attribute("data-state", "sent")
        await until_in(page, "sockets.length === 1 && sockets[0].readyState === 1")

        await page.evaluate("sockets[0].close()")
        await site.mailbox.say(thread_in(site.mailbox), "while you were away")

        await expect(bubble(page, "while you were away")).to_be_visible()
        await until_in(page, "sockets.length === 2")


async def test_a_stranger_is_asked_once_before_the_first_message(
    browser: Browser, open_chat: OpenHub
) -> None:
    site = await open_chat(
        clock=SystemClock(), ask_name="required", ask_email="optional", consent="I agree."
    )
    async with new_page(browser) as page:
        await open_site(page, site)
        await expect(page.get_by_test_id("webchat-input")).to_be_hidden()
        await page.get_by_test_id("webchat-start").click()
        await expect(page.get_by_text("Please fill this in")).to_be_visible()
        await page.get_by_test_id("webchat-form-name").fill("Anna")
        await page.get_by_test_id("webchat-form-email").fill("anna@example.com")
        await page.get_by_test_id("webchat-form-agreed").check()
        await page.get_by_test_id("webchat-start").click()
        await write(page, "Good morning")
        await expect(bubble(page, "Good morning")).to_have_attribute("data-state", "sent")

        await page.reload()
        await page.get_by_test_id("webchat-open").click()

        await expect(page.get_by_test_id("webchat-form")).to_be_hidden()
        await expect(bubble(page, "Good morning")).to_be_visible()
        (event,) = site.mailbox.inbound
        assert event.author is not None
        assert event.author.name == "Anna"


async def test_what_waits_is_sent_when_a_chat_begins_to_ask(
    browser: Browser, open_chat: OpenHub
) -> None:
    site = await open_chat(clock=SystemClock(), ask_name="required")
    async with new_page(browser) as page:
        await open_site(page, site)
        # Said to an older form, which did not ask for the name.
        await page.evaluate("localStorage.setItem('omnihub.site.introduction', '{}')")
        await page.reload()
        await page.get_by_test_id("webchat-open").click()
        await write(page, "Is anybody there?")
        await page.get_by_test_id("webchat-form-name").fill("Anna")

        await page.get_by_test_id("webchat-start").click()

        await expect(bubble(page, "anybody")).to_have_attribute("data-state", "sent")


async def test_a_voice_message_is_recorded_and_sent(browser: Browser, site: Hub) -> None:
    async with new_page(browser, permissions=["microphone"]) as page:
        await open_site(page, site)
        await page.get_by_test_id("webchat-record").click()
        await expect(page.get_by_text("0:01")).to_be_visible()
        await page.get_by_test_id("webchat-finish").click()
        await page.get_by_test_id("webchat-send").click()
        await expect(page.get_by_test_id("webchat-message")).to_have_attribute("data-state", "sent")

        (event,) = site.mailbox.inbound
        (voice,) = event.content.attachments
        assert voice.kind is AttachmentKind.VOICE
        assert voice.state is FetchState.STORED
