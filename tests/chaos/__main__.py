"""``python -m tests.chaos``: seeded runs with faults, and the summed ledger. ``make chaos``."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from shared import log as logs
from tests.chaos.plan import SET_UPS
from tests.chaos.seeds import Seeds, left_runs, read_state, say, summary, wanted_runs

_USUAL: Final = ("embedded", "services-sqlite")
_FOLDER: Final = Path(".data/chaos")


def main(given: Sequence[str]) -> int:
    """The exit status: 0 when every wanted run is done and clean."""
    asked = _parser().parse_args(given)
    logs.configure("info" if asked.verbose else "error")
    set_ups = asked.set_up or list(_USUAL)
    first = 1 if asked.seed is None else asked.seed
    wanted = wanted_runs(set_ups, first, asked.runs or 1)
    with Seeds(asked.folder) as seeds:
        # A single seed is asked for in order to see it again.
        anew = asked.anew or (asked.seed is not None and asked.runs is None)
        done = [] if anew else read_state(seeds.state)
        for one in left_runs(wanted, done):
            say(f"{one.set_up} seed {one.seed} ...")
            report = seeds.carry_out(one)
            say(f"  {_in_short(report.clean, report.wrong)}, {report.took_s:.0f} s")
            done.append(report)
    names = {(one.set_up, one.seed) for one in wanted}
    latest = {(report.set_up, report.seed): report for report in done}
    reports = [report for name, report in latest.items() if name in names]
    say("\n" + summary(reports, wanted))
    return 0 if all(report.clean for report in reports) else 1


def _in_short(clean: bool, wrong: Sequence[str]) -> str:
    return "clean" if clean else f"UNCLEAN, {len(wrong)} things wrong: {wrong[0]}"


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    made.add_argument("--seed", type=int, help="the first seed; alone: this one, once more")
    made.add_argument(
        "--runs", type=int, help="so many seeds; those that are done are not repeated"
    )
    made.add_argument("--set-up", action="append", choices=SET_UPS, help=f"default: {_USUAL}")
    made.add_argument(
        "--folder", type=Path, default=_FOLDER, help="state, and what unclean runs left"
    )
    made.add_argument("--anew", action="store_true", help="do not go on: begin with the first seed")
    made.add_argument("--verbose", action="store_true", help="say what happens")
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
