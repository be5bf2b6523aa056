"""One-time links that prove who a customer is, as agents send them."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from playwright.async_api import Browser, expect

from tests.support.colleagues import desk_of, pane_of
from tests.support.hub_process import HubProcess
from tests.support.running_hub import RunningHub
from tests.support.simulated import phone, write_as
from tests.support.waiting import until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("browser"),
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
]

PUBLIC = "http://hub.example"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningHub]:
    """One that customers can reach."""
    environ = {"HUB_UNDO_S": "0", "HUB_PUBLIC_URL": PUBLIC}
    folder = tmp_path_factory.mktemp("hub")
    async with HubProcess(folder, "--simulators", environ=environ) as running:
        yield running


async def codes(hub: RunningHub, customer: str) -> list[str]:
    """Those of the links that the customer got by mail."""
    texts = [str(one) for one in await phone(hub, "sim-email", customer)]
    found = [code for text in texts for code in re.findall(rf"{PUBLIC}/verify/([\w-]+)", text)]
    return list(dict.fromkeys(found))


async def press(hub: RunningHub, code: str) -> int:
    """The customer opens the link and presses its button."""
    async with ClientSession() as http, http.post(f"{hub.url}/verify/{code}") as answer:
        return answer.status


async def test_a_customer_is_confirmed_once_they_open_the_link_that_an_agent_sent(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    await write_as(hub, "sim-email", customer, f"what do I owe, asks {customer}")
    async with desk_of(browser, hub) as page:
        pane = await pane_of(page, customer)
        state = pane.get_by_test_id("link-state")

        await pane.get_by_test_id("link-send").click()
        await expect(page.get_by_test_id("link-dialog")).to_contain_text("as an answer")
        await page.get_by_test_id("link-confirm").press("Enter")

        await expect(page.get_by_test_id("link-dialog")).to_be_hidden()
        await expect(state).to_have_attribute("data-state", "open")
        await expect(pane.get_by_test_id("link-send")).to_have_text("Send another")

        async def has_come() -> bool:
            return len(await codes(hub, customer)) == 1

        await until(has_come, limit_s=40)
        (code,) = await codes(hub, customer)
        assert await press(hub, code) == 200

        await expect(state).to_have_attribute("data-state", "used")
        await expect(pane.get_by_test_id("vouched-mark")).to_be_visible()
        await expect(pane.get_by_test_id("link-send")).to_be_hidden()
        await expect(page.get_by_test_id("message").filter(has_text=code)).to_have_count(0)


async def test_what_stands_against_a_link_is_said_where_it_would_be_sent(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    await write_as(hub, "sim-telegram", customer, f"a chat with {customer}")
    writer = f"{customer} by mail"
    await write_as(hub, "sim-email", writer, f"a mail of {writer}")
    async with desk_of(browser, hub) as page:
        pane = await pane_of(page, f"a chat with {customer}")
        await expect(pane.get_by_test_id("link-proof")).to_contain_text("a mail address that is")
        await expect(pane.get_by_test_id("link-send")).to_be_hidden()

        pane = await pane_of(page, writer)
        for number in range(3):
            if number:
                await expect(pane.get_by_test_id("link-send")).to_have_text("Send another")
            await pane.get_by_test_id("link-send").click()
            await page.get_by_test_id("link-confirm").click()
            await expect(page.get_by_test_id("link-dialog")).to_be_hidden()

        await expect(pane.get_by_test_id("link-proof")).to_contain_text("Three links were sent")
        await expect(pane.get_by_test_id("link-send")).to_be_hidden()


async def test_a_refusal_is_shown_in_the_dialog_and_loses_nothing(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    await write_as(hub, "sim-email", customer, f"a question of {customer}")
    async with desk_of(browser, hub) as page:
        pane = await pane_of(page, customer)
        await page.route(
            "**/verification",
            lambda route: (
                route.fulfill(status=409, json={"detail": "there is no mail channel"})
                if route.request.method == "POST"
                else route.continue_()
            ),
        )

        await pane.get_by_test_id("link-send").click()
        await page.get_by_test_id("link-confirm").click()

        alert = page.get_by_test_id("link-dialog").get_by_role("alert")
        await expect(alert).to_have_text("there is no mail channel")
        await page.unroute("**/verification")
        await page.get_by_test_id("link-confirm").click()
        await expect(pane.get_by_test_id("link-state")).to_have_attribute("data-state", "open")
