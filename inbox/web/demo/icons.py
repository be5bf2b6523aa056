"""Draws the icons of the installed app from ``public/favicon.svg``, in a real Chromium.

    .venv/bin/python inbox/web/demo/icons.py

A maskable icon may be cut to any shape: its picture fills the square, and what matters stands in the
middle. The badge is what a phone shows in its status bar: only its shape counts.
"""

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

PUBLIC = Path(__file__).parent.parent / "public"
SOURCE = PUBLIC / "favicon.svg"
_RING = '<circle cx="16" cy="16" r="7" fill="none" stroke="#fff" stroke-width="4"/>'


def plain(svg: str) -> str:
    """As it is."""
    return svg


def maskable(svg: str) -> str:
    """Without its round corners, and the ring smaller: within the four fifths that are safe."""
    full = svg.replace('rx="9" ', "")
    smaller = f'<g transform="translate(16 16) scale(.82) translate(-16 -16)">{_RING}</g>'
    return full.replace(_RING, smaller)


def badge(svg: str) -> str:
    """The ring alone, as large as it gets."""
    head = svg[: svg.index("<defs>")]
    return f'{head}<g transform="translate(16 16) scale(1.6) translate(-16 -16)">{_RING}</g></svg>'


ICONS = (
    ("icon-192", 192, plain),
    ("icon-512", 512, plain),
    ("maskable-192", 192, maskable),
    ("maskable-512", 512, maskable),
    ("apple-180", 180, maskable),  # iOS rounds the corners itself, and paints holes black
    ("badge-96", 96, badge),
)


def main() -> None:
    """Write every icon."""
    svg = SOURCE.read_text(encoding="utf-8")
    if _RING not in svg:
        raise SystemExit(f"{SOURCE} has no ring as this script knows it")
    names = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for name, size, change in ICONS:
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(f"<style>*{{margin:0}}svg{{display:block}}</style>{change(svg)}")
            path = PUBLIC / "icons" / f"{name}.png"
            page.screenshot(path=path, omit_background=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
