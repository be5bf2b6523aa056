"""Every set-up of the bench works; how fast is not asked here."""

from pathlib import Path

import pytest
from yarl import URL

from tests.bench.measuring import Plan
from tests.bench.profiling.stacks import profile
from tests.bench.rounds import BESIDE, SET_UPS, run_once
from tests.bench.set_ups import Node

BROKER = (pytest.mark.broker, pytest.mark.xdist_group("broker"))
FEW = Plan(clients=4, warm_up_s=0.0, closed_s=60.0, closed_messages=12, paced_s=0.2)

pytestmark = pytest.mark.timeout(120)


def test_each_set_up_is_tried_here() -> None:
    assert set(SET_UPS) == {"bare", "embedded", "services"}
    assert set(BESIDE) == {"bound"}


@pytest.mark.parametrize(
    "name", [pytest.param("bare", marks=BROKER), pytest.param("services", marks=BROKER)]
)
async def test_every_message_is_answered_once_on_a_broker(
    name: str, broker_url: str, tmp_path: Path
) -> None:
    node = Node(broker_url, int(URL(broker_url).fragment), pid=None)

    run = await run_once(name, FEW, tmp_path / name, node)

    assert run.problems == ()
    assert run.messages == 12
    assert run.paced_p99_ms is not None
    assert min(run.rss_mb.values()) > 1


@pytest.mark.parametrize("name, process", [("embedded", "hub"), ("bound", "bound")])
async def test_every_message_is_answered_and_shown_once_in_one_process(
    name: str, process: str, tmp_path: Path
) -> None:
    run = await run_once(name, FEW, tmp_path / name, None)

    assert run.problems == ()
    assert run.messages == 12
    assert run.screen_p99_ms is not None
    assert set(run.cpu_ms) == {process, "driver"}


async def test_a_profile_tells_where_the_hub_spends_its_time(tmp_path: Path) -> None:
    profiles = tmp_path / "profiles"
    profiles.mkdir()

    run = await run_once("embedded", FEW, tmp_path / "embedded", None, profiles)

    lines = (profiles / f"{run.pids['hub']}.folded").read_text(encoding="utf-8").splitlines()
    found = profile(lines, str(Path(__file__).parents[2]))
    assert run.problems == ()
    assert found.inclusive["hub/__main__.py:<module>"] > 0.5
