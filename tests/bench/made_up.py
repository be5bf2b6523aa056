"""Made-up results for the tests of the bench."""

from typing import Any

from tests.bench.results import Results


def a_run(per_s: float, paced_ms: float = 10.0, **changed: Any) -> dict[str, Any]:
    """One run, as a file of results holds it."""
    return {
        "messages": 1000,
        "per_s": per_s,
        "closed_p50_ms": 60.0,
        "closed_p99_ms": 200.0,
        "paced_p50_ms": paced_ms,
        "paced_p99_ms": 40.0,
        "screen_p50_ms": None,
        "screen_p99_ms": None,
        "cpu_ms": {"worker": 0.5, "driver": 0.2},
        "paced_cpu_ms": {},
        "rss_mb": {"worker": 33.0, "driver": 20.0},
        "books": {},
        "problems": (),
    } | changed


def made_up(**runs: Any) -> Results:
    """Results of these runs, by set-up."""
    return Results(
        runs=runs,
        plan={},
        at="2026-01-05T08:00:00+00:00",
        commit="abc1234",
        machine={"processors": 2, "processor": "Made Up", "load_before": 0.1},
        versions={},
    )
