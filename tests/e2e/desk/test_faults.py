"""Whatever happens to the line, the agent's screen ends equal to the hub, and no answer is lost.

Every story ends with the same comparison of the list, its counts and the thread with the API.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.support.browser import answer, message, new_page, open_conversation, sign_in
from tests.support.faulty_line import FaultyLine, faulty_line
from tests.support.hub_process import PASSWORD, HubProcess
from tests.support.running_hub import RunningHub
from tests.support.screen import until_equal
from tests.support.simulated import phone, write_as
from tests.support.waiting import until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("browser"),
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="module"),
]
CHANNEL = "sim-telegram"
WITHIN_MS = 40_000
HOUR_MS = 3_600_000


class Desk:
    """An agent who reads one customer's conversation over a line that may fail."""

    def __init__(self, page: Page, line: FaultyLine, hub: RunningHub, customer: str) -> None:
        self.page = page
        self.line = line
        self.customer = customer
        self._hub = hub
        self.conversation_id = ""

    async def begin(self) -> None:
        """Sign in and open the conversation."""
        await sign_in(self.page, self.line.url)
        await self.open()

    async def open(self) -> None:
        """Open the conversation."""
        await open_conversation(self.page, self.customer)
        self.conversation_id = self.page.url.rpartition("/")[2].partition("?")[0]

    async def hears(self, text: str) -> None:
        """The customer writes."""
        await self._hub.call(
            "POST", f"/simulators/{CHANNEL}/messages", {"customer": self.customer, "text": text}
        )
        await until(lambda: self.has(text), limit_s=60)

    async def has(self, text: str) -> bool:
        """The hub has it, and not twice."""
        path = f"/api/v1/conversations/{self.conversation_id}/messages"
        found = [one for one in await self._hub.items(path) if one["content"]["text"] == text]
        assert len(found) < 2
        return bool(found)

    async def ends_equal(self) -> None:
        """What is shown is what the hub has."""
        await until_equal(self.page, self._hub, self.conversation_id)

    async def sent_once(self, *texts: str) -> None:
        """The customer's phone shows our answers, each once and in this order."""
        await until(lambda: self._arrived(texts[-1]), limit_s=60)
        assert await self._answers() == list(texts)

    async def _answers(self) -> list[str]:
        items = await phone(self._hub, CHANNEL, self.customer)
        return [one["text"] for one in items if one["from"] == "hub"]

    async def _arrived(self, text: str) -> bool:
        return text in await self._answers()


@asynccontextmanager
async def desk_of(
    hub: RunningHub, browser: Browser, customer: str, script: str | None = None
) -> AsyncIterator[Desk]:
    """An agent's page; ``script`` runs in it before its own."""
    await write_as(hub, CHANNEL, customer, f"hello from {customer}")
    async with faulty_line(hub.url) as line, new_page(browser) as page:
        if script is not None:
            await page.add_init_script(script)
        desk = Desk(page, line, hub, customer)
        await desk.begin()
        yield desk


