"""What changed since the committed results."""

from tests.bench.comparison import changes, compared
from tests.bench.made_up import a_run, made_up
from tests.bench.results import Results


def test_a_faster_machine_changes_nothing() -> None:
    before = made_up(bare=[a_run(400, 10)], embedded=[a_run(600, 8)])
    now = made_up(bare=[a_run(800, 5)], embedded=[a_run(1200, 4)])

    assert {(change.times, change.words) for change in changes(before, now)} == {(1.0, "the same")}


def test_a_change_is_the_ratio_of_ratios() -> None:
    before = made_up(bare=[a_run(400, 10)], embedded=[a_run(400, 10)])
    now = made_up(bare=[a_run(400, 10)], embedded=[a_run(800, 5)])

    found = {change.figure: (change.times, change.words) for change in changes(before, now)}

    assert found["per_s"] == (2.0, "better")
    assert found["paced_p50_ms"] == (0.5, "better")


def test_a_loss_is_called_one() -> None:
    before = made_up(bare=[a_run(400, 10)], services=[a_run(400, 10)])
    now = made_up(bare=[a_run(400, 10)], services=[a_run(300, 12)])

    text = compared(before, now)

    assert text.count("worse") == 2
    assert "x0.75" in text


def test_without_the_baseline_there_is_nothing_to_compare() -> None:
    alone = made_up(embedded=[a_run(600)])

    assert "Nothing to compare" in compared(alone, alone)
    assert "Nothing to compare" in compared(None, alone)


def test_another_processor_is_named() -> None:
    before = made_up(bare=[a_run(400)], embedded=[a_run(600)])
    now = Results.read(before.as_json().replace("Made Up", "Another One"))

    assert "made on Made Up" in compared(before, now)
