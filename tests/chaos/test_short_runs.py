"""The short form of ``make chaos``: a hub under traffic meets a few seeded faults."""

from pathlib import Path

import pytest

from hub.services.broker import Broker
from tests.chaos.plan import SHORT, make_plan
from tests.chaos.run import run

pytestmark = [pytest.mark.timeout(300), pytest.mark.usefixtures("forked_programs")]


async def test_a_hub_in_one_process_loses_doubles_and_disorders_nothing(tmp_path: Path) -> None:
    report = await run(make_plan(4, "embedded", SHORT), tmp_path)

    assert report.wrong == []
    assert report.accepted > 0
    assert sum(report.faults.values()) > 0


@pytest.mark.broker
@pytest.mark.xdist_group("broker")
async def test_a_hub_of_services_loses_doubles_and_disorders_nothing(
    tmp_path: Path, own_broker: Broker
) -> None:
    report = await run(make_plan(4, "services-sqlite", SHORT), tmp_path, broker=own_broker)

    assert report.wrong == []
    assert report.accepted > 0
    assert sum(report.faults.values()) > 0
