"""An agent is told what is meant for them: in the list, by the title, aloud, and on the device."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.support.browser import new_page, open_conversation, sign_in, until_in
from tests.support.hub_process import PASSWORD
from tests.support.running_hub import RunningHub
from tests.support.simulated import write_as
from tests.support.waiting import until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("browser"),
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="module"),
]
CHANNEL = "sim-telegram"
WITHIN_MS = 40_000
HEARD = """{
  window.heard = []
  class Told extends EventTarget {
    static permission = 'granted'
    static requestPermission() { return Promise.resolve('granted') }
    constructor(title, options) {
      super(); window.heard.push({ title, ...options }); window.last = this
    }
    close() {}
  }
  window.Notification = Told
}"""

CHOSEN = """async () => {
  const { kinds, quiet } = await (await fetch('/api/v1/agents/me/notification-settings')).json()
  return kinds.assigned.length === 0 && quiet?.start === '21:30'
}"""


async def add_agent(hub: RunningHub, customer: str) -> tuple[str, str]:
    """A colleague of the admin's; their id and address."""
    email = f"{customer.lower().replace(' ', '-')}@example.com"
    body = {"email": email, "name": f"Agent of {customer}", "role": "agent", "password": PASSWORD}
    added = await hub.call("POST", "/api/v1/agents", body)
    return added["agent"]["id"], email


async def conversation_of(hub: RunningHub, customer: str) -> str:
    """The id of the customer's conversation."""
    listed = await hub.items("/api/v1/conversations", view="open")
    return next(str(one["id"]) for one in listed if one["contact_name"] == customer)


@asynccontextmanager
async def agent_of(
    hub: RunningHub, browser: Browser, customer: str, **options: Any
) -> AsyncIterator[tuple[Page, str, str]]:
    """Their page, their id and the customer's conversation."""
    agent_id, email = await add_agent(hub, customer)
    await write_as(hub, CHANNEL, customer, f"hello from {customer}")
    cid = await conversation_of(hub, customer)
    async with new_page(browser, **options) as page:
        await page.add_init_script(HEARD)
        await sign_in(page, hub.url, email)
        yield page, agent_id, cid


async def assign(hub: RunningHub, cid: str, agent_id: str) -> None:
    """Give them the conversation."""
    await hub.call("POST", f"/api/v1/conversations/{cid}/assign", {"agent_id": agent_id})


