"""Colleagues at their desks: agents with a name of their own, signed in to pages of their own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from playwright.async_api import Browser, Locator, Page

from tests.support.browser import new_page, open_conversation, sign_in
from tests.support.hub_process import PASSWORD
from tests.support.running_hub import RunningHub


@dataclass(frozen=True, slots=True)
class Colleague:
    """An agent of the hub."""

    id: str
    name: str
    email: str


async def colleague(hub: RunningHub, name: str, **change: Any) -> Colleague:
    """A new agent; ``change`` is what admins say of them beside: ``team_ids``, ``duties``."""
    email = f"{uuid4().hex[:10]}@example.com"
    body = {"email": email, "name": name, "role": "agent", "password": PASSWORD}
    made = await hub.call("POST", "/api/v1/agents", body)
    id: str = made["agent"]["id"]
    if change:
        await hub.call("PATCH", f"/api/v1/agents/{id}", change)
    return Colleague(id, name, email)


@asynccontextmanager
async def desk_of(
    browser: Browser, hub: RunningHub, who: Colleague | None = None, *, narrow: bool = False
) -> AsyncIterator[Page]:
    """The inbox of a colleague, or of the owner; ``narrow`` as on a phone, once it is open."""
    async with new_page(browser) as page:
        await (sign_in(page, hub.url, who.email) if who else sign_in(page, hub.url))
        if narrow:
            await page.set_viewport_size({"width": 360, "height": 800})
        yield page


async def pane_of(page: Page, words: str) -> Locator:
    """The customer's pane beside the conversation whose row holds the words."""
    await open_conversation(page, words)
    return page.get_by_test_id("customer")


async def conversation_with(hub: RunningHub, words: str) -> dict[str, Any]:
    """The conversation whose last message has the words."""
    found = await hub.items("/api/v1/conversations", view="open")
    one: dict[str, Any] = next(c for c in found if (c["preview"] or {}).get("text") == words)
    return one
