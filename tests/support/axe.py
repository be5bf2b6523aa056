"""What axe-core finds on a page: the rules of WCAG 2 A and AA, and its best practices."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Page

_AXE: Final = Path(__file__).parents[2] / "inbox/web/node_modules/axe-core/axe.min.js"
_TAGS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
LEFT_TO_PEOPLE: Final = {
    "color-contrast": "what a menu covers, and signs of one letter; the tokens have their own test",
    "aria-hidden-focus": "what lies below a dialog, which holds the focus: the walk by keyboard",
    "label-content-name-mismatch": "initials and the letter of the logo are pictures made of text",
    "heading-order": "the first heading of a dialog goes on from one that the dialog hides",
}
"""Rules that axe cannot always decide, and why that is right here. What it finds wrong counts."""
_LOOK: Final = """async ([tags, rules]) => {
  const found = await axe.run(document, {
    runOnly: rules ? { type: 'rule', values: rules } : { type: 'tag', values: tags },
    resultTypes: ['violations', 'incomplete'],
    preload: false,
    iframes: false, // only the letters of customers come in frames
  })
  // A menu is drawn at the end of the body while it is open, and belongs to what opened it.
  const floats = (node) => document.querySelector(node.target[0])
    ?.closest('[data-reka-popper-content-wrapper]')
  const told = (sure) => (one) => ({
    rule: one.id,
    sure,
    impact: one.impact,
    places: one.nodes.filter((node) => one.id !== 'region' || !floats(node)).map((node) => [
      node.target.join(' '),
      [...node.any, ...node.all, ...node.none].map((check) => check.message).join('; '),
    ]),
  })
  return [...found.violations.map(told(true)), ...found.incomplete.map(told(false))]
}"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that a page breaks."""

    rule: str
    impact: str
    """``minor``, ``moderate``, ``serious`` or ``critical``."""
    places: tuple[tuple[str, str], ...]
    """The selector of each element, and what is wrong with it."""

    def __str__(self) -> str:
        told = "".join(f"\n    {selector}\n      {why}" for selector, why in self.places)
        return f"{self.rule} ({self.impact}){told}"


async def findings(page: Page, rules: Iterable[str] | None = None) -> list[Finding]:
    """What is wrong on the page as it stands now, by all the rules or by those given."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_source())
    asked = None if rules is None else list(rules)
    found: list[dict[str, Any]] = await page.evaluate(_LOOK, [list(_TAGS), asked])
    return [
        Finding(one["rule"], one["impact"] or "", tuple(map(tuple, one["places"])))
        for one in found
        if one["places"] and (one["sure"] or one["rule"] not in LEFT_TO_PEOPLE)
    ]


@cache
def _source() -> str:
    return _AXE.read_text(encoding="utf-8")
