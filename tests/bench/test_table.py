"""The table and the file."""

import json
from dataclasses import replace

from tests.bench.made_up import a_run, made_up
from tests.bench.results import Results
from tests.bench.table import table


def test_the_table_shows_medians_extremes_ratios_and_what_it_took() -> None:
    results = made_up(bare=[a_run(400), a_run(380), a_run(450)], embedded=[a_run(600)] * 3)

    text = table(results)

    assert "400 [380-450]" in text
    assert "1.50" in text
    assert "embedded: 0.50 ms; worker 0.50 ms 33 MB, driver 0.20 ms 20 MB" in text
    assert "floor met" in text
    assert "VOID" not in text


def test_the_table_says_that_a_run_is_void_and_why() -> None:
    text = table(made_up(bare=[a_run(150)]))

    assert "THE RUN IS VOID" in text
    assert "150 messages per second" in text


def test_the_file_says_it_as_well() -> None:
    document = json.loads(made_up(bare=[a_run(150)], services=[a_run(150)]).as_json())

    assert document["valid"] is False
    assert len(document["void_because"]) == 1
    assert document["ratios"]["services"]["per_s"] == 1.0
    assert {"set_up", "what", "value", "floor", "goal", "outcome"} <= set(document["targets"][0])


def test_the_dispatchers_work_stands_in_the_table_and_the_file_with_its_floors() -> None:
    figures = {"decision_ms": 0.4, "report_ms": 120.0, "rules": 0.75}
    results = replace(made_up(), dispatcher=figures)

    text = table(results)

    assert text.count("dispatcher") == 4
    assert text.count("goal met") == 2
    assert text.count("FLOOR MISSED") == 1
    assert Results.read(results.as_json()).dispatcher == figures
    targets = json.loads(results.as_json())["targets"]
    assert [one["floor"] for one in targets] == [2, 100, 0.7]


def test_results_are_read_as_they_were_written() -> None:
    results = made_up(bare=[a_run(400)], embedded=[a_run(613.0)])

    again = Results.read(results.as_json())

    assert again.ratios == results.ratios
    assert again.as_json() == results.as_json()
