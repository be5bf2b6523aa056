"""What a run of the bench came to, as JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.bench import dispatcher
from tests.bench.figures import Figure, by_process, over_runs, ratios
from tests.bench.intake.measured import Measured
from tests.bench.machine import ROOT, git
from tests.bench.targets import BASELINE, Judgement, judged, void_because

COMMITTED: Final = ROOT / "tests" / "bench" / "results.json"


@dataclass(frozen=True, slots=True)
class Results:
    """All runs of all set-ups, by name, and where and how they were made."""

    runs: Mapping[str, Sequence[Mapping[str, Any]]]
    plan: Mapping[str, Any]
    at: str = ""
    commit: str = ""
    machine: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    full: bool = True
    """Everything ran, as often and as long as the targets ask."""
    intake: Measured = field(default_factory=Measured)
    dispatcher: Mapping[str, float] = field(default_factory=dict)
    """What was measured of the dispatcher's work, by the names of its targets."""

    @property
    def figures(self) -> dict[str, dict[str, Figure]]:
        """By set-up and name."""
        return {name: over_runs(runs) for name, runs in self.runs.items() if runs}

    @property
    def ratios(self) -> dict[str, dict[str, float]]:
        """By set-up and name, in the baseline's."""
        figures = self.figures
        baseline = figures.get(BASELINE)
        if baseline is None:
            return {}
        return {name: ratios(of, baseline) for name, of in figures.items() if name != BASELINE}

    def cpu_ms(self, set_up: str) -> dict[str, float]:
        """Processor time per message of the closed loop, by process."""
        return by_process(self.runs[set_up], "cpu_ms")

    def rss_mb(self, set_up: str) -> dict[str, float]:
        """Memory by process."""
        return by_process(self.runs[set_up], "rss_mb")

    @property
    def judgements(self) -> list[Judgement]:
        """How each target is met."""
        return [
            *judged(self.figures, self.ratios),
            *self.intake.judgements,
            *dispatcher.judgements(self.dispatcher),
        ]

    @property
    def void_because(self) -> list[str]:
        """Why nothing can be concluded; empty when something can."""
        problems = {
            name: [words for run in runs for words in run["problems"]]
            for name, runs in self.runs.items()
        }
        return [*void_because(self.figures, problems), *self.intake.void_because]

    def as_json(self) -> str:
        """All of it, and what follows from it for those who read the file."""
        document = asdict(self) | {
            "valid": not self.void_because,
            "void_because": self.void_because,
            "medians": {
                name: {figure: found.median for figure, found in of.items()}
                for name, of in self.figures.items()
            },
            "ratios": self.ratios,
            "intake_ratios": self.intake.ratios,
            "intake_request_ratios": self.intake.request_ratios,
            "targets": [
                {
                    "set_up": one.target.set_up,
                    "what": one.target.says,
                    "value": one.value,
                    "floor": one.target.floor,
                    "goal": one.target.goal,
                    "outcome": one.outcome,
                }
                for one in self.judgements
            ],
        }
        return json.dumps(_rounded(document), indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def read(cls, text: str) -> "Results":
        """From such JSON. Raises ``ValueError``, ``KeyError``."""
        document = json.loads(text)
        names = cls.__dataclass_fields__.keys() - {"intake", "dispatcher"}
        intake = Measured.read(document.get("intake", {}))
        figures = document.get("dispatcher", {})
        return cls(**{name: document[name] for name in names}, intake=intake, dispatcher=figures)


def committed(path: Path = COMMITTED) -> Results | None:
    """The results of the last commit, or those in the file where git does not tell."""
    text = git("show", f"HEAD:{path.relative_to(ROOT).as_posix()}")
    if not text and path.exists():
        text = path.read_text(encoding="utf-8")
    try:
        return Results.read(text) if text else None
    except (ValueError, KeyError, TypeError):
        return None  # of an older form: nothing to compare with


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value
