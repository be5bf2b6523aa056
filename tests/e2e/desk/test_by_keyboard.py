"""The agent's window without a pointer: all is reached, one sees where, nothing holds one."""

from typing import Any, Final
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from tests.screens.channel_pictures import NARROW
from tests.screens.scene_pictures import without_drafts
from tests.screens.scenes import SCENES, Scene, settled
from tests.screens.stage import Stage
from tests.support.browser import message, new_page
from tests.support.colleagues import conversation_with
from tests.support.simulated import write_as

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("browser"),
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
]
WALKED: Final = (
    "login",
    "inbox-list",
    "filters",
    "group-by-topic",
    "search-results",
    "bulk-selection",
    "thread",
    "note-with-mention",
    "customers-view",
    "reply-window-over",
    "collision",
    "tasks",
    "board",
    "reports",
    "policies",
    "policy-lines",
    "policy-rules",
    "policy-calendars",
    "channels",
    "dead-letters",
    "settings",
    "not-found",
)
NARROW_WALKED: Final = ("inbox-list", "search-results", "bulk-selection", "thread", "settings")
DIALOGS: Final = (
    "palette",
    "keys",
    "write-first",
    "channel-form",
    "reply-to-many",
    "templates",
    "hand-over",
    "escalate",
    "merge-contacts",
)
OPENERS: Final = (
    ("inbox-list", "bell"),
    ("inbox-list", "account"),
    ("inbox-list", "open-palette"),
    ("inbox-list", "filter-add"),
    ("inbox-list", "write-first"),
    ("filters", "view-save"),
    ("bulk-selection", "bulk-assign"),
    ("bulk-selection", "bulk-label"),
    ("bulk-selection", "bulk-reply"),
    ("thread", "assign"),
    ("thread", "snooze"),
    ("thread", "priority"),
    ("thread", "go-on"),
    ("thread", "composer-emoji"),
    ("thread", "composer-share"),
    ("thread", "contact-actions"),
    ("thread", "hand-over"),
    ("thread", "escalate"),
    ("board", "set-presence"),
    ("channels", "channel-add"),
)
"""A control of a scene, and that what it opens is closed by Escape and gives the focus back."""
STOPS: Final = """() => {
  const roving = '[role=menu], [role=listbox], [role=tablist], [inert], [aria-hidden=true]'
  const all = document.querySelectorAll(
    'a[href], button, input, select, textarea, summary, audio[controls], [tabindex="0"]')
  return [...all].filter((one) => one.checkVisibility({ visibilityProperty: true })
      && !one.matches(':disabled, [tabindex="-1"], [type=radio]') && !one.closest(roving))
    .map((one, number) => {
      one.dataset.stop = number
      return [String(number), one.outerHTML.slice(0, 200)]
    })
}"""
WHERE: Final = """() => {
  const one = document.activeElement
  if (!one || one === document.body) return null
  const shown = [one, one.parentElement, one.parentElement.parentElement].some((it) => {
    const style = getComputedStyle(it)
    return (it.matches(':focus-within') && style.outlineStyle !== 'none'
      && parseFloat(style.outlineWidth) > 0) || (it === one && style.boxShadow !== 'none')
  })
  return [one.dataset.stop ?? '', shown, one.outerHTML.slice(0, 200)]
}"""


def _named(names: tuple[str, ...]) -> list[Scene]:
    return [scene for scene in SCENES if scene.name in names]


def _options(stage: Stage, scene: Scene | None = None) -> dict[str, Any]:
    options: dict[str, Any] = {"reduced_motion": "reduce", "service_workers": "block"}
    if scene is None or scene.signed_in:
        options["storage_state"] = stage.signed_in
    return options


async def _enter(stage: Stage, scene: Scene, page: Page) -> None:
    await without_drafts(page)
    await scene.enter(stage, page)
    await settled(page)


async def walked(page: Page) -> tuple[list[str], list[str]]:
    """What Tab does not reach, and what it reaches without showing so."""
    wanted = dict(await page.evaluate(STOPS))
    unseen: list[str] = []
    left = set(wanted)
    for _ in range(2 * len(wanted) + 20):
        await page.keyboard.press("Tab")
        found = await page.evaluate(WHERE)
        if found is None:
            continue
        stop, shown, html = found
        left.discard(stop)
        if not shown and html not in unseen:
            unseen.append(html)
        if not left:
            break
    return [wanted[stop] for stop in sorted(left)], unseen


@pytest.mark.parametrize("scene", _named(WALKED), ids=lambda scene: scene.name)
async def test_tab_reaches_every_control_and_shows_where_it_is(stage: Stage, scene: Scene) -> None:
    async with new_page(stage.browser, **_options(stage, scene)) as page:
        await _enter(stage, scene, page)

        unreached, unseen = await walked(page)

        assert unreached == []
        assert unseen == []


@pytest.mark.parametrize("scene", _named(NARROW_WALKED), ids=lambda scene: scene.name)
async def test_tab_reaches_every_control_of_a_narrow_screen(stage: Stage, scene: Scene) -> None:
    async with new_page(stage.browser, viewport=NARROW, **_options(stage, scene)) as page:
        await _enter(stage, scene, page)

        unreached, unseen = await walked(page)

        assert unreached == []
        assert unseen == []


