"""What the simulated platforms can do wrong, by type. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from tests.chaos.channel import CHANNELS, POLLED
from tests.chaos.fault import Lane, Recipe

_SOME: Final = (1, 4)
_FEW: Final = (1, 2)
_ONE: Final = (1, 1)
_ANSWERS: Final = {
    "telegram": ("429", "500", "502_html", "cut_before", "cut_after_write"),
    "vk": ("429", "500", "502_html", "cut_before", "cut_after_write", "odd", "error_10"),
    "whatsapp": ("429", "500", "500_json", "502_html", "cut_before", "cut_after_write", "odd"),
    "email": ("cut_before", "cut_after_write"),
    # It says itself when to come again.
    "webhook": ("429",),
}
"""To calls that send."""
_POLLS: Final = {
    "telegram": ("poll_429", "poll_500", "poll_502_html", "poll_409", "poll_cut"),
    "vk": ("failed1", "failed2", "failed3", "poll_html", "poll_odd", "poll_500", "poll_cut"),
}
"""To calls that ask for news. ``failed1`` and ``failed3`` lose what waits there: the hub finds it
in the conversations themselves."""
_NEWS: Final = {
    "telegram": ("duplicate", "reorder"),
    "vk": ("duplicate", "reorder", "read_500"),
    "whatsapp": ("duplicate", "reorder", "batch", "bad_signature", "early_status",
                 "skip_delivered"),
    "email": ("duplicate", "imap_cut"),
    "webhook": ("duplicate",),
}  # fmt: skip
"""To what the platform tells by itself."""
_ASIDE: Final = ("500", "502_html", "404", "cut_before", "cut_after_write", "hang")
"""To one call of a webhook in a run: it is tried again after five seconds, then after thirty, then
after two minutes, and a killed process counts as well."""
_ONCE: Final = {
    "telegram": ("malformed", "odd", "400", "hang"),
    "vk": ("malformed", "400", "hang"),
    "whatsapp": ("400", "status_131000", "no_status", "hang"),
    "email": ("400", "odd", "hang", "imap_hang", "renumber"),
    "webhook": ("malformed", "400", "503"),
}
"""At most once in a run."""
BUSY_S: Final = 60.0
"""So long the hub leaves a mail server alone that says 421."""


def platform_recipes(channels: Iterable[str]) -> dict[str, tuple[Recipe, ...]]:
    """What can go wrong on the platforms of these channels, by the type of channel."""
    by_type: dict[str, list[str]] = {}
    for channel in channels:
        by_type.setdefault(CHANNELS[channel].type, []).append(channel)
    found = {kind: tuple(_of(kind, every)) for kind, every in by_type.items()}
    return {kind: recipes for kind, recipes in found.items() if recipes}


def _of(kind: str, every: Sequence[str]) -> Iterator[Recipe]:
    lane = Lane.PLATFORM
    polled = [channel for channel in every if channel in POLLED]
    for fault in _ANSWERS.get(kind, ()):
        yield Recipe(lane, fault, every, times=_SOME)
    for fault in _POLLS.get(kind, ()) if polled else ():
        yield Recipe(lane, fault, polled, times=_FEW)
    for fault in _NEWS.get(kind, ()):
        yield Recipe(lane, fault, every, times=(3, 7) if fault == "reorder" else (2, 6))
    for fault in _ASIDE if kind == "webhook" else ():
        yield Recipe(lane, fault, every, times=_ONE, once=True, sort="aside")
    for fault in _ONCE.get(kind, ()):
        yield Recipe(lane, fault, every, times=_ONE if fault == "hang" else _FEW, once=True)
    if kind == "email":
        yield Recipe(lane, "421", every, times=_ONE, once=True, felt_s=BUSY_S)
