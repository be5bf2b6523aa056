"""The measurement of the assigner measures decisions that are made."""

from tests.bench.dispatching import measure_assignment


async def test_a_small_queue_is_measured() -> None:
    figures = await measure_assignment(agents=5, waiting=100, decisions=10)

    assert (figures.agents, figures.waiting, figures.decisions) == (5, 100, 10)
    assert 0 < figures.decision_median_ms <= figures.decision_p99_ms
    assert figures.takeover_s > 0
