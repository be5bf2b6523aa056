"""Many runs, one after another, each kept in a state file so that an interruption loses one run."""

import asyncio
import json
import shutil
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hub.services.broker import Broker
from tests.chaos.plan import Plan, make_plan
from tests.chaos.report import Report, table
from tests.chaos.run import run
from tests.support.mongo_server import MongoServer

STATE: Final = "runs.jsonl"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One run that is asked for."""

    set_up: str
    seed: int

    def again(self) -> str:
        """The command that repeats it."""
        return f"make chaos SEED={self.seed} SET_UP={self.set_up}"


def wanted_runs(set_ups: Sequence[str], first: int, runs: int) -> list[Wanted]:
    """Every seed on every set-up; a set-up at a time, for its servers take long to start."""
    return [Wanted(set_up, first + n) for set_up in set_ups for n in range(runs)]


def left_runs(wanted: Sequence[Wanted], done: Sequence[Report]) -> list[Wanted]:
    """Those that are not done yet; an unclean one is done as well."""
    there = {(report.set_up, report.seed) for report in done}
    return [one for one in wanted if (one.set_up, one.seed) not in there]


def read_state(file: Path) -> list[Report]:
    """The runs that are done; a line that was cut off is none."""
    return list(_lines(file))


def _lines(file: Path) -> Iterator[Report]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            yield Report.of(json.loads(line)["report"])
        except (ValueError, KeyError, TypeError):
            continue


def write_state(file: Path, report: Report, **more: str) -> None:
    """Add a line; it is on the disk when this returns."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as lines:
        line = json.dumps({**more, "report": report.to_json()}, ensure_ascii=False)
        lines.write(line + "\n")


class Seeds:
    """Carries out what is wanted, on servers that it starts when the first run needs them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.state = folder / STATE
        self._servers = ExitStack()
        self._broker: Broker | None = None
        self._mongo: MongoServer | None = None

    def __enter__(self) -> "Seeds":
        return self

    def __exit__(self, *_: object) -> None:
        self._servers.close()

    def carry_out(self, one: Wanted) -> Report:
        """One run. Its folder stays when it was unclean."""
        folder = self._folder.absolute() / f"{one.set_up}-{one.seed}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        plan = make_plan(one.seed, one.set_up)
        try:
            report = asyncio.run(self._run(plan, folder))
        except Exception:  # noqa: BLE001 - a run that breaks is unclean, and the others go on
            broken = traceback.format_exc()
            (folder / "broken.txt").write_text(broken, encoding="utf-8")
            last = broken.strip().splitlines()[-1]
            report = Report(one.seed, one.set_up, wrong=[f"broken: {last}"])
        if report.clean:
            shutil.rmtree(folder, ignore_errors=True)
            write_state(self.state, report)
        else:
            write_state(self.state, report, again=one.again(), folder=str(folder))
        return report

    async def _run(self, plan: Plan, folder: Path) -> Report:
        broker = mongo = None
        if plan.set_up != "embedded":
            broker = await asyncio.to_thread(self._started_broker)
        if plan.set_up == "services-mongo":
            mongo = await asyncio.to_thread(self._started_mongo)
        return await run(plan, folder, broker=broker, mongo=mongo)

    def _started_broker(self) -> Broker:
        if self._broker is None:
            self._broker = Broker.start(self._folder.absolute() / "broker")
            self._servers.callback(self._broker.stop)
        return self._broker

    def _started_mongo(self) -> str:
        if self._mongo is None:
            folder = self._folder.absolute() / "mongo"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            self._mongo = MongoServer.start(folder)
            self._servers.callback(self._mongo.stop)
        return self._mongo.url


def say(text: str) -> None:
    """A line for whoever waits."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def summary(reports: Sequence[Report], wanted: Sequence[Wanted]) -> str:
    """The summed ledger of the wanted runs, and how to repeat the unclean ones."""
    lines = [table(reports)]
    for report in reports:
        if not report.clean:
            again = Wanted(report.set_up, report.seed).again()
            lines += ["", f"unclean: {again}", *(f"  {text}" for text in report.wrong[:5])]
            if len(report.wrong) > 5:
                lines.append(f"  and {len(report.wrong) - 5} more")
    left = len(left_runs(wanted, reports))
    if left:
        lines += ["", f"{left} runs are left"]
    return "\n".join(lines)
