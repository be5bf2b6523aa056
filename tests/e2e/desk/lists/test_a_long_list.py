"""A list of twenty thousand open conversations: any of its places is a moment away."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.support.desk import desk, row
from tests.support.hub_process import HubProcess
from tests.support.long_list import fill

COUNT = 20_000
ROW_PX = 84

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="module"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[HubProcess]:
    folder: Path = tmp_path_factory.mktemp("long")
    data = folder / "data"
    data.mkdir()
    await fill(data, COUNT)
    async with HubProcess(folder, "--simulators") as started:
        yield started


async def _scroll_to(page: Page, number: int) -> None:
    box = page.get_by_test_id("conversation-list")
    await box.evaluate("(box, top) => { box.scrollTop = top }", number * ROW_PX)


async def test_any_place_is_shown_without_what_lies_before_it(
    hub: HubProcess, browser: Browser
) -> None:
    async with desk(hub, browser) as page:
        await expect(page.get_by_test_id("list-count")).to_have_text("20,000")
        asked: list[str] = []
        page.on(
            "request",
            lambda request: asked.append(request.url) if "/conversations?" in request.url else None,
        )

        await _scroll_to(page, 12_345)
        await expect(row(page, "Customer 12345")).to_be_visible()
        await _scroll_to(page, COUNT)
        await expect(row(page, f"Customer {COUNT - 1}")).to_be_visible()

        assert len(asked) <= 6
        rows = await page.get_by_test_id("conversation-row").count()
        assert rows < 60


async def test_what_comes_in_above_does_not_move_what_is_looked_at(
    hub: HubProcess, browser: Browser
) -> None:
    async with desk(hub, browser) as page:
        await expect(row(page, "Customer 0")).to_be_visible()
        await _scroll_to(page, 300)
        await expect(row(page, "Customer 302")).to_be_visible()
        before = await row(page, "Customer 302").bounding_box()

        said = {"customer": "anna", "text": "here I am"}
        await hub.call("POST", "/simulators/sim-telegram/messages", said)
        # The first message waits for the connector, whose library takes seconds to load.
        await expect(page.get_by_test_id("list-count")).to_have_text("20,001", timeout=40_000)

        await expect(row(page, "Customer 302")).to_be_visible()
        after = await row(page, "Customer 302").bounding_box()
        assert before is not None
        assert after is not None
        assert abs(before["y"] - after["y"]) < 1
        await _scroll_to(page, 0)
        await expect(row(page, "here I am")).to_be_visible()


async def test_the_keyboard_walks_the_list_and_opens(hub: HubProcess, browser: Browser) -> None:
    async with desk(hub, browser) as page:
        await expect(row(page, "Customer 0")).to_be_visible()
        await page.goto(f"{hub.url}/inbox/channel:site")
        await expect(row(page, "Customer 0")).to_be_visible()
        await page.keyboard.press("j")
        for number in range(1, 60):
            await page.keyboard.press("j")
            name = page.locator(".name", has_text=re.compile(rf"^Customer {number}$"))
            own = page.get_by_test_id("conversation-row").filter(has=name)
            await expect(own).to_have_class(re.compile("focused"))
        await page.keyboard.press("k")
        await page.keyboard.press("Enter")

        await expect(page).to_have_url(re.compile(r"/inbox/channel(:|%3A)site/.+"))
        await expect(page.get_by_test_id("thread")).to_contain_text("Customer 58")
