"""The pages beside the inbox: signing in, tasks, board, reports, policies, channels, settings."""

from collections.abc import Awaitable, Callable
from typing import Final

from playwright.async_api import Page

from tests.screens.stage import Stage, withhold

POLICY_KINDS: Final = (
    "teams",
    "lines",
    "skills",
    "segments",
    "topics",
    "fields",
    "rules",
    "macros",
    "queueing",
    "priority-scores",
    "bot-duties",
    "calendars",
    "sla-policies",
    "peaks",
    "acknowledgements",
    "canned-replies",
)


async def login(stage: Stage, page: Page) -> None:
    """The page of whoever has not signed in."""
    await page.goto(f"{stage.hub.url}/")
    await page.get_by_test_id("login-submit").wait_for()


async def tasks(stage: Stage, page: Page) -> None:
    await page.goto(f"{stage.hub.url}/tasks")
    await page.get_by_test_id("tasks-waiting").click()
    await page.get_by_test_id("task").first.wait_for()


async def board(stage: Stage, page: Page) -> None:
    await page.goto(f"{stage.hub.url}/board")
    await page.get_by_test_id("board-agent").first.wait_for()


async def reports(stage: Stage, page: Page) -> None:
    await page.goto(f"{stage.hub.url}/reports")
    await page.locator("canvas, svg[width]").first.wait_for()
    await page.wait_for_load_state("networkidle")


async def policies(stage: Stage, page: Page) -> None:
    await page.goto(f"{stage.hub.url}/policies/teams")
    await page.get_by_test_id("policy").first.wait_for()


async def channels(stage: Stage, page: Page) -> None:
    await page.goto(f"{stage.hub.url}/channels")
    await page.get_by_test_id("channel-card").first.wait_for()


async def channels_error(stage: Stage, page: Page) -> None:
    """The channels cannot be read."""
    await page.route("**/api/v1/channels*", lambda route: route.fulfill(status=500))
    await page.goto(f"{stage.hub.url}/channels")
    await page.get_by_role("alert").first.wait_for()


async def channel_types(stage: Stage, page: Page) -> None:
    await channels(stage, page)
    await page.get_by_test_id("channel-add").click()
    await page.get_by_test_id("channel-type-telegram").wait_for()


async def channel_form(stage: Stage, page: Page) -> None:
    await channel_types(stage, page)
    await page.get_by_test_id("channel-type-telegram").click()
    await page.get_by_test_id("channel-form").wait_for()


async def dead_letters(stage: Stage, page: Page) -> None:
    await page.goto(f"{stage.hub.url}/dead-letters")
    await page.locator(".state").wait_for()


async def dead_letters_loading(stage: Stage, page: Page) -> None:
    """The answer with them does not come."""
    await withhold(page, "/api/v1/dead-letters")
    await page.goto(f"{stage.hub.url}/dead-letters")
    await page.locator(".bone").wait_for()


async def settings(stage: Stage, page: Page) -> None:
    await page.goto(f"{stage.hub.url}/settings")
    await page.get_by_test_id("agent-row").first.wait_for()


async def settings_notifications(stage: Stage, page: Page) -> None:
    await settings(stage, page)
    await page.get_by_test_id("notifications-card").scroll_into_view_if_needed()


async def audit(stage: Stage, page: Page) -> None:
    await page.goto(f"{stage.hub.url}/audit")
    await page.get_by_test_id("audit-entry").first.wait_for()


async def audit_empty(stage: Stage, page: Page) -> None:
    """Nobody did it on these days."""
    await page.goto(f"{stage.hub.url}/audit?what=peak.&since=2026-01-05&until=2026-01-06")
    await page.get_by_test_id("audit-empty").wait_for()


async def audit_error(stage: Stage, page: Page) -> None:
    """It cannot be read."""
    await page.route("**/api/v1/audit*", lambda route: route.fulfill(status=500))
    await page.goto(f"{stage.hub.url}/audit")
    await page.get_by_role("alert").first.wait_for()


async def audit_loading(stage: Stage, page: Page) -> None:
    """The answer with it does not come."""
    await withhold(page, "/api/v1/audit")
    await page.goto(f"{stage.hub.url}/audit")
    await page.locator(".bone").first.wait_for()


async def not_found(stage: Stage, page: Page) -> None:
    await page.goto(f"{stage.hub.url}/nowhere")
    await page.locator("h1, b").first.wait_for()


def _form(kind: str) -> Callable[[Stage, Page], Awaitable[None]]:
    async def enter(stage: Stage, page: Page) -> None:
        await page.goto(f"{stage.hub.url}/policies/{kind}/new")
        await page.get_by_test_id("policy-form").wait_for()
        # What a form offers of other policies is asked for once it stands.
        await page.wait_for_load_state("networkidle")

    enter.__name__ = f"policy_{kind}"
    return enter


WAYS: Final = (
    tasks,
    board,
    reports,
    policies,
    *(_form(kind) for kind in POLICY_KINDS),
    channels,
    channels_error,
    channel_types,
    channel_form,
    dead_letters,
    dead_letters_loading,
    settings,
    settings_notifications,
    audit,
    audit_empty,
    audit_error,
    audit_loading,
    not_found,
)
