"""Whether the targets are met, and whether a run counts at all."""

from typing import Any

import pytest

from tests.bench.made_up import a_run, made_up
from tests.bench.measuring import problems_of
from tests.bench.targets import Target

FINE = {"sent": 10, "unanswered": 0, "answered_twice": 0, "strange": []}
QUIET: list[dict[str, Any]] = [{"problems": []}]


@pytest.mark.parametrize(
    "value, expected", [(2.1, "goal met"), (1.2, "floor met"), (1.19, "FLOOR MISSED")]
)
def test_more_is_better_for_throughput(value: float, expected: str) -> None:
    target = Target("embedded", "per_s", "", 1.2, 2.0, more_is_better=True)

    assert target.outcome(value) == expected


@pytest.mark.parametrize(
    "value, expected", [(0.9, "goal met"), (1.5, "floor met"), (1.51, "FLOOR MISSED")]
)
def test_less_is_better_for_latency(value: float, expected: str) -> None:
    target = Target("services", "paced_p50_ms", "", 1.5, 1.0)

    assert target.outcome(value) == expected


def test_a_target_without_a_goal_is_met_by_its_floor() -> None:
    assert Target("services", "paced_p99_ms", "", 60, relative=False).outcome(59) == "goal met"


def test_throughput_and_median_are_judged_beside_the_baseline() -> None:
    results = made_up(bare=[a_run(400, 10)], services=[a_run(300, 16)])

    found = {one.target.figure: (one.value, one.outcome) for one in results.judgements}

    assert found["per_s"] == (0.75, "floor met")
    assert found["paced_p50_ms"] == (1.6, "FLOOR MISSED")


def test_the_slowest_are_judged_as_they_are() -> None:
    results = made_up(services=[a_run(300, screen_p99_ms=101.0)])

    found = {one.target.figure: (one.value, one.outcome) for one in results.judgements}

    assert found == {
        "paced_p99_ms": (40.0, "goal met"),
        "screen_p99_ms": (101.0, "FLOOR MISSED"),
    }


def test_a_slow_baseline_makes_the_run_void() -> None:
    assert made_up(bare=[a_run(200)]).void_because == []
    assert "199" in made_up(bare=[a_run(199)]).void_because[0]


def test_a_run_that_lost_something_makes_all_of_them_void() -> None:
    results = made_up(bare=[a_run(400)], embedded=[a_run(600, problems=("unanswered: 1 of 9",))])

    assert results.void_because == ["embedded: unanswered: 1 of 9"]


def test_a_run_in_which_every_message_was_answered_has_no_problems() -> None:
    assert problems_of(QUIET, FINE) == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"unanswered": 1},
        {"answered_twice": 1},
        {"shown_less": 1},
        {"shown_more": 1},
        {"strangers": 1},
        {"stored": 9},
        {"stored": 11},
        {"feed_ended": "the connection was lost"},
        {"strange": ["GET /"]},
    ],
)
def test_a_message_that_is_missing_or_doubled_is_a_problem(changed: dict[str, object]) -> None:
    assert len(problems_of(QUIET, FINE | changed)) == 1
