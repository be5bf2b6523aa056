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
    "taken_whatsapp": "intake of WhatsApp",
    "taken_whatsapp_100": "intake of WhatsApp, by hundreds",
    "taken_telegram": "intake of Telegram",
    "taken_vk": "intake of VK",
}
_TAKEN: Final = {
    "whatsapp": "taken_whatsapp",
    "whatsapp_100": "taken_whatsapp_100",
    "telegram": "taken_telegram",
    "vk": "taken_vk",
}
"""The figures of the intake, by kind of webhook."""
_MORE_IS_BETTER: Final = frozenset({"per_s", *_TAKEN.values()})


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
        better = (self.times > 1) == (self.figure in _MORE_IS_BETTER)
        return "better" if better else "worse"


def changes(before: Results, now: Results) -> list[Change]:
    """Of each ratio that both have."""
    then = before.ratios
    found = [
        Change(set_up, figure, then[set_up][figure], value)
        for set_up, of in now.ratios.items()
        for figure, value in of.items()
        if figure in _NAMES and then.get(set_up, {}).get(figure)
    ]
    taken = before.intake.ratios
    return found + [
        Change(set_up, _TAKEN[kind], taken[set_up][kind], value)
        for set_up, of in now.intake.ratios.items()
        for kind, value in of.items()
        if taken.get(set_up, {}).get(kind)
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
