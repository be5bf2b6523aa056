"""Many conversations at once: choosing, doing, undoing, one reply to all of them."""

import pytest
from playwright.async_api import Browser, expect

from tests.support.desk import choose, conversation_of, desk, row, someone
from tests.support.running_hub import RunningHub
from tests.support.simulated import until_phone_shows, write_as
from tests.support.waiting import until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
]


async def _three(hub: RunningHub) -> list[tuple[str, str]]:
    """Their channels and customers."""
    who = [(channel, someone()) for channel in ("sim-telegram", "sim-vk", "sim-telegram")]
    words = ("the first is lost", "the second is lost", "all is well")
    for (channel, customer), text in zip(who, words, strict=True):
        await write_as(hub, channel, customer, text)
    return who


async def test_chosen_conversations_are_resolved_together_and_put_back(
    hub: RunningHub, browser: Browser
) -> None:
    await _three(hub)
    async with desk(hub, browser) as page:
        await choose(page, "the first is lost")
        await choose(page, "the second is lost")
        await expect(page.get_by_test_id("bulk-count")).to_contain_text("2")

        await page.get_by_test_id("bulk-resolve").click()

        await expect(row(page, "the first is lost")).to_be_hidden()
        await expect(row(page, "the second is lost")).to_be_hidden()
        await expect(row(page, "all is well")).to_be_visible()
        await expect(page.get_by_test_id("bulk-through")).to_have_text("2/2")
        await page.get_by_test_id("bulk-undo").click()
        await expect(row(page, "the first is lost")).to_be_visible()
        await expect(row(page, "the second is lost")).to_be_visible()


async def test_the_keyboard_chooses_a_range_labels_it_and_undoes_that(
    hub: RunningHub, browser: Browser
) -> None:
    await _three(hub)
    async with desk(hub, browser) as page:
        await expect(row(page, "all is well")).to_be_visible()
        for key in ("j", "x", "Shift+J", "Shift+J"):
            await page.keyboard.press(key)
        await expect(page.get_by_test_id("bulk-count")).to_contain_text("3")

        await page.keyboard.press("l")
        await page.get_by_test_id("bulk-label-input").fill("stock check")
        await page.keyboard.press("Enter")

        chips = page.get_by_test_id("conversation-row").filter(has_text="stock check")
        await expect(chips).to_have_count(3)
        await expect(page.get_by_test_id("bulk-through")).to_have_text("3/3")
        await page.keyboard.press("z")
        await expect(chips).to_have_count(0)


async def test_what_cannot_be_put_back_is_listed(hub: RunningHub, browser: Browser) -> None:
    await _three(hub)
    async with desk(hub, browser) as page:
        await choose(page, "the first is lost")
        await choose(page, "the second is lost")
        await page.get_by_test_id("bulk-priority").click()
        await page.get_by_test_id("bulk-priority-option").filter(has_text="Urgent").click()
        await expect(page.get_by_test_id("bulk-through")).to_have_text("2/2")
        one = await conversation_of(hub, "the first is lost")
        path = f"/api/v1/conversations/{one['id']}/priority"
        await hub.call("POST", path, {"priority": "low"})

        await page.get_by_test_id("bulk-undo").click()

        await page.get_by_test_id("bulk-failures").click()
        await expect(page.get_by_test_id("bulk-failed-list").locator("li")).to_have_count(1)


async def test_one_reply_goes_to_many_channels_and_says_whom_it_does_not_reach(
    hub: RunningHub, browser: Browser
) -> None:
    who = await _three(hub)
    async with desk(hub, browser) as page:
        for words in ("the first is lost", "the second is lost", "all is well"):
            await choose(page, words)
        await page.keyboard.press("Shift+R")
        dialog = page.get_by_test_id("reply-to-many")
        await dialog.get_by_test_id("many-text").fill("Our warehouse is slow today.")
        await expect(dialog.get_by_test_id("many-preview")).to_have_count(2)
        await expect(dialog.get_by_test_id("many-preview").first).to_contain_text("slow today")

        await dialog.get_by_test_id("many-send").click()

        await expect(page.get_by_test_id("bulk-through")).to_have_text("3/3")
    for channel, customer in who:
        await until_phone_shows(hub, channel, customer, "Our warehouse is slow today.")


async def test_whoever_cannot_be_reached_is_named_before_anything_is_sent(
    hub: RunningHub, browser: Browser
) -> None:
    await _three(hub)
    one = await conversation_of(hub, "the first is lost")
    await hub.call("POST", "/simulators/sim-telegram/faults", {"kind": "blocked", "times": 1})
    path = f"/api/v1/conversations/{one['id']}/messages"
    await hub.call("POST", path, {"kind": "reply", "text": "are you there?"})

    async def unreachable() -> bool:
        found = await hub.call("GET", f"/api/v1/conversations/{one['id']}")
        return not found["reachable"]

    await until(unreachable, limit_s=20)
    async with desk(hub, browser) as page:
        await choose(page, "are you there?")
        await choose(page, "the second is lost")
        await page.get_by_test_id("bulk-reply").click()
        left_out = page.get_by_test_id("many-left-out")
        await expect(left_out.locator("li")).to_have_count(1)
        await expect(left_out).to_contain_text("cannot be reached")
