"""A long thread: only a stretch of it is drawn, and nothing that is read moves."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.support.browser import new_page, sign_in
from tests.support.running_hub import RunningHub
from tests.support.simulated import write_as
from tests.support.waiting import until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="module"),
]
MANY = 1000
MOST_DRAWN = 340
READER = "a customer of many words"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def thread(hub: RunningHub) -> AsyncIterator[str]:
    """The id of a conversation of a thousand messages."""
    await write_as(hub, "sim-telegram", READER, "message 0")
    for start in range(1, MANY, 50):
        await asyncio.gather(*(_write(hub, n) for n in range(start, min(start + 50, MANY))))
    found = await hub.items("/api/v1/conversations", view="open")
    id: str = next(one["id"] for one in found if one["contact_name"] == READER)

    async def all_there() -> bool:
        return bool((await hub.call("GET", f"/api/v1/conversations/{id}"))["messages"] == MANY)

    await until(all_there, limit_s=60)
    yield id


async def _write(hub: RunningHub, number: int) -> None:
    await hub.call(
        "POST",
        "/simulators/sim-telegram/messages",
        {"customer": READER, "text": f"message {number}"},
    )


async def _open(page: Page, hub: RunningHub, id: str) -> None:
    await sign_in(page, hub.url)
    await page.goto(f"{hub.url}/inbox/open/{id}")
    await expect(page.get_by_test_id("message").last).to_be_visible()


async def _scroll_to_top(page: Page) -> None:
    await page.get_by_test_id("messages").evaluate("box => { box.scrollTop = 0 }")


async def test_a_long_thread_is_scrolled_to_its_beginning_with_a_stretch_of_it_drawn(
    hub: RunningHub, browser: Browser, thread: str
) -> None:
    async with new_page(browser) as page:
        await _open(page, hub, thread)
        beginning = page.get_by_text("The conversation begins here")
        drawn = page.get_by_test_id("message")

        async def begun() -> bool:
            await _scroll_to_top(page)
            assert await drawn.count() <= MOST_DRAWN
            return await beginning.is_visible()

        await until(begun, limit_s=60)
        await page.get_by_test_id("messages").press("End")
        box = page.get_by_test_id("messages")
        await expect(drawn.last).to_be_in_viewport()
        await expect(box).to_be_visible()


async def test_news_do_not_move_what_is_read_and_are_counted(
    hub: RunningHub, browser: Browser, thread: str
) -> None:
    async with new_page(browser) as page:
        await _open(page, hub, thread)
        box = page.get_by_test_id("messages")
        await box.press("Home")
        first = page.get_by_test_id("message").first
        await expect(first).to_be_in_viewport()
        before = await first.bounding_box()

        await write_as(hub, "sim-telegram", READER, "something new")

        await expect(page.get_by_test_id("new-below")).to_contain_text("1 new message below")
        assert await first.bounding_box() == before
        await page.get_by_test_id("new-below").click()
        await expect(
            page.get_by_test_id("message").filter(has_text="something new")
        ).to_be_in_viewport()
        await expect(page.get_by_test_id("new-below")).to_have_count(0)


async def test_an_address_leads_to_a_message_far_above(
    hub: RunningHub, browser: Browser, thread: str
) -> None:
    oldest = await hub.call(
        "GET", f"/api/v1/conversations/{thread}/messages", at="1970-01-01T00:00:00Z", limit="50"
    )
    wanted = oldest["items"][20]
    async with new_page(browser) as page:
        await sign_in(page, hub.url)
        await page.goto(f"{hub.url}/inbox/open/{thread}?m={wanted['id']}")
        bubble = page.locator(f'[data-testid="message"][data-id="{wanted["id"]}"]')
        await expect(bubble).to_be_in_viewport()


async def test_the_arrows_go_from_message_to_message_and_tab_to_what_can_be_done(
    hub: RunningHub, browser: Browser, thread: str
) -> None:
    async with new_page(browser) as page:
        await _open(page, hub, thread)
        await page.get_by_test_id("messages").press("ArrowUp")
        last = page.get_by_test_id("message").last
        await expect(last).to_be_focused()
        await page.keyboard.press("ArrowUp")
        await expect(page.get_by_test_id("message").nth(-2)).to_be_focused()
        await page.keyboard.press("Tab")
        await expect(
            page.get_by_test_id("message").nth(-2).get_by_test_id("reply-to")
        ).to_be_focused()
