"""Figures over runs."""

import pytest

from tests.bench.figures import Figure, by_process, over_runs, percentile, ratios
from tests.bench.made_up import a_run
from tests.bench.usage import Usage, cpu_ms_per_message


@pytest.mark.parametrize(
    "percent, expected", [(0, 1), (50, 50), (90, 90), (99, 99), (99.5, 100), (100, 100)]
)
def test_a_percentile_is_a_value_that_was_measured(percent: float, expected: float) -> None:
    values = [float(value) for value in range(100, 0, -1)]

    assert percentile(values, percent) == expected


def test_a_percentile_of_one_value_is_that_value() -> None:
    assert percentile([7.0], 99) == 7.0


def test_there_is_no_percentile_of_nothing() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


def test_a_figure_is_the_median_of_its_runs_with_their_extremes() -> None:
    runs = [a_run(per_s) for per_s in (410.0, 380.0, 900.0)]

    assert over_runs(runs)["per_s"] == Figure(median=410.0, least=380.0, most=900.0)


def test_a_figure_that_a_run_lacks_is_left_out() -> None:
    runs = [a_run(400.0, screen_p99_ms=30.0), a_run(400.0)]

    assert "screen_p99_ms" not in over_runs(runs)


def test_a_ratio_is_of_medians_and_only_of_what_both_have() -> None:
    hub = {"per_s": Figure(600, 1, 900), "screen_p99_ms": Figure(50, 1, 90)}
    bare = {"per_s": Figure(400, 300, 500), "paced_p50_ms": Figure(0, 0, 0)}

    assert ratios(hub, bare) == {"per_s": 1.5}


def test_what_is_by_process_is_a_median_by_process() -> None:
    runs = [a_run(1, rss_mb={"router": size}) for size in (80.0, 90.0, 120.0)]

    assert by_process(runs, "rss_mb") == {"router": 90.0}


def test_processor_time_is_shared_out_over_the_messages() -> None:
    before = {"router": Usage(cpu_s=1.0, rss_mb=80), "gone": Usage(cpu_s=0, rss_mb=1)}
    after = {"router": Usage(cpu_s=3.0, rss_mb=90)}

    assert cpu_ms_per_message(before, after, 1000) == {"router": 2.0}
