"""The faults that a run can meet: what they are, where they strike, for how long. Pure."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from tests.chaos.channel import CHANNELS

LEASE_S: Final = 2.0
"""Of the hubs under test, so that a stopped process can outlive its leases several times a run."""
STORE_TIMEOUT_S: Final = 5.0


class Lane(Enum):
    """Faults of one lane come one after another; the lanes go side by side."""

    PROCESSES = "processes"
    PATHS = "paths"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something goes wrong, so long after the beginning."""

    kind: str
    target: str
    """A process, a link, a store file or a channel."""
    at_s: float
    lasts_s: float = 0.0
    times: int = 0
    """Of faults of a platform: how many calls or updates."""
    lane: Lane = Lane.PROCESSES

    @property
    def disturbs(self) -> bool:
        """Whether messages of customers can be late by it."""
        if self.lane is Lane.PLATFORM:
            return self.kind.startswith("poll_") and CHANNELS[self.target].prompt
        return self.target != "bot"


@dataclass(frozen=True, slots=True)
class Recipe:
    """A kind of fault, with its targets and its measure."""

    lane: Lane
    kind: str
    targets: Sequence[str]
    lasts_s: tuple[float, float] = (0.0, 0.0)
    times: tuple[int, int] = (0, 0)
    takes_s: float = 0.0
    """What else it takes until the next one may come, such as the start of a process."""
    once: bool = False
    """At most once in a run."""
    sort: str = ""
    """Of recipes with the same word here a run has one, by chance."""
    felt_s: float = 0.0
    """So long the hub leaves the platform alone afterwards."""

    def fault(self, chance: random.Random, at_s: float) -> Fault:
        """One of this kind."""
        return Fault(
            kind=self.kind,
            target=chance.choice(self.targets),
            at_s=round(at_s, 2),
            lasts_s=round(chance.uniform(*self.lasts_s), 2),
            times=chance.randint(*self.times),
            lane=self.lane,
        )


PROCESSES: Final = {
    "embedded": ("hub",),
    "services-sqlite": (
        "router-1", "router-2", "inbox-1", "inbox-2", "connectors-1", "connectors-2",
    ),
    "services-mongo": ("router-1", "router-2", "inbox-1", "connectors-1"),
}  # fmt: skip
"""On the wire server as few as there can be with two workers: every one of them burdens it."""
BOT: Final = ("bot",)
BROKER: Final = ("broker",)
REFUSING: Final = frozenset({"400", "status_131000"})
"""A message is refused for good."""


def links(set_up: str) -> tuple[str, ...]:
    """Every path between two parts that can be held up or cut, ``<one>=<other>``."""
    processes = PROCESSES[set_up]
    if set_up == "embedded":
        return ("customers=hub", "hub=platform")
    fronted = [name for name in processes if not name.startswith("router-")]
    return (
        "connectors=platform",
        *(f"front={name}" for name in fronted),
        *(f"{name}=broker" for name in processes),
        *(f"{name}=mongo" for name in processes if set_up == "services-mongo"),
    )


def recipes(set_up: str) -> tuple[Recipe, ...]:
    """What can go wrong with a set-up itself."""
    return (*_processes(set_up), *_paths(set_up))


def _processes(set_up: str) -> tuple[Recipe, ...]:
    lane, every = Lane.PROCESSES, PROCESSES[set_up]
    starts_s = 4.0
    own = (
        Recipe(lane, "kill", every, lasts_s=(0, 1.5), takes_s=starts_s),
        Recipe(lane, "kill", every, lasts_s=(0, 0.3), takes_s=starts_s),
        Recipe(lane, "kill", every, lasts_s=(0, 0.1), takes_s=starts_s),
        Recipe(lane, "stop", every, lasts_s=(LEASE_S + 0.5, 2 * LEASE_S)),
        Recipe(lane, "stutter", every, lasts_s=(1, 3)),
        Recipe(lane, "kill", BOT, lasts_s=(0, 1)),
    )
    if set_up == "embedded":
        return own
    broker = (
        Recipe(lane, "restart", BROKER, takes_s=8, once=True, sort="broker"),
        Recipe(lane, "kill", BROKER, takes_s=8, once=True, sort="broker"),
        Recipe(lane, "stop", BROKER, lasts_s=(1, 7), once=True, sort="broker"),
    )
    return (*own, *broker)


def _paths(set_up: str) -> tuple[Recipe, ...]:
    lane, every = Lane.PATHS, links(set_up)
    found = [
        Recipe(lane, "cut", every),
        Recipe(lane, "half_open", every, lasts_s=(1, 4)),
        Recipe(lane, "held_up", every, lasts_s=(0.5, 3)),
        Recipe(lane, "slow", every, lasts_s=(1, 4)),
    ]
    if set_up != "services-mongo":
        found.append(Recipe(lane, "disk_full", PROCESSES[set_up], lasts_s=(0.5, 3)))
    if set_up == "services-sqlite":
        short, long = (0.5, 2.0), (STORE_TIMEOUT_S, STORE_TIMEOUT_S + 2)
        found.append(Recipe(lane, "locked", ("store",), lasts_s=short))
        found.append(Recipe(lane, "locked", ("store",), lasts_s=long, once=True))
    return tuple(found)
