"""What changed since other results (pure): ratios of ratios, so that the machine falls out."""

from dataclasses import dataclass
from typing import Final

from tests.bench.results import Results
from tests.bench.table import lines_of

NOISE: Final = 0.05
"""Changes below are those of one run to the next."""
_NAMES: Final = {
    "per_s": "messages per second",
    "paced_p50_ms": "median at 50 per second",
    "paced_p99_ms": "p99 at 50 per second",
}


@dataclass(frozen=True, slots=True)
class Change:
    """A ratio to the baseline, then and now."""

    set_up: str
    figure: str
    before: float
    now: float

    @property
    def times(self) -> float:
        """The ratio of the ratios."""
        return self.now / self.before

    @property
    def words(self) -> str:
        """What it means."""
        if abs(self.times - 1) < NOISE:
            return "the same"
        better = (self.times > 1) == (self.figure == "per_s")
        return "better" if better else "worse"


def changes(before: Results, now: Results) -> list[Change]:
    """Of each ratio that both have."""
    then = before.ratios
    return [
        Change(set_up, figure, then[set_up][figure], value)
        for set_up, of in now.ratios.items()
        for figure, value in of.items()
        if figure in _NAMES and then.get(set_up, {}).get(figure)
    ]


def compared(before: Results | None, now: Results) -> str:
    """The changes to read."""
    if before is None:
        return "Nothing to compare with: no results have been committed."
    found = changes(before, now)
    if not found:
        return "Nothing to compare: both need the baseline and a set-up."
    rows = [["", "", "then / bare", "now / bare", "times", ""]]
    rows += [
        [
            change.set_up, _NAMES[change.figure], f"{change.before:.2f}", f"{change.now:.2f}",
            f"x{change.times:.2f}", change.words,
        ]
        for change in found
    ]  # fmt: skip
    said = [f"Against the committed results of {before.at}, commit {before.commit}:"]
    if before.machine.get("processor") != now.machine.get("processor"):
        said.append(f"(they were made on {before.machine.get('processor')})")
    return "\n".join([*said, *lines_of(rows)])
