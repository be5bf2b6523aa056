"""``python -m tests.bench``: what ``make bench`` runs. ``--help`` tells the options.

Exit status 0: every floor is met, or too little was asked for to be judged; 1: a floor is missed;
2: the run is void.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tests.bench import dispatcher, machine
from tests.bench.comparison import compared
from tests.bench.dispatcher import measured_dispatcher
from tests.bench.intake.measured import Measured
from tests.bench.intake.rounds import Load, measured_intake
from tests.bench.measuring import Plan, Run
from tests.bench.profiling.stacks import as_text, profile
from tests.bench.results import COMMITTED, Results, committed
from tests.bench.rounds import BESIDE, SET_UPS, node_for, run_once
from tests.bench.table import table

RUNS: Final = 5
INTAKE: Final = "intake"
DISPATCHER: Final = dispatcher.SET_UP
EVERY: Final = (*SET_UPS, INTAKE, DISPATCHER)
"""What can be measured: each set-up as a whole, the intake and the dispatcher's work by itself."""
WORK: Final = machine.ROOT / ".data" / "bench"
_FLOOR_MISSED, _VOID = 1, 2


def main(given: Sequence[str]) -> int:
    """Run what was asked for; the exit status."""
    parser = _options()
    options = parser.parse_args(given)
    names = options.only or list(EVERY)
    if options.save and not BESIDE.keys().isdisjoint(names):
        parser.error(f"--save: {', '.join(BESIDE)} is not kept")
    plan = _plan(options)
    WORK.mkdir(parents=True, exist_ok=True)
    if options.profile:
        asyncio.run(_profile(options.profile, plan))
        return 0
    results = asyncio.run(_rounds(names, plan, options.runs))
    latest = WORK / "results.json"
    latest.write_text(results.as_json(), encoding="utf-8")
    _say(f"\n{table(results)}\n\n{compared(committed(), results)}\n\nAll figures: {latest}")
    if options.save:
        COMMITTED.write_text(_to_save(results).as_json(), encoding="utf-8")
        _say(f"Saved to {COMMITTED}")
    if results.void_because:
        return _VOID
    return _FLOOR_MISSED if _missed(results) else 0


def _missed(results: Results) -> bool:
    """Whether a floor is missed by what ran as often and as long as is asked."""
    counted = results.judgements if results.full else []
    if results.intake.full:
        counted = [*counted, *results.intake.judgements]
    counted = [*counted, *dispatcher.judgements(results.dispatcher)]
    return any(one.outcome == "FLOOR MISSED" for one in counted)


def _to_save(results: Results) -> Results:
    """What the file is to hold: of parts alone only their own figures are new."""
    before = committed()
    if results.runs or before is None:
        return results
    return replace(
        before,
        intake=results.intake if results.intake.rounds else before.intake,
        dispatcher=results.dispatcher or before.dispatcher,
    )


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--only",
        action="append",
        choices=(*EVERY, *BESIDE),
        help="this part alone; may be repeated",
    )
    parser.add_argument("--runs", type=int, default=RUNS, help=f"of each set-up, {RUNS}")
    parser.add_argument("--seconds", type=float, help="of the closed loop")
    parser.add_argument("--messages", type=int, help="the closed loop ends with that many")
    parser.add_argument("--paced", type=float, help="seconds of the paced phase, 0 for none")
    parser.add_argument(
        "--profile", choices=(*SET_UPS, *BESIDE), help="where a set-up spends its time"
    )
    parser.add_argument("--save", action="store_true", help=f"write {COMMITTED.name} to commit it")
    return parser


def _plan(options: argparse.Namespace) -> Plan:
    plan = Plan()
    if options.messages is not None:
        plan = replace(plan, closed_messages=options.messages, closed_s=120.0)
    if options.seconds is not None:
        plan = replace(plan, closed_s=options.seconds)
    return plan if options.paced is None else replace(plan, paced_s=options.paced)


async def _rounds(names: Sequence[str], plan: Plan, runs: int) -> Results:
    """All set-ups in turns, so that what disturbs the machine disturbs all of them."""
    about: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": machine.commit(),
        "machine": machine.machine(),
        "versions": machine.versions(),
    }
    folder = WORK / f"{time.time():.0f}"
    set_ups = [name for name in names if name in SET_UPS | BESIDE]
    found: dict[str, list[Run]] = {name: [] for name in set_ups}
    intake = Measured()
    async with node_for(names, folder) as node:
        for number in range(runs):
            for name in set_ups:
                run = await run_once(name, plan, folder / f"{name}-{number}", node)
                found[name].append(run)
                _say(f"{number + 1}/{runs} {name}: {_line(run)}")
        if INTAKE in names and node is not None:
            load = Load(rounds=min(runs, Load().rounds))
            measured = await measured_intake(folder, node, load, _say)
            intake = replace(measured, about=about, full=load == Load())
    figures = await measured_dispatcher(_say) if DISPATCHER in names else {}
    if folder.exists():
        folder.rmdir()
    full = runs >= RUNS and plan == Plan() and set(names) == set(EVERY)
    every = {name: [_kept(run) for run in of] for name, of in found.items()}
    return Results(
        runs=every, plan=asdict(plan), full=full, intake=intake, dispatcher=figures, **about
    )


def _kept(run: Run) -> dict[str, Any]:
    """What the file keeps of a run."""
    return {name: value for name, value in asdict(run).items() if name != "pids"}


def _line(run: Run) -> str:
    cpu = sum(value for name, value in run.cpu_ms.items() if name != "driver")
    words = [f"{run.per_s:.0f}/s, {cpu:.2f} ms of processor each"]
    if run.paced_p50_ms is not None and run.paced_p99_ms is not None:
        words.append(f"paced {run.paced_p50_ms:.1f} ms, p99 {run.paced_p99_ms:.1f} ms")
    return ", ".join([*words, *run.problems])


async def _profile(name: str, plan: Plan) -> None:
    """One run with profilers in the processes; what they saw is told and kept in files."""
    folder, profiles = WORK / f"{time.time():.0f}", WORK / "profiles"
    profiles.mkdir(parents=True, exist_ok=True)
    for old in profiles.glob("*.folded"):
        old.unlink()
    async with node_for([name], folder) as node:
        run = await run_once(name, replace(plan, paced_s=0), folder / name, node, profiles)
    folder.rmdir()
    _say(f"{name}: {_line(run)}")
    for path in sorted(profiles.glob("*.folded")):
        lines = path.read_text(encoding="utf-8").splitlines()
        process = next((n for n, pid in run.pids.items() if str(pid) == path.stem), path.stem)
        named = path.rename(Path(profiles / f"{process}.folded"))
        _say(f"\n{as_text(process, profile(lines, str(machine.ROOT)))}\n\nstacks: {named}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
