"""What the agent's screen shows, compared with what the hub has."""

import re
from dataclasses import dataclass
from typing import Any, Final

from playwright.async_api import Page

from tests.support.running_hub import RunningHub
from tests.support.waiting import until

_ROWS: Final = """rows => rows.map(row => ({
  id: row.dataset.id,
  place: row.getBoundingClientRect().top,
  unread: Number((row.closest('li') ?? row).querySelector('.badge')?.textContent ?? 0),
}))"""
_BUBBLES: Final = """all => all.map(one => ({
  id: one.dataset.id, direction: one.dataset.direction, state: one.dataset.state,
  pending: 'pending' in one.dataset,
}))"""


@dataclass(frozen=True, slots=True)
class Picture:
    """Both ends say it in the same words, so that they can be compared."""

    rows: tuple[tuple[str, int], ...]
    """Conversation and its unread messages, in the order of the list."""
    open_count: int
    messages: tuple[tuple[str, str, str], ...]
    """Id, direction and delivery of the messages of the thread, in its order."""
    pending: int = 0


async def shown(page: Page) -> Picture:
    """What stands on the screen now."""
    rows = await page.get_by_test_id("conversation-row").evaluate_all(_ROWS)
    bubbles = await page.get_by_test_id("message").evaluate_all(_BUBBLES)
    count = await page.get_by_test_id("view-open").locator("b").all_inner_texts()
    ordered = sorted(rows, key=lambda row: row["place"])
    return Picture(
        tuple((row["id"], row["unread"]) for row in ordered),
        int(re.sub(r"\D", "", count[0])) if count else 0,
        tuple(
            (one["id"], one["direction"], one["state"])
            for one in bubbles
            if one["direction"] != "system"
        ),
        sum(one["pending"] for one in bubbles),
    )


async def stored(hub: RunningHub, conversation_id: str, rows: int) -> Picture:
    """What the hub has of the same, as far as so many rows show it."""
    listed = await hub.items("/api/v1/conversations", view="open")
    path = f"/api/v1/conversations/{conversation_id}/messages"
    page = await hub.call("GET", path, limit="50")
    messages: list[Any] = [one for one in page["items"] if one["direction"] != "system"]
    return Picture(
        tuple((one["id"], one["unread"]) for one in listed[:rows]),
        len(listed),
        tuple((one["id"], one["direction"], one["delivery"] or "") for one in messages),
    )


async def until_equal(page: Page, hub: RunningHub, conversation_id: str) -> None:
    """Wait until the screen shows what the hub has. Raises ``AssertionError`` with both."""
    seen: list[Picture] = []

    async def equal() -> bool:
        on_screen = await shown(page)
        seen[:] = [on_screen, await stored(hub, conversation_id, len(on_screen.rows))]
        return seen[0] == seen[1]

    try:
        await until(equal, limit_s=40)
    except TimeoutError:
        assert seen[0] == seen[1]
        raise
