"""The ledger sees what is wrong: each planted fault is caught, and a hub without one is clean."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio

from tests.chaos.fault import Fault, Lane
from tests.chaos.plan import Size, quiet_plan
from tests.chaos.report import Report
from tests.chaos.run import run

pytestmark = pytest.mark.timeout(240)

CAUGHT_AS: Final = {
    "ack_before_commit": "lost",
    "publish_before_commit": "live",
    "lost_outbox_row": "log",
    "no_idempotency_check": "doubled",
    "swapped_order": "order",
    "dropped_receipt": "unfinished",
    "doubling_resend": "doubled",
    "lost_frame": "live",
}
"""What kind of thing the ledger says is wrong."""
CLEAN: Final[Mapping[str, list[str]]] = {
    "none": [],
    "killed_before_commit": ["end: hub ended by itself with status -9"],
}
"""No fault; and none but the kill that brings some of the faults to light, and what is said."""
AT_ONCE: Final = 5
"""Most of a run is waiting."""


def size(planted: str) -> Size:
    """A small run; what is wrong stays so, and is not waited for long."""
    settle_s = 30.0 if planted in CLEAN else 6.0
    return Size(people=3, each=3, deeds=2, span_s=1.5, settle_s=settle_s)


def duplicates(small: Size) -> tuple[Fault, ...]:
    """Platforms do that every day: it is no fault of ours, and every run has it, to its end."""
    return (
        Fault("duplicate", "shop", at_s=0.0, times=5, lane=Lane.PLATFORM),
        Fault("duplicate", "shop", at_s=small.span_s, times=0, lane=Lane.PLATFORM),
    )


async def run_with(planted: str, folder: Path, at_once: asyncio.Semaphore) -> Report:
    """A run of a hub in which this is done wrong."""
    small = size(planted)
    plan = quiet_plan(1, "embedded", small, faults=duplicates(small))
    async with at_once:
        return await run(plan, folder, programs={"hub": ("tests.chaos.planted.hub", planted)})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reports(
    forked_programs: None, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Report]:
    """What the ledger says of each of them."""
    at_once = asyncio.Semaphore(AT_ONCE)
    async with asyncio.TaskGroup() as group:
        runs = {
            planted: group.create_task(run_with(planted, tmp_path_factory.mktemp(planted), at_once))
            for planted in (*CAUGHT_AS, *CLEAN)
        }
    return {planted: task.result() for planted, task in runs.items()}


@pytest.mark.parametrize("planted, said", CLEAN.items())
def test_without_a_fault_the_same_run_is_clean(
    planted: str, said: list[str], reports: Mapping[str, Report]
) -> None:
    assert reports[planted].wrong == said


@pytest.mark.parametrize("planted, kind", CAUGHT_AS.items())
def test_a_planted_fault_is_caught(planted: str, kind: str, reports: Mapping[str, Report]) -> None:
    kinds = {line.partition(":")[0] for line in reports[planted].wrong}

    assert kind in kinds
