"""Every screen of the agent's window, looked at by axe-core: wide and narrow, in each theme."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.screens import scenes_of_admins
from tests.screens.channel_pictures import NARROW, WIDE
from tests.screens.scene_pictures import without_drafts
from tests.screens.scenes import SCENES, Scene, settled
from tests.screens.stage import Stage
from tests.support.axe import findings
from tests.support.browser import new_page

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("browser"),
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
]
RESIZED: Final = ("login", *(way.__name__.replace("_", "-") for way in scenes_of_admins.WAYS))
"""Scenes whose narrow screen is the wide one laid out anew; the others have one of their own."""
THEMES: Final[dict[str, dict[str, Any]]] = {
    "light": {"color_scheme": "light", "contrast": "no-preference"},
    "dark": {"color_scheme": "dark", "contrast": "no-preference"},
    "contrast": {"color_scheme": "dark", "contrast": "more"},
}
COLOURS: Final = ("color-contrast",)
"""What another theme may change; names, roles and sizes are the same in each."""


async def broken(page: Page, where: str, themes: Sequence[str] = tuple(THEMES)) -> list[str]:
    """What axe finds on the page in each theme, and where."""
    told: list[str] = []
    for theme in themes:
        await page.emulate_media(**THEMES[theme])
        await expect(page.locator("html")).to_have_attribute("data-theme", theme)
        await settled(page)
        found = await findings(page, None if theme == "light" else COLOURS)
        told += [f"{where}, {theme}: {one}" for one in found]
    return told


@asynccontextmanager
async def entered(stage: Stage, scene: Scene, size: ViewportSize) -> AsyncIterator[Page]:
    """A page that stands at the scene."""
    options: dict[str, Any] = {"reduced_motion": "reduce", "service_workers": "block"}
    if scene.signed_in:
        options["storage_state"] = stage.signed_in
    async with new_page(stage.browser, viewport=size, **options) as page:
        await without_drafts(page)
        await scene.enter(stage, page)
        yield page


async def wide(stage: Stage, scene: Scene) -> list[str]:
    """What is wrong with the wide screen; where the narrow one is the same laid out anew, there."""
    async with entered(stage, scene, WIDE) as page:
        told = await broken(page, f"{scene.name}, wide")
        if scene.name in RESIZED:
            await page.set_viewport_size(NARROW)
            told += await broken(page, f"{scene.name}, narrow", ["light"])
    return told


async def narrow(stage: Stage, scene: Scene) -> list[str]:
    """What is wrong with the narrow screen, where it is another."""
    if scene.name in RESIZED:
        return []
    async with entered(stage, scene, NARROW) as page:
        return await broken(page, f"{scene.name}, narrow", ["light", "dark"])


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_axe_finds_nothing_wrong_with_a_screen(stage: Stage, scene: Scene) -> None:
    found = await asyncio.gather(wide(stage, scene), narrow(stage, scene))

    assert [one for told in found for one in told] == []
