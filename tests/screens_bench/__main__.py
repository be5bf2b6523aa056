"""``python -m tests.screens_bench``: what ``make bench-screens`` runs.

Exit status 0: every limit is kept; 1: one is not.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from playwright.async_api import Page

from tests.bench.machine import ROOT, commit, machine, versions
from tests.screens_bench import measures
from tests.screens_bench.measures import SAMPLES
from tests.screens_bench.seed import name_of, seed
from tests.support.browser import open_browser
from tests.support.hub_process import HubProcess
from tests.support.simulated import write_as
from tests.support.waiting import until

CHANNEL: Final = "sim-telegram"
RESULTS: Final = ROOT / ".data" / "bench" / "screens.json"
_EVENTS_PER_S: Final = 50
_MEMORY_EVENTS_PER_S: Final = 100
"""What the tab keeps does not depend on how quickly it came."""
_PER_MESSAGE: Final = 2
"""Events that an agent's screen hears of per message: the message, and its conversation."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A median or maximum, and what it must stay below."""

    name: str
    value: float
    limit: float
    unit: str
    seen: Sequence[float] = ()

    @property
    def kept(self) -> bool:
        """Whether the limit is kept."""
        return self.value < self.limit


async def measure(conversations: int, long_thread: int, events: int) -> list[Figure]:
    """Every figure, on a hub and in a browser of their own."""
    found: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        hub = HubProcess(Path(folder), "--simulators")
        async with hub:
            await write_as(hub, CHANNEL, "Pattern", "Where is my order?")
        began = time.monotonic()
        await seed(hub.data, conversations=conversations, long_thread=long_thread)
        _say(f"{conversations} conversations stored in {time.monotonic() - began:.0f} s")
        async with hub, open_browser() as browser:
            context, page = await measures.signed_in(browser, hub.url)
            cookies = await context.cookies()
            blank = [await measures.blank_ms(browser, hub.url) for _ in range(SAMPLES)]
            starts = [await measures.cold_start(browser, hub.url, cookies) for _ in range(SAMPLES)]
            _say(f"a small page of the same hub: {statistics.median(blank):.0f} ms")
            scripts = _kb(measures.script_bytes(_dist(), starts[-1].scripts))
            found.append(Figure("scripts until the list stands", scripts, 250, "KB gzip"))
            found.append(_median("cold start to the list", [one.ms for one in starts], 1500))
            found.extend(await _in_the_window(hub, page, events))
            await context.close()
    return found


async def _in_the_window(hub: HubProcess, page: Page, events: int) -> list[Figure]:
    await page.get_by_test_id("conversation-row").first.wait_for()
    names = [name_of(number) for number in range(1, SAMPLES + 2)]
    first, *rest = await measures.opening_ms(page, names)  # the first loads what is lazy
    _say(f"the very first opening: {first:.0f} ms")
    found = [_median("opening a conversation", rest, 100)]
    long = await measures.opening_anew_ms(page, name_of(0), name_of(1))
    found.append(_median("opening one with a long thread", long, 100))
    for pixels in (20, 400):
        name = f"a frame, p95, scrolling {pixels} px in each"
        found.append(Figure(name, await measures.scrolling_ms(page, pixels), 34, "ms"))
    seconds = 10
    felt = await measures.under_load(
        page, lambda: _write(hub, seconds * _EVENTS_PER_S, "load"), presses=80
    )
    _say(f"events while typing: {felt['events']:.0f} in {seconds} s or more")
    found.append(Figure("longest task at 50 events/s", felt["longest_task_ms"], 50, "ms"))
    found.append(Figure("key to paint, p95, at 50 events/s", felt["key_p95_ms"], 50, "ms"))
    before = await measures.heap_mb(page)
    count = await _write(hub, events, "memory", per_s=_MEMORY_EVENTS_PER_S)
    after = await measures.heap_mb(page)
    growth = (after / before - 1) * 100
    name = f"memory after {count} events: {before:.1f} to {after:.1f} MB, growth"
    found.append(Figure(name, growth, 20, "%"))
    return found


async def _write(hub: HubProcess, events: int, word: str, per_s: int = _EVENTS_PER_S) -> int:
    """Customers write at the rate; how many events the screen was told of, once all are stored."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    messages = events // _PER_MESSAGE
    pace = _PER_MESSAGE / per_s
    async with asyncio.TaskGroup() as group:
        for number in range(messages):
            await asyncio.sleep(max(0.0, begun + number * pace - loop.time()))
            customer = f"{word} {number % 40}"
            body = {"customer": customer, "text": f"{word} message {number}"}
            group.create_task(hub.call("POST", f"/simulators/{CHANNEL}/messages", body))
    last = f"{word} message {messages - 1}"

    async def stored() -> bool:
        page = await hub.call("GET", "/api/v1/conversations", view="open", limit="50")
        return any((one["preview"] or {}).get("text") == last for one in page["items"])

    await until(stored, limit_s=60)
    return messages * _PER_MESSAGE


def _median(name: str, seen: Sequence[float], limit: float) -> Figure:
    return Figure(name, statistics.median(seen), limit, "ms", seen)


def _kb(size: int) -> float:
    return size / 1024


def _dist() -> Path:
    return ROOT / "inbox" / "web" / "dist"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(given: Sequence[str]) -> int:
    """Measure; the exit status."""
    parser = argparse.ArgumentParser(prog="make bench-screens", description=__doc__)
    parser.add_argument("--conversations", type=int, default=100_000)
    parser.add_argument("--long-thread", type=int, default=10_000, help="messages in one of them")
    parser.add_argument("--events", type=int, default=10_000, help="for the memory of the tab")
    asked = parser.parse_args(given)
    found = asyncio.run(measure(asked.conversations, asked.long_thread, asked.events))
    width = max(len(one.name) for one in found)
    for one in found:
        verdict = "ok" if one.kept else "LIMIT MISSED"
        _say(f"{one.name:<{width}}  {one.value:8.1f} {one.unit:<8} below {one.limit:g}  {verdict}")
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    figures = [asdict(one) for one in found]
    told = {"commit": commit(), "machine": machine(), "versions": versions(), "figures": figures}
    RESULTS.write_text(json.dumps(told, indent=1), encoding="utf-8")
    _say(f"\nAll figures: {RESULTS}")
    return 0 if all(one.kept for one in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
