"""The results to read (pure)."""

from collections.abc import Mapping, Sequence
from typing import Final

from tests.bench.figures import Figure
from tests.bench.results import Results

_ROWS: Final = (
    ("per_s", "messages per second, closed loop", 0),
    ("closed_p50_ms", "  median webhook to reply, ms", 1),
    ("closed_p99_ms", "  p99, ms", 1),
    ("paced_p50_ms", "at 50 per second: median to reply, ms", 1),
    ("paced_p99_ms", "  p99, ms", 1),
    ("screen_p50_ms", "  median to the agent's screen, ms", 1),
    ("screen_p99_ms", "  p99, ms", 1),
)


def lines_of(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns, the first to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            [row[0].ljust(widths[0])]
            + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        ).rstrip()
        for row in rows
    ]


def table(results: Results) -> str:
    """Everything that was measured, and how the targets are met."""
    parts = [_head(results)]
    if results.runs:
        parts += [*lines_of(_figures(results)), ""]
        says = "processor time per message of the closed loop, ms; memory, MB"
        parts += [says, *_usage(results), ""]
    if results.intake.rounds:
        parts += [*lines_of(results.intake.rows()), ""]
    judgements = results.judgements
    if judgements:
        parts += [*lines_of(_targets(results)), ""]
    if results.runs and not results.full:
        parts.append("Fewer or shorter runs than the targets ask for: not to be judged by.")
    if results.void_because:
        parts += ["THE RUN IS VOID:", *(f"  {words}" for words in results.void_because)]
    return "\n".join(parts).rstrip()


def _head(results: Results) -> str:
    machine = results.machine
    return (
        f"{results.at}, commit {results.commit}, {machine.get('processors')} processors"
        f" ({machine.get('processor')}), load before {machine.get('load_before')}\n"
        f"{_of_how_many(results)}\n"
    )


def _of_how_many(results: Results) -> str:
    if not (results.runs or results.intake.rounds):
        return "the dispatcher's work alone"
    if not results.runs:
        return f"medians of {len(results.intake.rounds)} rounds"
    return f"medians of {max(map(len, results.runs.values()))} runs, least to most in brackets"


def _figures(results: Results) -> list[list[str]]:
    figures, ratios = results.figures, results.ratios
    rows = [["", *figures, *(f"{name} / bare" for name in ratios)]]
    for name, says, digits in _ROWS:
        if any(name in of for of in figures.values()):
            cells = [_cell(of.get(name), digits) for of in figures.values()]
            compared = [f"{of[name]:.2f}" if name in of else "" for of in ratios.values()]
            rows.append([says, *cells, *compared])
    return rows


def _cell(figure: Figure | None, digits: int) -> str:
    if figure is None:
        return ""
    if figure.least == figure.most:
        return f"{figure.median:.{digits}f}"
    return f"{figure.median:.{digits}f} [{figure.least:.{digits}f}-{figure.most:.{digits}f}]"


def _usage(results: Results) -> list[str]:
    found = []
    for name in results.runs:
        cpu, rss = results.cpu_ms(name), results.rss_mb(name)
        hub = {process: value for process, value in cpu.items() if process != "driver"}
        by_process = ", ".join(f"{process} {_of(process, cpu, rss)}" for process in cpu)
        found.append(f"  {name}: {sum(hub.values()):.2f} ms; {by_process}")
    return found


def _of(process: str, cpu: Mapping[str, float], rss: Mapping[str, float]) -> str:
    return f"{cpu[process]:.2f} ms {rss[process]:.0f} MB"


def _targets(results: Results) -> list[list[str]]:
    rows = [["target", "", "reached", "floor", "goal", ""]]
    for one in results.judgements:
        goal = "" if one.target.goal is None else f"{one.target.goal:g}"
        value = f"{one.value:.2f}" if one.target.relative else f"{one.value:.1f}"
        rows.append(
            [one.target.set_up, one.target.says, value, f"{one.target.floor:g}", goal, one.outcome]
        )
    return rows
