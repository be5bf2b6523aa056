"""Which points are tried. Pure."""

import random
from collections.abc import Sequence
from typing import Final

from tests.chaos.crash_points.trial import Spot

_WAYS_BACK: Final = (
    ("polled-text", "after router: commit"),
    ("polled-text", "before outbox: publish"),
    ("polled-text", "after dispatch: request sendmessage"),
    ("polled-photo", "after media: put"),
)
"""Kills after which there is something to repair; on the way back it is killed once more."""
_NUMBERS: Final = " commit number_series "
"""A kill after it leaves a gap in the numbers, and nothing to repair."""
_REPEATS: Final = 3
"""On the way back a bot says again what it has said, and each partition publishes its rest: so many
of the same kind are tried."""


def first_kills(spots: Sequence[Spot]) -> list[Spot]:
    """The kills from which the way back is tried."""
    found = []
    for story, beginning in _WAYS_BACK:
        fitting = (
            s
            for s in spots
            if s.story == story and s.point.startswith(beginning) and _NUMBERS not in s.point
        )
        found.append(next(fitting))
    return found


def on_the_way_back(spots: Sequence[Spot]) -> list[Spot]:
    """Those of a way back that are worth a kill of their own."""
    return [
        spot
        for spot in spots
        if int(spot.point.rpartition("#")[2]) <= _REPEATS and " take by " not in spot.point
    ]


def one_of_each(spots: Sequence[Spot], seed: int) -> list[Spot]:
    """Each point once, in a story that the seed chooses among those that reach it."""
    by_point: dict[tuple[str, str], list[Spot]] = {}
    for spot in spots:
        by_point.setdefault((spot.process, spot.point), []).append(spot)
    chosen = random.Random(seed)
    return [chosen.choice(found) for found in by_point.values()]
