"""What is measured in the page, each in milliseconds, bytes or megabytes."""

import asyncio
import gzip
import statistics
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.support.browser import sign_in

SAMPLES: Final = 5
_LOOKED_AT_S: Final = 0.5
_KEYS: Final = "The quick brown fox jumps over the lazy dog. "
_STARTED: Final = """() => new Promise((done) => requestAnimationFrame(() => {
  const read = performance.getEntriesByType('resource').map((one) => one.name)
  done([performance.now(), read.filter((name) => /\\.js($|\\?)/.test(name))])
}))"""
_WATCH: Final = """() => {
  window.__tasks = []; window.__keys = []
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) window.__tasks.push(one.duration)
  }).observe({ type: 'longtask' })
  new PerformanceObserver((list) => {
    const keys = list.getEntries().filter((one) => one.name === 'keydown')
    for (const one of keys) window.__keys.push(one.duration)
  }).observe({ type: 'event', durationThreshold: 16 })
}"""
"""Main-thread tasks above 50 ms, and from keydown to the next paint where that took 16 ms or more:
quicker ones the browser does not tell, in steps of 8 ms."""
_OPENED: Final = """(name) => new Promise((resolve, reject) => {
  const row = [...document.querySelectorAll('[data-testid="conversation-row"]')]
    .find((one) => one.textContent.includes(name))
  const begun = performance.now()
  const done = () => {
    const pane = document.querySelector('[data-testid="thread"]')
    return pane && pane.textContent.includes(name) && pane.querySelector('[data-testid="message"]')
  }
  const look = () => {
    // The second frame begins when the first is painted.
    if (done()) requestAnimationFrame(() => resolve(performance.now() - begun))
    else if (performance.now() - begun > 10000) reject(new Error(`${name} did not open`))
    else requestAnimationFrame(look)
  }
  row.click(); look()
})"""

_SCROLLED: Final = """([pixels, ms]) => new Promise((resolve) => {
  const box = document.querySelector('[data-testid="conversation-list"]')
  const frames = []
  let last = performance.now()
  const end = last + ms
  const step = (now) => {
    frames.push(now - last)
    last = now
    box.scrollTop += pixels
    if (now < end) requestAnimationFrame(step)
    else resolve(frames.slice(1))
  }
  requestAnimationFrame(step)
})"""
"""Milliseconds from frame to frame while the list moves by so many pixels in each."""


@dataclass(frozen=True, slots=True)
class Start:
    """How somebody came to the list."""

    ms: float
    scripts: Sequence[str]
    """The addresses of the scripts that were read until then."""


def script_bytes(dist: Path, addresses: Sequence[str]) -> int:
    """Gzipped, of these scripts."""
    paths = [dist / urlsplit(address).path.lstrip("/") for address in addresses]
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in dict.fromkeys(paths))


async def cold_start(browser: Browser, url: str, cookies: Any) -> Start:
    """From the address to a row of the list, by somebody who is signed in, nothing in a cache."""
    context = await _context(browser, cookies)
    try:
        page = await context.new_page()
        await page.goto(f"{url}/inbox/open", wait_until="commit")
        await page.wait_for_selector('[data-testid="conversation-row"]')
        ms, scripts = await page.evaluate(_STARTED)
        return Start(float(ms), scripts)
    finally:
        await context.close()


async def blank_ms(browser: Browser, url: str) -> float:
    """The baseline of the machine: a small answer of the same hub, shown in a new page."""
    context = await browser.new_context()
    try:
        page = await context.new_page()
        await page.goto(f"{url}/healthz")
        return float(await page.evaluate("() => performance.now()"))
    finally:
        await context.close()


async def opening_ms(page: Page, names: list[str]) -> list[float]:
    """From the click on a row to its messages, one after the other, each looked at for a moment."""
    found: list[float] = []
    for name in names:
        found.append(float(await page.evaluate(_OPENED, name)))
        await asyncio.sleep(_LOOKED_AT_S)
    return found


async def opening_anew_ms(page: Page, name: str, other: str) -> list[float]:
    """The same, each time by a page that has never read this one, and has opened another."""
    found: list[float] = []
    for _ in range(SAMPLES):
        await page.reload()
        await page.get_by_test_id("conversation-row").first.wait_for()
        found += (await opening_ms(page, [other, name]))[1:]
    return found


async def scrolling_ms(page: Page, pixels: int) -> float:
    """The 95th percentile of the time between frames while the list is scrolled down and up."""
    found: list[float] = []
    for way in (pixels, -pixels):
        found += [float(one) for one in await page.evaluate(_SCROLLED, [way, 2000])]
    return statistics.quantiles(found, n=20)[-1]


async def under_load(
    page: Page, load: Callable[[], Awaitable[int]], *, presses: int
) -> dict[str, float]:
    """What the agent feels while events arrive: main-thread tasks and keys in the composer."""
    await page.evaluate(_WATCH)
    box = page.get_by_test_id("composer-input")
    await box.click()

    async def type_on() -> None:
        for number in range(presses):
            await page.keyboard.press(_KEYS[number % len(_KEYS)])
            await asyncio.sleep(0.1)

    events, _ = await asyncio.gather(load(), type_on())
    tasks = [float(one) for one in await page.evaluate("() => window.__tasks")]
    slow = sorted(float(one) for one in await page.evaluate("() => window.__keys"))
    await expect(box).not_to_be_empty()
    # Those that the browser did not tell were quicker than 16 ms.
    keys = [0.0] * (presses - len(slow)) + slow
    return {
        "events": events,
        "longest_task_ms": max(tasks, default=0.0),
        "tasks_above_50_ms": len(tasks),
        "key_p95_ms": statistics.quantiles(keys, n=20)[-1],
    }


async def heap_mb(page: Page) -> float:
    """What the tab's scripts hold after a collection."""
    session = await page.context.new_cdp_session(page)
    await session.send("HeapProfiler.enable")
    await session.send("HeapProfiler.collectGarbage")
    await session.send("Performance.enable")
    told = await session.send("Performance.getMetrics")
    await session.detach()
    found = {one["name"]: one["value"] for one in told["metrics"]}
    return float(found["JSHeapUsedSize"]) / 2**20


async def signed_in(browser: Browser, url: str) -> tuple[BrowserContext, Page]:
    """A window of an agent; the caller closes the context."""
    context = await _context(browser, None)
    page = await context.new_page()
    await sign_in(page, url)
    return context, page


async def _context(browser: Browser, cookies: Any) -> BrowserContext:
    context = await browser.new_context(locale="en-GB", viewport={"width": 1440, "height": 900})
    context.set_default_timeout(30_000)
    if cookies:
        await context.add_cookies(cookies)
    return context
