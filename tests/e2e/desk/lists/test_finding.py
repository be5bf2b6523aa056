"""Finding anything: search over everything, the palette, the keys."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.support.desk import conversation_of, desk, row, someone
from tests.support.running_hub import RunningHub
from tests.support.simulated import write_as

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
]


async def _search(page: Page, words: str) -> None:
    await page.keyboard.press("/")
    await expect(page.get_by_test_id("search")).to_be_focused()
    await page.get_by_test_id("search").fill(words)


async def test_search_marks_the_words_and_leads_to_the_message_in_its_thread(
    hub: RunningHub, browser: Browser
) -> None:
    await write_as(hub, "sim-telegram", someone(), "the blue teapot leaks")
    one = await conversation_of(hub, "the blue teapot leaks")
    path = f"/api/v1/conversations/{one['id']}/messages"
    for number in range(120):
        await hub.call("POST", path, {"kind": "note", "text": f"line {number} of the log"})
    async with desk(hub, browser) as page:
        await expect(row(page, "of the log")).to_be_visible()
        await _search(page, "teapots")
        hit = page.get_by_test_id("search-hit")
        await expect(hit.locator("mark")).to_have_text("teapot")

        await hit.click()

        found = page.get_by_test_id("message").filter(has_text="the blue teapot leaks")
        await expect(found).to_be_in_viewport()
        await expect(page).to_have_url(re.compile("q=teapots"))
        await page.get_by_test_id("new-below").click()
        await expect(page.get_by_test_id("message").last).to_contain_text("line 119")


async def test_search_finds_by_the_beginning_of_a_word_and_phrases_as_they_stand(
    hub: RunningHub, browser: Browser
) -> None:
    await write_as(hub, "sim-telegram", someone(), "Мариинский театр о билетах")
    await write_as(hub, "sim-telegram", someone(), "билетах о театр")
    one = await conversation_of(hub, "Мариинский театр о билетах")
    path = f"/api/v1/conversations/{one['id']}/messages"
    await hub.call("POST", path, {"kind": "note", "text": "Ask Marjorie about the seats"})
    async with desk(hub, browser) as page:
        await expect(row(page, "Marjorie")).to_be_visible()
        hits = page.get_by_test_id("search-hit")

        await _search(page, "марии")
        await expect(hits).to_have_count(1)
        await expect(hits.locator("mark")).to_have_text(["Марии"])

        await _search(page, "marj")
        await expect(hits.locator("mark")).to_have_text(["Marj"])

        await _search(page, "театр билетах")
        await expect(hits).to_have_count(2)
        await _search(page, '"театр о билетах"')
        await expect(hits).to_have_count(1)
        await expect(hits.locator("mark")).to_have_text(["театр о билетах"])


async def test_search_is_narrowed_says_that_nothing_is_there_and_remembers(
    hub: RunningHub, browser: Browser
) -> None:
    await write_as(hub, "sim-telegram", someone(), "the green kettle leaks")
    async with desk(hub, browser) as page:
        await expect(row(page, "green kettle")).to_be_visible()
        await _search(page, "green kettle")
        await page.get_by_test_id("search").press("Enter")
        await expect(page.get_by_test_id("search-hit")).to_have_count(1)

        await page.get_by_test_id("search-narrow").click()
        await page.get_by_test_id("search-author").select_option("agent")
        await expect(page.get_by_text("Nothing found")).to_be_visible()
        await page.get_by_test_id("search-author").select_option("contact")
        await page.get_by_test_id("search-channel").select_option("sim-telegram")
        await expect(page.get_by_test_id("search-hit")).to_have_count(1)
        await page.get_by_test_id("search-files").check()
        await expect(page.get_by_text("Nothing found")).to_be_visible()

        await page.get_by_test_id("search-clear").click()
        await expect(page.get_by_test_id("search")).to_be_focused()
        await expect(page.get_by_test_id("search-recent")).to_have_count(0)
        await page.get_by_test_id("search").press("ArrowDown")
        await expect(page.get_by_test_id("search-recent")).to_contain_text("green kettle")
        await expect(row(page, "green kettle")).to_be_visible()


async def test_the_palette_finds_actions_views_and_settings_in_either_language(
    hub: RunningHub, browser: Browser
) -> None:
    await write_as(hub, "sim-telegram", someone(), "the red kettle leaks")
    async with desk(hub, browser) as page:
        await row(page, "red kettle").click()
        await expect(page.get_by_test_id("composer-input")).to_be_visible()

        await page.keyboard.press("Control+k")
        await page.get_by_test_id("palette-input").fill("контраст")
        await page.keyboard.press("Enter")
        await expect(page.locator("html")).to_have_attribute("data-theme", "contrast")

        await page.keyboard.press("Control+k")
        await page.get_by_test_id("palette-input").fill("snoozed")
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(re.compile("/inbox/snoozed"))

        await page.go_back()
        await expect(page.get_by_test_id("composer-input")).to_be_visible()
        await page.keyboard.press("Control+k")
        await page.get_by_test_id("palette-input").fill("resolve")
        await page.keyboard.press("Enter")
        await expect(row(page, "red kettle")).to_be_hidden()


async def test_keys_act_outside_of_fields_only_and_can_be_switched_off(
    hub: RunningHub, browser: Browser
) -> None:
    await write_as(hub, "sim-telegram", someone(), "the old kettle leaks")
    async with desk(hub, browser) as page:
        await row(page, "old kettle").click()
        await page.get_by_test_id("composer-input").press_sequentially("eases?")
        await expect(page.get_by_test_id("composer-input")).to_have_value("eases?")
        await expect(row(page, "old kettle")).to_be_visible()
        await page.get_by_test_id("composer-input").fill("")

        await page.locator("#thread").focus()
        await page.keyboard.press("?")
        await expect(page.get_by_test_id("keys-list")).to_contain_text("One reply to the selected")
        await page.get_by_test_id("keys-switch").uncheck()
        await page.keyboard.press("Escape")
        await page.locator("#thread").focus()
        await page.keyboard.press("e")
        await page.keyboard.press("?")
        await expect(page.get_by_test_id("keys-list")).to_be_hidden()
        await expect(row(page, "old kettle")).to_be_visible()

        await page.get_by_test_id("nav-settings").click()
        await page.get_by_test_id("settings-keys").check()
        await page.get_by_test_id("nav-inbox").click()
        await row(page, "old kettle").click()
        await page.locator("#thread").focus()
        await page.keyboard.press("e")
        await expect(row(page, "old kettle")).to_be_hidden()
