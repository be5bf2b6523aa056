"""All crash points of a set-up, one after another, and what came of them."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.chaos.crash_points.choice import first_kills, on_the_way_back
from tests.chaos.crash_points.conductor import Conductor
from tests.chaos.crash_points.hub import PointedHub, embedded_hub, services_hub
from tests.chaos.crash_points.points import STAGES, stage_of
from tests.chaos.crash_points.stories import STORIES
from tests.chaos.crash_points.trial import Outcome, Spot, Trial
from tests.support.fork_server import ForkServer

Start = Callable[[Conductor], AbstractAsyncContextManager[PointedHub]]


def start_of(forks: ForkServer, folder: Path, bus_url: str | None = None) -> Start:
    """How the hub is started: in one process, or as services on that broker."""
    if bus_url is None:
        return partial(_embedded, forks, folder)
    return partial(_services, forks, folder, bus_url)


def _embedded(
    forks: ForkServer, folder: Path, conductor: Conductor
) -> AbstractAsyncContextManager[PointedHub]:
    return embedded_hub(forks, conductor, folder)


def _services(
    forks: ForkServer, folder: Path, bus_url: str, conductor: Conductor
) -> AbstractAsyncContextManager[PointedHub]:
    return services_hub(forks, conductor, folder, bus_url)


@dataclass
class Result:
    """What became of all of them."""

    outcomes: list[Outcome] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """Words for everything that is not as it must be."""

    @property
    def not_reached(self) -> list[Spot]:
        """Points that the story went round this time, as batches and repeats fell."""
        return [outcome.spot for outcome in self.outcomes if not outcome.reached]

    def kills(self) -> dict[str, int]:
        """How often the hub was killed, by stage."""
        reached = [outcome.spot for outcome in self.outcomes if outcome.reached]
        return {stage: Counter(stage_of(s.point) for s in reached)[stage] for stage in STAGES}


async def record(trial: Trial) -> list[Spot]:
    """The points of all stories."""
    for name in STORIES:
        await trial.record(name)  # channels come alive, libraries load: that is no part of a story
    return [spot for name in STORIES for spot in await trial.record(name)]


async def record_ways_back(trial: Trial, spots: Sequence[Spot]) -> list[Spot]:
    """The points at which a hub can be killed that was killed before."""
    ways = [await trial.record_way_back(spot) for spot in first_kills(spots)]
    return [spot for way in ways for spot in on_the_way_back(way)]


async def try_out(
    trial: Trial, spots: Sequence[Spot], tell: Callable[[Outcome], None] | None = None
) -> Result:
    """Kill at each of them, and compare."""
    result = Result()
    for spot in spots:
        outcome = await trial.try_out(spot)
        result.outcomes.append(outcome)
        result.wrong += [f"{spot}: {line}" for line in outcome.wrong]
        if tell is not None:
            tell(outcome)
    result.wrong += await trial.compare()
    return result
