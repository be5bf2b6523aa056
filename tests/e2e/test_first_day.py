"""A customer writes, an agent answers: the main job, in a real browser."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.support.browser import (
    answer,
    message,
    new_page,
    open_conversation,
    sign_in,
    write_in_widget,
)
from tests.support.running_hub import RunningHub
from tests.support.set_ups import StartHub
from tests.support.simulated import phone, resolve_all, until_phone_shows, write_as
from tests.support.tcp_proxy import tcp_proxy

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(120),
    # The hub of a set-up serves all stories, on one loop: it takes seconds to start.
    pytest.mark.asyncio(loop_scope="module"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(start_hub: StartHub) -> AsyncIterator[RunningHub]:
    async with start_hub({"HUB_UNDO_S": "1"}) as hub:
        yield hub


@pytest_asyncio.fixture(loop_scope="module")
async def hub(running: RunningHub) -> AsyncIterator[RunningHub]:
    """A hub without an open conversation."""
    yield running
    await resolve_all(running)


@pytest.fixture
def customer() -> str:
    """Somebody who has never written before."""
    return f"anna-{uuid4().hex[:6]}"


async def test_a_visitor_of_the_site_and_an_agent_talk(hub: RunningHub, browser: Browser) -> None:
    async with new_page(browser) as site, new_page(browser) as inbox:
        await sign_in(inbox, hub.url)
        await site.goto(f"{hub.url}/demo/site")
        await site.get_by_test_id("webchat-open").click()
        await write_in_widget(site, "Do you ship to Norway?")

        await open_conversation(inbox, "Do you ship to Norway?")
        await expect(message(inbox, "Do you ship to Norway?")).to_be_visible()
        await answer(inbox, "We do, within three days.")

        reply = site.get_by_test_id("webchat-message").filter(has_text="within three days")
        await expect(reply).to_be_visible()
        await expect(message(inbox, "within three days")).to_have_attribute("data-state", "read")

        await site.reload()
        await site.get_by_test_id("webchat-open").click()
        await expect(reply).to_be_visible()
        await expect(
            site.get_by_test_id("webchat-message").filter(has_text="Do you ship to Norway?")
        ).to_have_count(1)


async def test_a_customer_on_telegram_and_an_agent_talk(hub: RunningHub, browser: Browser) -> None:
    async with new_page(browser) as telephone, new_page(browser) as inbox:
        await sign_in(inbox, hub.url)
        await telephone.goto(f"{hub.url}/simulators/")
        mine = telephone.locator('[data-channel-id="sim-telegram"]')
        await mine.get_by_test_id("phone-input").fill("Где мой заказ?")
        await mine.get_by_test_id("phone-send").click()

        await open_conversation(inbox, "Где мой заказ?")
        await answer(inbox, "Уже в пути, будет завтра.")

        await expect(
            telephone.get_by_test_id("phone-message").filter(has_text="Уже в пути")
        ).to_be_visible()
        await expect(message(inbox, "Уже в пути")).to_have_attribute("data-state", "sent")


async def test_what_happens_while_the_connection_is_cut_is_there_without_a_reload(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    await write_as(hub, "sim-telegram", customer, "first")
    port = int(hub.url.rpartition(":")[2])
    async with tcp_proxy(port) as proxy, new_page(browser) as inbox:
        await sign_in(inbox, f"http://127.0.0.1:{proxy.port}")
        await open_conversation(inbox, "first")

        proxy.stall()
        proxy.cut()
        await write_as(hub, "sim-telegram", customer, "second")
        await expect(inbox.get_by_test_id("offline-banner")).to_be_visible()
        proxy.resume()

        await expect(message(inbox, "second")).to_be_visible()
        await expect(inbox.get_by_test_id("offline-banner")).to_be_hidden()
        await write_as(hub, "sim-telegram", customer, "third")
        await expect(message(inbox, "third")).to_be_visible()
        shown = await inbox.get_by_test_id("message").all_inner_texts()
        order = [word for text in shown for word in ("first", "second", "third") if word in text]
        assert order == ["first", "second", "third"]


async def test_a_reply_is_taken_back_and_never_leaves(
    start_hub: StartHub, browser: Browser, customer: str
) -> None:
    async with start_hub({"HUB_UNDO_S": "30"}) as hub:
        await write_as(hub, "sim-telegram", customer, "hello")
        async with new_page(browser) as inbox:
            await sign_in(inbox, hub.url)
            await open_conversation(inbox, "hello")
            await answer(inbox, "a hasty word")
            await expect(message(inbox, "a hasty word")).to_have_attribute("data-state", "queued")

            await inbox.get_by_test_id("undo").click()

            await expect(inbox.get_by_test_id("composer-input")).to_have_value("a hasty word")
            await inbox.get_by_test_id("composer-input").fill("")
        shown = await phone(hub, "sim-telegram", customer)
        assert [item["text"] for item in shown] == ["hello"]


async def test_a_failed_reply_says_why_and_is_sent_again(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    await write_as(hub, "sim-telegram", customer, "hello")
    await hub.call("POST", "/simulators/sim-telegram/faults", {"kind": "blocked", "times": 1})
    async with new_page(browser) as inbox:
        await sign_in(inbox, hub.url)
        await open_conversation(inbox, "hello")
        await answer(inbox, "are you there?")
        bubble = message(inbox, "are you there?")
        await expect(bubble).to_have_attribute("data-state", "failed")
        await expect(bubble).to_contain_text("blocked")

        await bubble.get_by_test_id("resend").click()

        await expect(bubble).to_have_attribute("data-state", "sent")
        await until_phone_shows(hub, "sim-telegram", customer, "are you there?")


async def test_a_note_stays_inside(hub: RunningHub, browser: Browser, customer: str) -> None:
    await write_as(hub, "sim-telegram", customer, "hello")
    async with new_page(browser) as inbox:
        await sign_in(inbox, hub.url)
        await open_conversation(inbox, "hello")
        await inbox.get_by_test_id("composer-note-tab").click()
        await answer(inbox, "she called yesterday")
        await expect(message(inbox, "she called yesterday")).to_have_attribute(
            "data-direction", "note"
        )
        await inbox.get_by_test_id("composer-reply-tab").click()
        await answer(inbox, "hi Anna")
        await until_phone_shows(hub, "sim-telegram", customer, "hi Anna")

    shown = await phone(hub, "sim-telegram", customer)
    assert [item["text"] for item in shown] == ["hello", "hi Anna"]


@pytest.mark.parametrize(
    "locale, scheme, word", [("ru-RU", "dark", "Входящие"), ("en-GB", "light", "Inbox")]
)
async def test_the_inbox_speaks_the_readers_language_in_the_readers_colours(
    hub: RunningHub, browser: Browser, customer: str, locale: str, scheme: str, word: str
) -> None:
    await write_as(hub, "sim-telegram", customer, "hello")
    async with new_page(browser, locale=locale, color_scheme=scheme) as inbox:
        await sign_in(inbox, hub.url)
        await open_conversation(inbox, "hello")

        await expect(inbox.locator("html")).to_have_attribute("data-theme", scheme)
        await expect(inbox.locator("html")).to_have_attribute("lang", locale[:2])
        await expect(inbox.get_by_text(word).first).to_be_visible()


async def test_the_inbox_works_on_a_narrow_phone(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    await write_as(hub, "sim-telegram", customer, "hello")
    async with new_page(browser, viewport={"width": 360, "height": 800}, has_touch=True) as inbox:
        await inbox.goto(f"{hub.url}/")
        await inbox.get_by_test_id("login-email").fill("admin@example.com")
        await inbox.get_by_test_id("login-password").fill("correct horse battery staple")
        await inbox.get_by_test_id("login-submit").click()
        await inbox.get_by_test_id("conversation-row").filter(has_text="hello").click()
        await answer(inbox, "hi from a phone")

        await expect(message(inbox, "hi from a phone")).to_have_attribute("data-state", "sent")
        width = await inbox.evaluate("document.documentElement.scrollWidth")
        assert width <= 360