@pytest.mark.parametrize("scene", _named(DIALOGS), ids=lambda scene: scene.name)
async def test_a_dialog_keeps_the_focus_until_escape_closes_it(stage: Stage, scene: Scene) -> None:
    async with new_page(stage.browser, **_options(stage, scene)) as page:
        await _enter(stage, scene, page)
        dialog = page.get_by_role("dialog")
        for _ in range(12):
            await page.keyboard.press("Tab")
            assert await dialog.evaluate("one => one.contains(document.activeElement)")

        await page.keyboard.press("Escape")

        await expect(dialog).to_have_count(0)


@pytest.mark.parametrize("name, opener", OPENERS, ids=lambda word: word)
async def test_escape_closes_what_was_opened_and_gives_the_focus_back(
    stage: Stage, name: str, opener: str
) -> None:
    (scene,) = _named((name,))
    async with new_page(stage.browser, **_options(stage, scene)) as page:
        await _enter(stage, scene, page)
        control = page.get_by_test_id(opener).first
        opened = page.locator('[role="dialog"], [role="menu"]')
        await control.focus()
        await page.keyboard.press("Enter")
        await expect(opened).to_be_visible()

        await page.keyboard.press("Escape")

        await expect(opened).to_have_count(0)
        await expect(control).to_be_focused()


@pytest.mark.parametrize("key", ["c", "?", "Control+k"])
async def test_what_a_key_opened_gives_the_focus_back_to_where_it_was(
    stage: Stage, key: str
) -> None:
    async with new_page(stage.browser, **_options(stage)) as page:
        await page.goto(f"{stage.hub.url}/inbox/open")
        row = page.get_by_test_id("conversation-row").first
        await row.focus()
        await page.keyboard.press(key)
        await expect(page.get_by_role("dialog")).to_be_visible()

        await page.keyboard.press("Escape")

        await expect(page.get_by_role("dialog")).to_have_count(0)
        await expect(row).to_be_focused()


async def test_one_writes_first_on_a_narrow_screen_by_key_and_by_its_button(stage: Stage) -> None:
    async with new_page(stage.browser, viewport=NARROW, **_options(stage)) as page:
        await page.goto(f"{stage.hub.url}/inbox/open")
        await page.get_by_test_id("conversation-row").first.wait_for()
        await page.keyboard.press("c")
        await expect(page.get_by_test_id("first-person")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)

        await page.get_by_test_id("write-first").click()

        await expect(page.get_by_test_id("first-person")).to_be_focused()


async def test_a_case_is_assigned_snoozed_and_opened_again_by_keys(stage: Stage) -> None:
    words = f"by keys {uuid4().hex[:6]}"
    await write_as(stage.hub, "sim-telegram", f"Anna {words}", words)
    case = await conversation_with(stage.hub, words)
    async with new_page(stage.browser, **_options(stage)) as page:
        await page.goto(f"{stage.hub.url}/inbox/open/{case['id']}")
        await message(page, words).wait_for()
        await page.locator("#thread").focus()
        await page.keyboard.press("a")
        await expect(page.get_by_test_id("assign-me")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("assign")).not_to_contain_text("Unassigned")
        await expect(page.get_by_test_id("assign")).to_be_focused()

        await page.keyboard.press("s")
        await expect(page.get_by_role("menu").get_by_role("menuitem").first).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("status")).to_contain_text("until")
        await expect(page.get_by_test_id("snooze")).to_be_focused()

        await page.keyboard.press("e")

        await expect(page.get_by_test_id("status")).to_have_count(0)


async def test_one_searches_opens_what_was_found_and_comes_back_by_keys(stage: Stage) -> None:
    async with new_page(stage.browser, **_options(stage)) as page:
        await page.goto(f"{stage.hub.url}/inbox/open")
        await page.get_by_test_id("conversation-row").first.wait_for()
        await page.keyboard.press("/")
        await expect(page.get_by_test_id("search")).to_be_focused()
        await page.keyboard.type("invoice")
        found = page.get_by_test_id("search-results").locator(".hit").first
        await expect(found).to_contain_text("invoice")
        await page.keyboard.press("ArrowDown")
        await expect(found).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(message(page, "invoice")).to_be_visible()
        await expect(found).to_be_focused()

        await page.keyboard.press("/")
        await page.keyboard.press("Escape")

        await expect(page.get_by_test_id("search")).to_have_value("")
        await expect(page.get_by_test_id("conversation-row").first).to_be_visible()
        await page.keyboard.press("Escape")
        await page.keyboard.press("r")
        await expect(page.get_by_test_id("composer-input")).to_be_focused()


async def test_a_case_is_found_answered_noted_and_resolved_by_keys(stage: Stage) -> None:
    async with new_page(stage.browser, **_options(stage)) as page:
        await without_drafts(page)
        await page.goto(f"{stage.hub.url}/inbox/open")
        await page.get_by_test_id("conversation-row").first.wait_for()
        await page.keyboard.press("j")
        await page.keyboard.press("Enter")
        await page.get_by_test_id("composer-input").wait_for()
        await page.locator("#thread").focus()
        await page.keyboard.press("r")
        await page.keyboard.type("answered by keys")
        await page.keyboard.press("Control+Enter")
        await message(page, "answered by keys").wait_for()
        await page.keyboard.press("Escape")
        await page.keyboard.press("n")
        await page.keyboard.type("noted by keys")
        await page.keyboard.press("Control+Enter")
        await message(page, "noted by keys").wait_for()
        await page.keyboard.press("Escape")
        await page.keyboard.press("e")

        await expect(page.get_by_test_id("reopen")).to_be_visible()