async def test_the_bell_tells_what_is_given_to_an_agent_and_leads_there(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with agent_of(hub, browser, customer) as (page, agent_id, cid):
        await expect(page.get_by_test_id("bell-unread")).to_have_count(0)
        await assign(hub, cid, agent_id)

        await expect(page.get_by_test_id("bell-unread")).to_have_text("1", timeout=WITHIN_MS)
        await expect(page).to_have_title(re.compile(r"^\(\d+\) "))
        icon = page.locator('link[rel="icon"]')
        await expect(icon).to_have_attribute("href", "/favicon-unread.svg")
        heard = await page.evaluate("window.heard")
        assert [one["title"] for one in heard] == [customer]
        await page.get_by_test_id("bell").click()
        row = page.get_by_test_id("notification")
        await expect(row).to_contain_text("Given to you")
        await row.click()

        await expect(page.get_by_test_id("thread")).to_contain_text(f"hello from {customer}")
        await expect(page.get_by_test_id("bell-unread")).to_have_count(0)


async def test_a_conversation_in_front_tells_nothing_and_a_click_on_what_was_told_leads_there(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with agent_of(hub, browser, customer) as (page, agent_id, cid):
        await page.bring_to_front()
        await open_conversation(page, customer)
        await assign(hub, cid, agent_id)
        thread = page.get_by_test_id("messages")
        for words in ("are you there?", "I am still here"):
            # What the first one told of came before the second.
            await write_as(hub, CHANNEL, customer, words)
            await expect(thread).to_contain_text(words, timeout=WITHIN_MS)

        await page.get_by_test_id("nav-settings").click()
        await expect(page.get_by_test_id("notifications-card")).to_be_visible()
        await write_as(hub, CHANNEL, customer, "hello?")
        await until_in(page, "window.heard.some((one) => one.body.includes('hello?'))")
        heard = await page.evaluate("window.heard.map((one) => one.body)")
        assert not [body for body in heard if "are you there?" in body]
        await page.evaluate("window.last.onclick()")

        await expect(page.get_by_test_id("messages")).to_contain_text("hello?")


async def test_all_is_marked_as_read_on_every_screen(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with agent_of(hub, browser, customer) as (page, agent_id, cid):
        second = await page.context.new_page()
        await second.goto(f"{hub.url}/inbox/open")
        await assign(hub, cid, agent_id)
        for one in (page, second):
            await expect(one.get_by_test_id("bell-unread")).to_have_text("1", timeout=WITHIN_MS)
        await page.get_by_test_id("bell").click()
        await page.get_by_test_id("notices-read-all").click()

        for one in (page, second):
            await expect(one.get_by_test_id("bell-unread")).to_have_count(0, timeout=WITHIN_MS)


async def test_what_an_agent_chooses_counts_from_then_on(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with agent_of(hub, browser, customer) as (page, agent_id, cid):
        await page.goto(f"{hub.url}/settings")
        for means in ("app", "sound", "desktop", "push"):
            await page.get_by_test_id(f"notify-assigned-{means}").uncheck()
        await page.get_by_test_id("quiet-on").check()
        await page.get_by_test_id("quiet-start").fill("21:30")
        await page.get_by_test_id("quiet-start").blur()

        await until_in(page, CHOSEN)
        await page.reload()
        await expect(page.get_by_test_id("notify-assigned-app")).not_to_be_checked()
        await expect(page.get_by_test_id("notify-mention-app")).to_be_checked()
        await expect(page.get_by_test_id("quiet-start")).to_have_value("21:30")
        await assign(hub, cid, agent_id)
        await write_as(hub, CHANNEL, customer, "anybody?")
        await page.get_by_test_id("nav-inbox").click()
        await open_conversation(page, customer)
        await expect(page.get_by_test_id("messages")).to_contain_text("anybody?")
        await expect(page.get_by_test_id("bell-unread")).to_have_count(0)


async def test_what_the_hub_pushes_is_shown_by_the_device_and_a_click_leads_there(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    await write_as(hub, CHANNEL, customer, f"hello from {customer}")
    cid = await conversation_of(hub, customer)
    async with new_page(browser, permissions=["notifications"]) as page:
        await sign_in(page, hub.url)
        await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        session = await page.context.new_cdp_session(page)
        versions: list[Any] = []
        session.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda told: versions.extend(told["registrations"]),
        )
        await session.send("ServiceWorker.enable")

        async def known() -> bool:
            return bool(versions)

        await until(known, limit_s=10)
        pushed = {
            "title": customer,
            "body": "Maxim mentions you",
            "tag": cid,
            "url": f"/inbox/open/{cid}",
            "at": "2026-01-05T09:00:00Z",
        }
        other = await page.context.new_page()
        await other.goto("about:blank")
        await other.bring_to_front()
        for data in (json.dumps(pushed), json.dumps({**pushed, "body": "twice"}), "nonsense"):
            await session.send(
                "ServiceWorker.deliverPushMessage",
                {
                    "origin": hub.url,
                    "registrationId": versions[0]["registrationId"],
                    "data": data,
                },
            )
        shown = "navigator.serviceWorker.ready.then(it => it.getNotifications())"
        described = (
            f"{shown}.then(all => all.map(one => ({{title: one.title, body: one.body,"
            " tag: one.tag, url: one.data.url})))"
        )

        async def both() -> bool:
            found = await page.evaluate(described)
            return {one["body"] for one in found} >= {"twice", ""}

        await until(both, limit_s=20)
        found = await page.evaluate(described)
        assert len(found) == 2
        (told,) = [one for one in found if one["tag"] == cid]
        assert (told["title"], told["body"]) == (customer, "twice")
        assert told["url"] == f"/inbox/open/{cid}"

        (worker,) = page.context.service_workers
        await worker.evaluate(
            """url => self.clients.matchAll({ type: 'window', includeUncontrolled: true })
              .then(all => all.forEach(one => one.postMessage({ type: 'open', url })))""",
            told["url"],
        )
        await expect(page.get_by_test_id("messages")).to_contain_text(f"hello from {customer}")
