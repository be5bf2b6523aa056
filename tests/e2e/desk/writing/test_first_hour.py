"""The first hour of somebody new: a double click, putting off, handing over from the menu."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.support.desk import desk, row, someone
from tests.support.hub_process import HubProcess
from tests.support.running_hub import RunningHub
from tests.support.simulated import write_as

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningHub]:
    """One that lets things be undone for long: what goes before goes for another reason."""
    folder = tmp_path_factory.mktemp("hub")
    async with HubProcess(folder, "--simulators", environ={"HUB_UNDO_S": "20"}) as running:
        yield running


async def test_a_double_click_resolves_once_and_opening_again_brings_the_deadline_back(
    hub: RunningHub, browser: Browser
) -> None:
    text = f"is it late, asks {someone()}"
    await write_as(hub, "sim-telegram", someone(), text)
    async with desk(hub, browser) as page:
        await row(page, text).click()
        deadlines = page.get_by_test_id("deadlines")
        await expect(deadlines).to_contain_text("left")

        await page.get_by_test_id("resolve").dblclick()

        await expect(page.get_by_test_id("undo-toast")).to_contain_text("Resolved")
        again = page.get_by_test_id("reopen")
        await expect(again).to_be_enabled()
        await expect(page.get_by_test_id("status")).to_have_text("Resolved")
        await again.click()
        await expect(page.get_by_test_id("resolve")).to_be_visible()
        await expect(page.get_by_test_id("undo-toast")).to_have_count(0)
        await expect(deadlines).to_contain_text("left")


async def test_what_was_put_off_is_back_by_undo_and_no_button_has_moved(
    hub: RunningHub, browser: Browser
) -> None:
    text = f"not today, says {someone()}"
    await write_as(hub, "sim-telegram", someone(), text)
    async with desk(hub, browser) as page:
        await row(page, text).click()
        resolve = page.get_by_test_id("resolve")
        before = await resolve.bounding_box()

        await page.get_by_test_id("snooze").click()
        await page.get_by_test_id("snooze-tomorrow").click()

        await expect(page.get_by_test_id("undo-toast")).to_contain_text("Snoozed until")
        await expect(page.get_by_test_id("status")).to_have_text(re.compile(r"^until .*09:00$"))
        assert await page.get_by_test_id("reopen").bounding_box() == before
        await page.get_by_test_id("undo").click()
        await expect(resolve).to_be_visible()


async def test_the_menu_of_the_assignee_hands_over_with_a_note(
    hub: RunningHub, browser: Browser
) -> None:
    text = f"who helps, asks {someone()}"
    await write_as(hub, "sim-telegram", someone(), text)
    async with desk(hub, browser) as page:
        await row(page, text).click()
        await page.get_by_test_id("assign").click()
        await page.get_by_test_id("assign-hand-over").click()
        dialog = page.get_by_test_id("hand-over-dialog")
        await dialog.get_by_test_id("hand-over-confirm").click()
        await expect(dialog.get_by_role("alert")).to_have_text("Choose who gets it.")

        await dialog.get_by_role("radio").first.check()

        await expect(dialog.get_by_role("alert")).to_have_count(0)
        await dialog.get_by_test_id("hand-over-confirm").click()
        await expect(dialog).to_have_count(0)
