"""The installed app: opens without a line to what was read last, updates when its agent agrees, and
leaves nothing private behind once they sign out."""

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, expect

from inbox.rest.static import WebUi
from tests.support.browser import (
    answer,
    message,
    new_page,
    open_conversation,
    sign_in,
    until_in,
)
from tests.support.faulty_line import FaultyLine, faulty_line
from tests.support.running_hub import RunningHub
from tests.support.simulated import until_phone_shows, write_as

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("browser"),
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="module"),
]
CHANNEL = "sim-telegram"
WITHIN_MS = 40_000
BUILT = Path(__file__).parents[3] / "inbox" / "web" / "dist"
KEPT = "async () => (await navigator.serviceWorker.ready).active.state === 'activated'"
STORED = """async () => {
  const open = indexedDB.open('hub')
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result) })
  const all = {}
  for (const name of database.objectStoreNames) {
    const request = database.transaction(name).objectStore(name).getAll()
    all[name] = await new Promise((done) => { request.onsuccess = () => done(request.result) })
  }
  database.close()
  const kept = []
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) {
      kept.push(new URL(request.url).pathname)
    }
  }
  return { database: all, caches: kept, local: {...localStorage}, session: {...sessionStorage} }
}"""


async def kept_by(page: Page) -> Any:
    """Everything that the page's origin keeps on the device."""
    return await page.evaluate(STORED)


async def until_kept(page: Page) -> None:
    """Wait until the app and the last screen are on the device."""
    await until_in(page, KEPT)
    await page.evaluate(
        "Object.defineProperty(document, 'visibilityState', {value: 'hidden', configurable: true});"
        "document.dispatchEvent(new Event('visibilitychange'));"
        "delete document.visibilityState"
    )
    await until_in(
        page,
        f"async () => (await ({STORED})()).database.snapshot.some(one => one.cid)",
    )


@asynccontextmanager
async def reading(
    hub: RunningHub, browser: Browser, customer: str
) -> AsyncIterator[tuple[Page, FaultyLine]]:
    """An agent who reads a customer's conversation, with the app kept on their device."""
    await write_as(hub, CHANNEL, customer, f"hello from {customer}")
    async with faulty_line(hub.url) as line, new_page(browser) as page:
        await sign_in(page, line.url)
        await open_conversation(page, customer)
        await expect(message(page, f"hello from {customer}")).to_be_visible()
        await until_kept(page)
        yield page, line


async def test_the_app_can_be_installed(hub: RunningHub, browser: Browser, customer: str) -> None:
    async with reading(hub, browser, customer) as (page, _):
        found = await page.evaluate("fetch('/manifest.webmanifest').then(it => it.json())")
        sizes = await page.evaluate(
            """async (icons) => {
              const real = []
              for (const icon of icons.filter((one) => one.sizes !== 'any')) {
                const image = new Image(); image.src = icon.src; await image.decode()
                real.push([`${image.naturalWidth}x${image.naturalHeight}`, icon.sizes])
              }
              return real
            }""",
            found["icons"],
        )
        session = await page.context.new_cdp_session(page)
        problems = await session.send("Page.getInstallabilityErrors")
        manifest = await session.send("Page.getAppManifest")

    assert manifest["errors"] == []
    ids = {one["errorId"] for one in problems["installabilityErrors"]}
    assert ids <= {"in-incognito"}, problems
    assert {"any", "maskable"} == {icon["purpose"] for icon in found["icons"]}
    assert len(sizes) == 4
    assert all(real == said for real, said in sizes)


