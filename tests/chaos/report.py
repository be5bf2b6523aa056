"""What came of a run, and the sum over several. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any, Self


@dataclass(slots=True)
class Report:
    """One run. ``wrong`` is empty when it is clean."""

    seed: int
    set_up: str
    wrong: list[str] = field(default_factory=list)
    accepted: int = 0
    stored: int = 0
    shown: int = 0
    quarantined: int = 0
    notes: int = 0
    replies: dict[str, int] = field(default_factory=dict)
    """By platform kind and final state, such as ``telegram sent``."""
    faults: dict[str, int] = field(default_factory=dict)
    recovery_s: dict[str, list[float]] = field(default_factory=dict)
    """By kind of fault."""
    starts: int = 0
    """Of all processes."""
    ended_hard: int = 0
    """Of them: that were not quick enough to close everything when told to end."""
    connections: int = 0
    """Of the agent's screen."""
    settled_s: float = 0.0
    """From the end of the last fault until everything was in its final state."""
    took_s: float = 0.0

    @property
    def clean(self) -> bool:
        """Nothing is wrong."""
        return not self.wrong

    def to_json(self) -> dict[str, Any]:
        """As it stands in the state file."""
        return asdict(self)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Back from there."""
        return cls(**values)


def summed(reports: Sequence[Report]) -> Report:
    """All of them as one."""
    total = Report(seed=0, set_up="/".join(sorted({report.set_up for report in reports})))
    replies, faults = Counter[str](), Counter[str]()
    for report in reports:
        total.wrong += report.wrong
        total.accepted += report.accepted
        total.stored += report.stored
        total.shown += report.shown
        total.quarantined += report.quarantined
        total.notes += report.notes
        total.starts += report.starts
        total.ended_hard += report.ended_hard
        total.connections += report.connections
        total.settled_s = max(total.settled_s, report.settled_s)
        total.took_s += report.took_s
        replies.update(report.replies)
        faults.update(report.faults)
        for kind, times in report.recovery_s.items():
            total.recovery_s.setdefault(kind, []).extend(times)
    total.replies, total.faults = dict(replies), dict(faults)
    return total


def table(reports: Sequence[Report]) -> str:
    """The summed ledger of each set-up, for people."""
    set_ups = list(dict.fromkeys(report.set_up for report in reports))
    sums = {name: summed([r for r in reports if r.set_up == name]) for name in set_ups}
    rows = [["", *set_ups]]
    rows += [[name, *map(str, values)] for name, values in _rows(reports, sums)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            [
                row[0].ljust(widths[0]),
                *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True)),
            ]
        ).rstrip()
        for row in rows
    )


def _rows(
    reports: Sequence[Report], sums: Mapping[str, Report]
) -> Iterator[tuple[str, list[object]]]:
    def row(name: str, value: Any) -> tuple[str, list[object]]:
        return name, [value(total) for total in sums.values()]

    yield "runs", [sum(r.set_up == name for r in reports) for name in sums]
    yield (
        "unclean runs",
        [sum(r.set_up == name and not r.clean for r in reports) for name in sums],
    )
    yield row("accepted", lambda t: t.accepted)
    yield row("  stored", lambda t: t.stored)
    yield row("  in quarantine", lambda t: t.quarantined)
    yield row("  shown live", lambda t: t.shown)
    yield row("notes", lambda t: t.notes)
    for state in sorted({state for total in sums.values() for state in total.replies}):
        yield row(f"replies {state}", lambda t, s=state: t.replies.get(s, 0))
    yield row("starts of processes", lambda t: t.starts)
    yield row("  ended hard", lambda t: t.ended_hard)
    yield row("longest drain, s", lambda t: f"{t.settled_s:.1f}")
    for kind in sorted({kind for total in sums.values() for kind in total.faults}):
        yield row(f"fault {kind}", lambda t, k=kind: _fault(t, k))


def _fault(total: Report, kind: str) -> str:
    """How often, and the recovery after it: median / maximum."""
    times = total.recovery_s.get(kind, [])
    count = total.faults.get(kind, 0)
    return f"{count}  {median(times):4.1f} /{max(times):5.1f} s" if times else str(count)
