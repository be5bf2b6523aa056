"""Every screen of the agent's window in every state that matters, and the way to it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from playwright.async_api import Page

from tests.screens import scenes_of_admins, scenes_of_lists, scenes_of_threads
from tests.screens.stage import Stage

Way = Callable[[Stage, Page], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scene:
    """One screen in one state."""

    name: str
    enter: Way
    """Brings a page of an admin who has signed in to it, in any language and at any width."""
    signed_in: bool = True


def _named(ways: tuple[Way, ...]) -> tuple[Scene, ...]:
    return tuple(Scene(way.__name__.replace("_", "-"), way) for way in ways)


SCENES: Final = (
    Scene("login", scenes_of_admins.login, signed_in=False),
    *_named(scenes_of_lists.WAYS),
    *_named(scenes_of_threads.WAYS),
    *_named(scenes_of_admins.WAYS),
)


async def settled(page: Page) -> None:
    """Wait until fonts and pictures are there and nothing moves."""
    await page.evaluate("document.fonts.ready.then(() => true)")
    await page.evaluate(
        "Promise.all([...document.images].filter((one) => !one.complete)"
        ".map((one) => new Promise((go) => { one.onload = one.onerror = go })))"
    )
    await page.evaluate(
        "Promise.all(document.getAnimations()"
        ".filter((one) => one.effect.getComputedTiming().iterations !== Infinity)"
        ".map((one) => one.finished.catch(() => null)))"
    )