async def test_a_cut_line_is_taken_up_again_where_it_broke(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with desk_of(hub, browser, customer) as desk:
        for number in range(3):
            desk.line.cut()
            await desk.hears(f"word {number}")

        await expect(message(desk.page, "word 2")).to_be_visible(timeout=WITHIN_MS)
        await desk.ends_equal()


async def test_frames_that_get_lost_are_fetched(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with desk_of(hub, browser, customer) as desk:
        desk.line.drop(2)
        for number in range(4):
            await desk.hears(f"word {number}")

        await desk.ends_equal()
        assert desk.line.struck == 2


async def test_a_last_frame_that_gets_lost_is_missed_when_the_agent_looks_again(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with desk_of(hub, browser, customer) as desk:
        desk.line.drop(1000)
        await desk.hears("nothing follows")
        desk.line.drop(0)

        await desk.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

        await expect(message(desk.page, "nothing follows")).to_be_visible(timeout=WITHIN_MS)
        await desk.ends_equal()


async def test_frames_that_come_twice_or_out_of_turn_change_nothing(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with desk_of(hub, browser, customer) as desk:
        desk.line.double(3)
        for number in range(3):
            await desk.hears(f"word {number}")
        await expect(message(desk.page, "word 2")).to_be_visible(timeout=WITHIN_MS)
        desk.line.swap()
        for number in range(3, 6):
            await desk.hears(f"word {number}")

        await desk.ends_equal()
        assert desk.line.struck == 4


async def test_a_hub_that_is_killed_and_starts_again_is_met_without_a_reload(
    browser: Browser, customer: str, tmp_path: Path
) -> None:
    async with (
        HubProcess(tmp_path, "--simulators", environ={"HUB_UNDO_S": "0"}) as hub,
        desk_of(hub, browser, customer) as desk,
    ):
        await hub.kill()
        await answer(desk.page, "written while it was away")
        await expect(desk.page.get_by_test_id("offline-banner")).to_contain_text("1 message")

        await hub.start()
        desk.line.target = hub.url

        # The simulator's phones went with the process: what counts is that the hub has it, once.
        await until(lambda: desk.has("written while it was away"), limit_s=60)
        await desk.hears("and we go on")
        await expect(message(desk.page, "and we go on")).to_be_visible(timeout=WITHIN_MS)
        await expect(desk.page.get_by_test_id("offline-banner")).to_be_hidden()
        await desk.ends_equal()


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_browsers_clock_that_is_an_hour_off_changes_nothing(
    hub: RunningHub, browser: Browser, customer: str, hours: int
) -> None:
    async with desk_of(hub, browser, customer, _clock_off_by(hours * HOUR_MS)) as desk:
        await answer(desk.page, "at the right time")
        await desk.hears("thanks")

        own = message(desk.page, "at the right time")
        await expect(own).to_have_attribute("data-state", "sent", timeout=WITHIN_MS)
        await desk.ends_equal()
        await desk.sent_once("at the right time")


def _clock_off_by(ms: int) -> str:
    return f"""{{
      const Real = Date
      globalThis.Date = class extends Real {{
        constructor(...given) {{
          if (given.length === 0) super(Real.now() + ({ms})); else super(...given)
        }}
        static now() {{ return Real.now() + ({ms}) }}
      }}
    }}"""


async def test_answers_written_without_a_line_leave_once_and_in_order(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with desk_of(hub, browser, customer) as desk:
        desk.line.break_down()
        for text in ("first", "second", "third"):
            await answer(desk.page, text)
        await expect(desk.page.get_by_test_id("unsent")).to_contain_text("3 messages")

        desk.line.heal()

        await desk.sent_once("first", "second", "third")
        await expect(desk.page.get_by_test_id("unsent")).to_have_count(0)
        await desk.ends_equal()


async def test_an_answer_whose_outcome_was_lost_is_sent_once(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with desk_of(hub, browser, customer) as desk:
        desk.line.lose_answers(2)
        await answer(desk.page, "did you hear me?")

        await desk.sent_once("did you hear me?")
        await desk.ends_equal()
        assert desk.line.struck == 2
        assert len(desk.line.posts) == 3


async def test_answers_survive_the_closing_of_the_page_and_a_second_tab_sends_none_again(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with desk_of(hub, browser, customer) as desk:
        desk.line.break_down()
        for text in ("one", "two"):
            await answer(desk.page, text)
        await expect(desk.page.get_by_test_id("unsent")).to_contain_text("2 messages")
        second = await desk.page.context.new_page()
        desk.line.heal()
        await second.goto(f"{desk.line.url}/inbox/open/{desk.conversation_id}")
        await expect(second.get_by_test_id("thread")).to_be_visible()
        await desk.page.close()
        desk.page = second

        await desk.sent_once("one", "two")
        await desk.ends_equal()


async def test_two_tabs_of_one_agent_show_the_same(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with desk_of(hub, browser, customer) as desk:
        second = await desk.page.context.new_page()
        await second.goto(desk.page.url)
        await expect(second.get_by_test_id("thread")).to_be_visible()

        await answer(desk.page, "from the first")
        await expect(message(second, "from the first")).to_be_visible(timeout=WITHIN_MS)
        await answer(second, "from the second")

        await desk.sent_once("from the first", "from the second")
        await desk.ends_equal()
        await until_equal(second, hub, desk.conversation_id)


async def test_a_session_that_ends_in_the_middle_of_writing_is_begun_again_in_place(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with desk_of(hub, browser, customer) as desk:
        composer = desk.page.get_by_test_id("composer-input")
        await composer.fill("half a thought")
        await desk.page.context.clear_cookies()
        desk.line.cut()
        again = desk.page.get_by_test_id("sign-in-again")
        await expect(again).to_be_visible(timeout=WITHIN_MS)
        await desk.hears("are you still there?")

        await desk.page.get_by_test_id("again-password").fill("not the password")
        await desk.page.get_by_test_id("again-submit").click()
        await expect(again).to_contain_text("not right")
        await desk.page.get_by_test_id("again-password").fill(PASSWORD)
        await desk.page.get_by_test_id("again-submit").click()

        await expect(again).to_be_hidden()
        await expect(composer).to_have_value("half a thought")
        await expect(message(desk.page, "are you still there?")).to_be_visible(timeout=WITHIN_MS)
        await desk.page.get_by_test_id("composer-send").click()
        await desk.sent_once("half a thought")
        await desk.ends_equal()


async def test_an_answer_sent_into_an_ended_session_leaves_once_its_agent_is_back(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with desk_of(hub, browser, customer) as desk:
        # The session ends between the draft's saving and the sending.
        async with desk.page.expect_response(lambda answer: answer.url.endswith("/draft")):
            await desk.page.get_by_test_id("composer-input").fill("into the void")
        await desk.page.context.clear_cookies()
        # Not by the pointer: another request may have asked for the password already.
        await desk.page.get_by_test_id("composer-send").dispatch_event("click")
        await desk.page.get_by_test_id("again-password").fill(PASSWORD)
        await desk.page.get_by_test_id("again-submit").click()

        await desk.sent_once("into the void")
        await desk.ends_equal()


async def test_a_session_renewed_in_one_tab_is_that_of_the_other_too(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with desk_of(hub, browser, customer) as desk:
        second = await desk.page.context.new_page()
        await second.goto(desk.page.url)
        await expect(second.get_by_test_id("thread")).to_be_visible()
        await desk.page.context.clear_cookies()
        desk.line.cut()
        for page in (desk.page, second):
            await expect(page.get_by_test_id("sign-in-again")).to_be_visible(timeout=WITHIN_MS)

        await desk.page.get_by_test_id("again-password").fill(PASSWORD)
        await desk.page.get_by_test_id("again-submit").click()

        await expect(second.get_by_test_id("sign-in-again")).to_be_hidden(timeout=WITHIN_MS)
        await answer(second, "from the other")
        await desk.sent_once("from the other")
        await until_equal(second, hub, desk.conversation_id)
