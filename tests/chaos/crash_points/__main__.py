"""``python -m tests.chaos.crash_points``: kill the hub at every crash point, one by one."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from shared import log as logs
from tests.chaos.crash_points.campaign import (
    Result,
    Start,
    record,
    record_ways_back,
    start_of,
    try_out,
)
from tests.chaos.crash_points.choice import one_of_each
from tests.chaos.crash_points.trial import Outcome, trial
from tests.support.broker import Broker
from tests.support.fork_server import ForkServer
from tests.support.set_ups import own_vhost


def main(given: Sequence[str]) -> int:
    """The exit status: 0 when nothing was wrong."""
    asked = _parser().parse_args(given)
    logs.configure("error")
    folder = Path(tempfile.mkdtemp(prefix="crash-points-"))
    with _bus_url(asked.set_up, folder) as bus_url, ForkServer() as forks:
        result = asyncio.run(_run(asked, start_of(forks, folder, bus_url)))
    _say(
        f"\n{asked.set_up}: kills by stage {result.kills()}, {len(result.not_reached)} not reached"
    )
    for line in result.wrong:
        _say(f"WRONG {line}")
    _say(f"the logs are in {folder}" if result.wrong else "nothing is wrong")
    return 1 if result.wrong else 0


@contextmanager
def _bus_url(set_up: str, folder: Path) -> Iterator[str | None]:
    if set_up == "embedded":
        yield None
        return
    broker = Broker.start(folder / "broker")
    try:
        yield own_vhost(broker.url, folder)
    finally:
        broker.stop()


async def _run(asked: argparse.Namespace, start: Start) -> Result:
    async with trial(start) as made:
        spots = await record(made)
        if asked.seed is not None:
            spots = one_of_each(spots, asked.seed)
        else:
            spots += await record_ways_back(made, spots)
        spots = [spot for spot in spots if asked.only in str(spot)]
        _say(f"{asked.set_up}: {len(spots)} points")
        return await try_out(made, spots, _tell)


def _tell(outcome: Outcome) -> None:
    said = "not reached" if not outcome.reached else "WRONG" if outcome.wrong else "ok"
    _say(f"{said:<11}  {outcome.spot}")
    for line in outcome.wrong:
        _say(f"{'':11}    {line}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m tests.chaos.crash_points", description=__doc__)
    made.add_argument("--set-up", choices=("embedded", "services-sqlite"), default="embedded")
    made.add_argument(
        "--seed", type=int, help="only one of each kind of point, in stories chosen by it"
    )
    made.add_argument("--only", default="", help="only points that have this in their name")
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
