"""What the hub is to reach, and whether it does (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from tests.bench.figures import Figure

BASELINE: Final = "bare"
VOID_BELOW_PER_S: Final = 200.0
"""A baseline that is slower says more of the machine than of the hub."""

Outcome = Literal["goal met", "floor met", "FLOOR MISSED"]


@dataclass(frozen=True, slots=True)
class Target:
    """One bound: of a ratio to the baseline, or of a figure as it is."""

    set_up: str
    figure: str
    says: str
    floor: float
    goal: float | None = None
    relative: bool = True
    more_is_better: bool = False

    def outcome(self, value: float) -> Outcome:
        """How a value stands to it."""
        if not self._reaches(value, self.floor):
            return "FLOOR MISSED"
        if self.goal is not None and not self._reaches(value, self.goal):
            return "floor met"
        return "goal met"

    def _reaches(self, value: float, bound: float) -> bool:
        return value >= bound if self.more_is_better else value <= bound


def _of(set_up: str, throughput: tuple[float, float], paced: tuple[float, float]) -> list[Target]:
    return [
        Target(set_up, "per_s", "messages per second / bare", *throughput, more_is_better=True),
        Target(set_up, "paced_p50_ms", "median at 50 per second / bare", *paced),
        Target(set_up, "paced_p99_ms", "p99 at 50 per second, ms", 60, relative=False),
        Target(set_up, "screen_p99_ms", "p99 until the agent sees it, ms", 100, relative=False),
    ]


TARGETS: Final = (
    *_of("embedded", (1.2, 2.0), (1.0, 0.6)),
    *_of("services", (0.7, 1.2), (1.5, 1.0)),
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A target and what was reached."""

    target: Target
    value: float
    outcome: Outcome


def judged(
    figures: Mapping[str, Mapping[str, Figure]], ratios: Mapping[str, Mapping[str, float]]
) -> list[Judgement]:
    """Every target whose figure was measured."""
    found = []
    for target in TARGETS:
        if target.relative:
            value = ratios.get(target.set_up, {}).get(target.figure)
        else:
            figure = figures.get(target.set_up, {}).get(target.figure)
            value = figure.median if figure else None
        if value is not None:
            found.append(Judgement(target, value, target.outcome(value)))
    return found


def void_because(
    figures: Mapping[str, Mapping[str, Figure]], problems: Mapping[str, list[str]]
) -> list[str]:
    """Why nothing can be concluded; empty when something can."""
    found = [f"{set_up}: {words}" for set_up, said in problems.items() for words in said]
    reached = figures.get(BASELINE, {}).get("per_s")
    if reached is not None and reached.median < VOID_BELOW_PER_S:
        found.append(
            f"{BASELINE} reached {reached.median:.0f} messages per second,"
            f" less than {VOID_BELOW_PER_S:.0f}"
        )
    return found
