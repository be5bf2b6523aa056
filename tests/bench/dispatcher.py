"""What is promised of the dispatcher's work, measured by itself: each in a process of its own.

``python -m tests.bench.dispatcher NAME`` measures one of them and writes its figure.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from shared import log as logs
from tests.bench.dispatching import AGENTS_, WAITING, measure_assignment
from tests.bench.reporting import CONVERSATIONS, measure_report
from tests.bench.ruling import RULES_MEASURED, measure_rules
from tests.bench.targets import Judgement, Target

SET_UP: Final = "dispatcher"
TARGETS: Final = (
    Target(
        SET_UP, "decision_ms", relative=False, floor=2,
        says=f"median decision, {AGENTS_} agents, {WAITING} waiting, ms",
    ),
    Target(
        SET_UP, "report_ms", relative=False, floor=100,
        says=f"a year's report on {CONVERSATIONS} conversations, slowest, ms",
    ),
    Target(
        SET_UP, "rules", floor=0.7, more_is_better=True,
        says=f"items per second with {RULES_MEASURED} rules / without",
    ),
)  # fmt: skip


async def _decision_ms() -> float:
    return (await measure_assignment()).decision_median_ms


async def _report_ms() -> float:
    return max((await measure_report()).values())


MEASURES: Final[Mapping[str, Callable[[], Awaitable[float]]]] = MappingProxyType(
    {"decision_ms": _decision_ms, "report_ms": _report_ms, "rules": measure_rules}
)
"""By the names of the figures."""


async def measured_dispatcher(say: Callable[[str], None]) -> dict[str, float]:
    """Every figure, by name; ``say`` is told how it goes. Raises ``RuntimeError`` when one cannot
    be measured."""
    found = {}
    for name in MEASURES:
        found[name] = await _in_its_own_process(name)
        say(f"{SET_UP}, {name}: {found[name]:.2f}")
    return found


def judgements(figures: Mapping[str, float]) -> Sequence[Judgement]:
    """Every target whose figure was measured."""
    return [
        Judgement(target, figures[target.figure], target.outcome(figures[target.figure]))
        for target in TARGETS
        if target.figure in figures
    ]


async def _in_its_own_process(name: str) -> float:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __spec__.name, name, cwd=Path.cwd(), stdout=asyncio.subprocess.PIPE
    )
    written, _ = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"{name} could not be measured")
    return float(written)


async def _main(name: str) -> None:
    logs.configure("warning")
    sys.stdout.write(f"{await MEASURES[name]()}\n")


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
