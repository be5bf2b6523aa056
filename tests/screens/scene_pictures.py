"""Takes each scene in eight ways: wide and narrow, light and dark, English and Russian.

``python -m tests.screens.scene_pictures FOLDER [--sheets FOLDER] [--only WORD]``
"""

import argparse
import asyncio
import base64
import sys
import tempfile
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, Error, Page, Route

from tests.screens.channel_pictures import NARROW, WIDE
from tests.screens.scenes import SCENES, Scene, settled
from tests.screens.stage import ENVIRON, Stage, set_stage
from tests.support.browser import new_page, open_browser
from tests.support.hub_process import HubProcess

QUALITY: Final = 45
"""Of WebP: letters stay sharp, and a picture has some 30 KB."""
AT_ONCE: Final = 4
_LOCALES: Final = {"en": "en-GB", "ru": "ru-RU"}


@dataclass(frozen=True, slots=True)
class Look:
    """One way of looking at a scene."""

    width: str
    scheme: str
    language: str

    @property
    def name(self) -> str:
        """As it stands in the names of the pictures."""
        return f"{self.width}-{self.scheme}-{self.language}"

    def picture_of(self, scene: Scene) -> str:
        """The name of a picture."""
        return f"{scene.name}-{self.name}.webp"

    @property
    def options(self) -> dict[str, Any]:
        """Of the browser."""
        return {
            "viewport": WIDE if self.width == "wide" else NARROW,
            "color_scheme": self.scheme,
            "locale": _LOCALES[self.language],
            "reduced_motion": "reduce",
            "service_workers": "block",
        }


LOOKS: Final = tuple(
    Look(*one) for one in product(("wide", "narrow"), ("light", "dark"), ("en", "ru"))
)


async def take_scene(stage: Stage, scene: Scene, look: Look, folder: Path) -> None:
    """One picture. Raises playwright's ``Error`` when the screen does not come."""
    options = look.options
    if scene.signed_in:
        options["storage_state"] = stage.signed_in
    async with new_page(stage.browser, **options) as page:
        await without_drafts(page)
        await scene.enter(stage, page)
        await settled(page)
        (folder / look.picture_of(scene)).write_bytes(await _picture(page))


async def _picture(page: Page) -> bytes:
    """What the screen shows, as WebP, which playwright's own screenshots do not offer."""
    session = await page.context.new_cdp_session(page)
    taken = await session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    return base64.b64decode(taken["data"])


async def without_drafts(page: Page) -> None:
    """What is written here does not go on on the next page: each begins with an empty field."""
    await page.route("**/draft", _unsaved)


async def _unsaved(route: Route) -> None:
    await (route.continue_() if route.request.method == "GET" else route.abort())


async def take_scenes(folder: Path, sheets: Path | None = None, only: str = "") -> list[str]:
    """All of them, and the list of them; the names of those that did not come, told at once."""
    wanted = [scene for scene in SCENES if only in scene.name]
    failed: list[str] = []
    places = asyncio.Semaphore(AT_ONCE)

    async def attempt(stage: Stage, scene: Scene, look: Look) -> str:
        async with places:
            try:
                await take_scene(stage, scene, look, folder)
            except (AssertionError, Error) as error:
                sys.stderr.write(f"{scene.name}-{look.name}: {error}\n")
                return f"{scene.name}-{look.name}"
        return ""

    with tempfile.TemporaryDirectory() as data:
        async with (
            HubProcess(Path(data), "--simulators", environ=ENVIRON) as hub,
            open_browser() as browser,
        ):
            stage = await set_stage(hub, browser)
            for scene in wanted:
                found = await asyncio.gather(*(attempt(stage, scene, look) for look in LOOKS))
                failed += [one for one in found if one]
                if sheets is not None:
                    await _sheet(browser, scene, folder, sheets)
    (folder / "README.md").write_text(_listed(folder), encoding="utf-8")
    return failed


async def _sheet(browser: Browser, scene: Scene, folder: Path, sheets: Path) -> None:
    """One picture of a scene in all its looks, side by side."""
    shown = []
    for look in LOOKS:
        picture = folder / look.picture_of(scene)
        if picture.exists():
            data = base64.b64encode(picture.read_bytes()).decode()
            shown.append(f'<img height="440" src="data:image/webp;base64,{data}">')
    async with new_page(browser, viewport={"width": 1440, "height": 1380}) as page:
        style = "margin:4px;display:flex;flex-wrap:wrap;gap:4px;background:#888"
        await page.set_content(f'<body style="{style}">{"".join(shown)}</body>')
        await page.screenshot(path=sheets / f"{scene.name}.png")


def _listed(folder: Path) -> str:
    """The pictures that are in the folder, by scene."""
    lines = [
        "# The agent's window, screen by screen",
        "",
        "Taken by `make screens`: each screen at 1440x900 (wide) and 360x800 (narrow), light and",
        "dark, in English and in Russian.",
        "",
        "| screen | " + " | ".join(look.name for look in LOOKS) + " |",
        "|---|" + "---|" * len(LOOKS),
    ]
    for scene in SCENES:
        names = [look.picture_of(scene) for look in LOOKS]
        links = [f"[see]({name})" if (folder / name).exists() else "" for name in names]
        if any(links):
            lines.append(f"| {scene.name} | " + " | ".join(links) + " |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """The exit code: 1 when a screen did not come."""
    parser = argparse.ArgumentParser(prog="python -m tests.screens.scene_pictures")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sheets", type=Path, help="also one picture per scene in all its looks")
    parser.add_argument("--only", default="", help="only the scenes whose name has the word")
    given = parser.parse_args()
    for folder in (given.folder, given.sheets):
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
    failed = asyncio.run(take_scenes(given.folder, given.sheets, given.only))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
