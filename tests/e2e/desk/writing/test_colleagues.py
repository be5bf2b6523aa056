"""Several people, or several devices of one, at the same conversation."""

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.support.browser import answer, message, new_page, open_conversation, sign_in
from tests.support.hub_process import PASSWORD
from tests.support.running_hub import RunningHub
from tests.support.simulated import phone, until_phone_shows, write_as
from tests.support.waiting import until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
]
KIM = "kim@example.com"


async def _kim(hub: RunningHub) -> None:
    agents = await hub.items("/api/v1/agents")
    if not any(one["email"] == KIM for one in agents):
        await hub.call(
            "POST",
            "/api/v1/agents",
            {"email": KIM, "name": "Kim Berg", "role": "agent", "password": PASSWORD},
        )


async def _both(hub: RunningHub, mine: Page, other: Page, customer: str, email: str | None) -> str:
    """Two pages at one conversation of the customer's; its id."""
    words = f"hello from {customer}"
    await write_as(hub, "sim-telegram", customer, words)
    await sign_in(mine, hub.url)
    await (sign_in(other, hub.url) if email is None else sign_in(other, hub.url, email))
    for page in (mine, other):
        await open_conversation(page, words)
    id = await mine.get_by_test_id("thread").get_attribute("data-id")
    assert id is not None
    return id


async def test_a_draft_goes_on_on_another_device_and_is_gone_everywhere_once_sent(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with new_page(browser) as desk, new_page(browser) as laptop:
        await _both(hub, desk, laptop, customer, None)
        await desk.get_by_test_id("composer-input").fill("begun at the desk")
        field = laptop.get_by_test_id("composer-input")
        await expect(field).to_have_value("begun at the desk")

        await field.fill("begun at the desk, ended on the laptop")
        await expect(desk.get_by_test_id("composer-input")).to_have_value(
            "begun at the desk, ended on the laptop"
        )
        await laptop.get_by_test_id("composer-send").click()

        await until_phone_shows(
            hub, "sim-telegram", customer, "begun at the desk, ended on the laptop"
        )
        await expect(desk.get_by_test_id("composer-input")).to_have_value("")
        await expect(desk.get_by_test_id("draft-conflict")).to_have_count(0)


async def test_two_texts_of_one_draft_are_both_shown_and_none_is_lost(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with new_page(browser) as desk, new_page(browser) as laptop:
        await _both(hub, desk, laptop, customer, None)
        # The laptop hears and says nothing for a while.
        await laptop.context.set_offline(True)
        await laptop.get_by_test_id("composer-input").fill("on the train")
        await desk.get_by_test_id("composer-input").fill("at the desk")
        id = await desk.get_by_test_id("thread").get_attribute("data-id")

        async def saved() -> bool:
            drafts = await desk.evaluate(
                f"fetch('/api/v1/conversations/{id}/draft').then(answer => answer.json())"
            )
            return bool(drafts["reply"] and drafts["reply"]["text"] == "at the desk")

        await until(saved, limit_s=15)
        await laptop.context.set_offline(False)

        conflict = laptop.get_by_test_id("draft-conflict")
        await expect(conflict).to_contain_text("on the train")
        await expect(conflict).to_contain_text("at the desk")
        await expect(laptop.get_by_test_id("composer-send")).to_be_disabled()
        await conflict.get_by_test_id("draft-both").click()
        await expect(laptop.get_by_test_id("composer-input")).to_have_value(
            "at the desk\n\non the train"
        )
        await expect(desk.get_by_test_id("composer-input")).to_have_value(
            "at the desk\n\non the train"
        )


async def test_a_draft_is_there_after_a_reload(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    words = f"hello from {customer}"
    await write_as(hub, "sim-telegram", customer, words)
    async with new_page(browser) as page:
        await sign_in(page, hub.url)
        await open_conversation(page, words)
        await page.get_by_test_id("composer-input").fill("not yet sent")
        await page.reload()
        await expect(page.get_by_test_id("composer-input")).to_have_value("not yet sent")


async def test_colleagues_see_who_is_there_who_types_and_who_has_a_draft(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    await _kim(hub)
    async with new_page(browser) as mine, new_page(browser) as kims:
        await _both(hub, mine, kims, customer, KIM)
        line = mine.get_by_test_id("presence-line")
        await expect(line).to_contain_text("Kim Berg")

        await kims.get_by_test_id("composer-input").press_sequentially("Let me see")
        await expect(line).to_contain_text("is typing")
        await expect(line).to_contain_text("Kim Berg has a draft here", timeout=15_000)


async def test_a_colleagues_answer_is_shown_before_mine_goes(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    await _kim(hub)
    async with new_page(browser) as mine, new_page(browser) as kims:
        await _both(hub, mine, kims, customer, KIM)
        field = mine.get_by_test_id("composer-input")
        await field.fill("it will come on Monday")
        await answer(kims, "it came today")

        notice = mine.get_by_test_id("collision")
        await expect(notice).to_contain_text("Kim Berg has answered meanwhile")
        await expect(notice).to_contain_text("it came today")
        await field.press("Control+Enter")
        await expect(mine.get_by_test_id("composer-send")).to_contain_text("Send anyway")
        await expect(message(mine, "it will come on Monday")).to_have_count(0)

        await field.press("Control+Enter")
        await until_phone_shows(hub, "sim-telegram", customer, "it will come on Monday")
        shown = [one["text"] for one in await phone(hub, "sim-telegram", customer)]
        assert shown[1:] == ["it came today", "it will come on Monday"]


async def test_a_note_names_a_colleague_who_is_offered_by_a_few_letters(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    await _kim(hub)
    words = f"hello from {customer}"
    await write_as(hub, "sim-telegram", customer, words)
    async with new_page(browser) as page:
        await sign_in(page, hub.url)
        await open_conversation(page, words)
        await page.get_by_test_id("composer-note-tab").click()
        field = page.get_by_test_id("composer-input")
        await field.press_sequentially("Ask @be")
        await expect(page.get_by_test_id("mentions")).to_contain_text("Kim Berg")
        await field.press("Enter")
        await expect(field).to_have_value("Ask @Kim Berg ")
        await field.press_sequentially("today")
        await field.press("Control+Enter")

        bubble = message(page, "Ask @Kim Berg today")
        await expect(bubble).to_have_attribute("data-direction", "note")
        await expect(bubble.locator(".mention")).to_have_text("@Kim Berg")
        id = await page.get_by_test_id("thread").get_attribute("data-id")
        path = f"/api/v1/conversations/{id}/messages"

        async def notes() -> list[Any]:
            return [one for one in await hub.items(path) if one["direction"] == "note"]

        async def noted() -> bool:
            return bool(await notes())

        await until(noted, limit_s=20)
        (note,) = await notes()
        assert [one["name"] for one in note["content"]["mentions"]] == ["Kim Berg"]
