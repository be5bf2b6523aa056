"""The agent's window without a pointer: all is reached, one sees where, nothing holds one."""

from typing import Any, Final

import pytest
from playwright.async_api import Page, expect

from tests.screens.scene_pictures import without_drafts
from tests.screens.scenes import SCENES, Scene
from tests.screens.stage import Stage
from tests.support.browser import message, new_page

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("browser"),
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
]
WALKED: Final = ("login", "tasks", "board", "channels", "settings", "not-found")
DIALOGS: Final = ("palette", "keys", "write-first", "channel-form", "reply-to-many")
STOPS: Final = """() => {
  const roving = '[role=menu], [role=listbox], [role=tablist], [inert], [aria-hidden=true]'
  const all = document.querySelectorAll('a[href], button, input, select, textarea, summary')
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
        await scene.enter(stage, page)

        unreached, unseen = await walked(page)

        assert unreached == []
        assert unseen == []


@pytest.mark.parametrize("scene", _named(DIALOGS), ids=lambda scene: scene.name)
async def test_a_dialog_keeps_the_focus_until_escape_closes_it(stage: Stage, scene: Scene) -> None:
    async with new_page(stage.browser, **_options(stage, scene)) as page:
        await scene.enter(stage, page)
        dialog = page.get_by_role("dialog")
        for _ in range(12):
            await page.keyboard.press("Tab")
            assert await dialog.evaluate("one => one.contains(document.activeElement)")

        await page.keyboard.press("Escape")

        await expect(dialog).to_have_count(0)


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
