"""Figures of several runs (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median
from typing import Any, Final

FIGURES: Final = (
    "per_s",
    "closed_p50_ms",
    "closed_p99_ms",
    "paced_p50_ms",
    "paced_p99_ms",
    "screen_p50_ms",
    "screen_p99_ms",
)
"""What a run is judged by."""


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least so many percent of the values do not exceed.

    Raises ``ValueError`` without values.
    """
    if not values:
        raise ValueError("no values")
    rank = max(1, ceil(len(values) * percent / 100))
    return sorted(values)[rank - 1]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure over the runs of a set-up."""

    median: float
    least: float
    most: float


def over_runs(runs: Sequence[Mapping[str, Any]]) -> dict[str, Figure]:
    """Each figure that every run has."""
    found = {}
    for name in FIGURES:
        values = [run[name] for run in runs]
        if values and None not in values:
            found[name] = Figure(median(values), min(values), max(values))
    return found


def by_process(runs: Sequence[Mapping[str, Any]], name: str) -> dict[str, float]:
    """The median over the runs, for each process of the first, of a figure that is by process."""
    return {
        process: median(run[name].get(process, 0.0) for run in runs) for process in runs[0][name]
    }


def ratios(figures: Mapping[str, Figure], baseline: Mapping[str, Figure]) -> dict[str, float]:
    """The medians of a set-up, in those of the baseline."""
    return {
        name: figures[name].median / baseline[name].median
        for name in figures
        if name in baseline and baseline[name].median > 0
    }