async def test_it_opens_without_a_line_to_what_was_read_last_and_sends_what_is_written_then(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with reading(hub, browser, customer) as (page, line):
        line.break_down()

        await page.reload()

        await expect(message(page, f"hello from {customer}")).to_be_visible(timeout=WITHIN_MS)
        row = page.get_by_test_id("conversation-row").filter(has_text=customer)
        await expect(row).to_be_visible()
        banner = page.get_by_test_id("offline-banner")
        await expect(banner).to_contain_text("This is how it stood", timeout=WITHIN_MS)
        await answer(page, "written in the tunnel")
        await expect(page.get_by_test_id("unsent")).to_contain_text("1 message")

        await page.reload()
        await expect(message(page, "written in the tunnel")).to_be_visible(timeout=WITHIN_MS)
        line.heal()

        await until_phone_shows(hub, CHANNEL, customer, "written in the tunnel")
        await expect(banner).to_be_hidden(timeout=WITHIN_MS)
        await expect(message(page, "written in the tunnel")).to_have_count(1)


async def test_nothing_private_is_left_on_the_device_once_its_agent_has_signed_out(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with reading(hub, browser, customer) as (page, line):
        before = await kept_by(page)
        assert customer in json.dumps(before["database"])
        assert not [path for path in before["caches"] if path.startswith("/api")]

        await page.get_by_test_id("account").click()
        await page.get_by_test_id("sign-out").click()
        await expect(page.get_by_test_id("login-email")).to_be_visible()

        await until_in(
            page,
            f"async () => Object.values((await ({STORED})()).database)"
            ".every(shelf => shelf.length === 0)",
        )
        after = await kept_by(page)
        assert customer not in json.dumps(after)
        line.break_down()
        await page.goto(f"{line.url}/inbox/open")
        await expect(page.get_by_text("cannot be reached")).to_be_visible(timeout=WITHIN_MS)
        await expect(page.get_by_text(customer)).to_have_count(0)


async def test_whoever_signs_out_in_one_tab_is_signed_out_in_all(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with reading(hub, browser, customer) as (page, line):
        second = await page.context.new_page()
        await second.goto(f"{line.url}/inbox/open")
        await expect(second.get_by_test_id("view-open")).to_be_visible()

        await page.get_by_test_id("account").click()
        await page.get_by_test_id("sign-out").click()

        await expect(second.get_by_test_id("login-email")).to_be_visible(timeout=WITHIN_MS)


class Versions:
    """The built app, served by a second hand so that a newer version can take its place."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "dist"
        shutil.copytree(BUILT, self.folder)

    def bring_out(self) -> None:
        """A new version: its worker names another one, and its page says so."""
        worker = self.folder / "sw.js"
        worker.write_text(worker.read_text(encoding="utf-8") + "\n// newer\n", encoding="utf-8")
        page = self.folder / "index.html"
        page.write_text(
            page.read_text(encoding="utf-8").replace("<body>", '<body data-version="2">'),
            encoding="utf-8",
        )


@asynccontextmanager
async def served(versions: Versions, hub: RunningHub) -> AsyncIterator[str]:
    """The hub with the app of ``versions``."""
    async with faulty_line(hub.url) as line:
        app = web.Application()
        ui = WebUi(versions.folder)
        app.router.add_route("*", "/api/{path:.*}", line.handle)
        ui.mount(app)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            yield "http://127.0.0.1:{1}".format(*runner.addresses[0])
        finally:
            line.break_down()
            await runner.cleanup()


async def test_a_new_version_waits_until_its_agent_agrees_and_what_was_written_is_there(
    hub: RunningHub, browser: Browser, customer: str, tmp_path: Path
) -> None:
    versions = Versions(tmp_path)
    await write_as(hub, CHANNEL, customer, f"hello from {customer}")
    async with served(versions, hub) as url, new_page(browser) as page:
        await sign_in(page, url)
        await open_conversation(page, customer)
        await until_kept(page)
        await page.get_by_test_id("composer-input").fill("half a thought")

        versions.bring_out()
        await page.evaluate("navigator.serviceWorker.ready.then(it => it.update())")

        prompt = page.get_by_test_id("update-prompt")
        await expect(prompt).to_be_visible(timeout=WITHIN_MS)
        await expect(page.locator("body")).not_to_have_attribute("data-version", "2")
        await page.get_by_test_id("update-reload").click()
        await expect(page.locator("body")).to_have_attribute("data-version", "2", timeout=WITHIN_MS)
        await expect(page.get_by_test_id("composer-input")).to_have_value("half a thought")
        await expect(prompt).to_be_hidden()
