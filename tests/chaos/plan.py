"""What a run does, and when: who writes what, and which faults happen. Pure and seeded."""

import itertools
import random
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tests.chaos.channel import CHANNELS
from tests.chaos.fault import BOT, Fault, Lane, Recipe, recipes
from tests.chaos.platform_faults import platform_recipes

SET_UPS: Final = ("embedded", "services-sqlite", "services-mongo")
FIRST_WORD: Final = "hello"
"""What every customer writes before anything goes wrong, and is waited for."""
LAST_WORD: Final = "goodbye"
"""What every customer writes when the last fault is over."""

_CALM_S: Final = 0.5
"""So long everything runs undisturbed at first."""
_GAPS_S: Final = {Lane.PROCESSES: (0.5, 2.0), Lane.PATHS: (0.5, 2.5), Lane.PLATFORM: (1.0, 4.0)}
_PACES: Final = (0.6, 1.5, 5.0)
"""Some runs are dense, and some leave time to see how long each fault was felt."""
_BURST_S: Final = 0.15


@dataclass(frozen=True, slots=True)
class Line:
    """A customer writes, so long after the beginning."""

    at_s: float
    channel: str
    customer: str
    text: str


@dataclass(frozen=True, slots=True)
class Deed:
    """An agent writes into one of the conversations that are there by then."""

    at_s: float
    agent: str
    kind: str
    """``reply`` or ``note``."""
    pick: float
    """Which of the conversations, from 0 to 1."""
    text: str
    again: bool
    """Ask once more under the same id when it is done."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much happens in a run."""

    people: int = 24
    each: int = 10
    deeds: int = 40
    span_s: float = 26.0
    settle_s: float | None = 180.0
    """How long it may take after the last fault until everything is in its final state; None: for
    ever."""


FULL: Final = Size()
SHORT: Final = Size(people=8, each=5, deeds=9, span_s=9.0, settle_s=60.0)
ON_MONGO: Final = Size(people=24, each=12, deeds=12, span_s=26.0, settle_s=None)
"""The wire server is slow: 300 messages with the deeds, and all the time that they need."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A run: the same seed gives the same one."""

    seed: int
    set_up: str
    size: Size
    lines: tuple[Line, ...]
    deeds: tuple[Deed, ...]
    faults: tuple[Fault, ...]

    @property
    def customers(self) -> dict[str, str]:
        """The channel of each customer."""
        return {line.customer: line.channel for line in self.lines}

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that somebody writes on, in their usual order."""
        used = set(self.customers.values())
        return tuple(channel for channel in CHANNELS if channel in used)


def make_plan(seed: int, set_up: str, size: Size | None = None) -> Plan:
    """The plan of a seed on a set-up; of the usual size unless another one is given."""
    if size is None:
        size = ON_MONGO if set_up == "services-mongo" else FULL
    chance = random.Random(f"{seed}/{set_up}/{size.span_s}")
    lines = tuple(_numbered(_moments(chance, size)))
    deeds = sorted(_deeds(chance, size), key=lambda deed: deed.at_s)
    channels = {line.channel: None for line in lines}
    faults = sorted(_faults(chance, set_up, size, channels), key=lambda fault: fault.at_s)
    return Plan(seed, set_up, size, lines, deeds=tuple(deeds), faults=tuple(faults))


def quiet_plan(seed: int, set_up: str, size: Size = SHORT, faults: Sequence[Fault] = ()) -> Plan:
    """The same traffic with no faults but those that are named."""
    return replace(make_plan(seed, set_up, size), faults=tuple(faults))


def _moments(chance: random.Random, size: Size) -> Iterator[tuple[float, str, str]]:
    """When who writes: people write in bursts, one to three messages at a time."""
    for number, channel in zip(range(size.people), itertools.cycle(CHANNELS), strict=False):
        name = f"{channel}-{number:02d}"
        written = 0
        while written < size.each:
            at_s = chance.uniform(0, size.span_s)
            for _ in range(min(chance.choice((1, 1, 2, 3)), size.each - written)):
                yield at_s, channel, name
                at_s += chance.uniform(0, _BURST_S)
                written += 1


def _numbered(moments: Iterator[tuple[float, str, str]]) -> Iterator[Line]:
    """Everybody's lines, in order, each with a text of its own."""
    said: Counter[str] = Counter()
    for at_s, channel, name in sorted(moments):
        said[name] += 1
        yield Line(at_s, channel, name, f"{name} says {said[name]}")


def _deeds(chance: random.Random, size: Size) -> Iterator[Deed]:
    for number in range(size.deeds):
        yield Deed(
            at_s=chance.uniform(_CALM_S, size.span_s),
            agent=chance.choice(("agent-a", "agent-b")),
            kind=chance.choice(("reply", "note")),
            pick=chance.random(),
            text=f"deed {number}",
            again=chance.random() < 1 / 4,
        )


def _faults(
    chance: random.Random, set_up: str, size: Size, channels: Collection[str]
) -> Iterator[Fault]:
    pace = chance.choice(_PACES)
    own = recipes(set_up)
    for lane in (Lane.PROCESSES, Lane.PATHS):
        yield from _one_by_one(chance, size, lane, pace, [r for r in own if r.lane is lane])
    # Each platform has its own troubles, side by side.
    for every in platform_recipes(channels).values():
        yield from _one_by_one(
            chance, size, Lane.PLATFORM, pace, [r for r in every if _fits(r, size)]
        )


def _fits(recipe: Recipe, size: Size) -> bool:
    """Whether what it leads to ends within the time that the run has."""
    return size.settle_s is None or 2 * recipe.felt_s <= size.settle_s


def _one_by_one(
    chance: random.Random, size: Size, lane: Lane, pace: float, every: Sequence[Recipe]
) -> Iterator[Fault]:
    least_s, most_s = _GAPS_S[lane]
    at_s = _CALM_S + chance.uniform(0, most_s)
    left = _in_turn(chance, every)
    while round(at_s, 2) < size.span_s and left:
        recipe = left.pop(0)
        fault = recipe.fault(chance, at_s)
        if not recipe.once:
            left.insert(chance.randint(len(left) // 2, len(left)), recipe)
        yield fault
        at_s += recipe.takes_s + fault.lasts_s + pace * chance.uniform(least_s, most_s)


def _in_turn(chance: random.Random, every: Sequence[Recipe]) -> list[Recipe]:
    """In any order, one of each sort; but a process is killed first of all."""
    sorts = sorted({recipe.sort for recipe in every if recipe.sort})
    kept = [chance.choice([r for r in every if r.sort == sort]) for sort in sorts]
    kept += [recipe for recipe in every if not recipe.sort]
    mixed = chance.sample(kept, len(kept))
    first = [recipe for recipe in mixed if recipe.kind == "kill" and recipe.targets != BOT][:1]
    return [*first, *(recipe for recipe in mixed if recipe not in first)]
