"""Many runs: what is done is not done again, and what was unclean says how to repeat it."""

from pathlib import Path

from tests.chaos.report import Report, summed, table
from tests.chaos.seeds import Wanted, left_runs, read_state, summary, wanted_runs, write_state

CLEAN = Report(
    1,
    "embedded",
    accepted=10,
    stored=10,
    replies={"site sent": 4},
    faults={"kill hub": 2, "slow": 1},
    recovery_s={"kill hub": [1.0, 3.0]},
)
UNCLEAN = Report(2, "embedded", wrong=["lost: one"], accepted=5, stored=4)


def test_runs_that_are_done_are_left_out_clean_or_not() -> None:
    wanted = wanted_runs(["embedded"], 1, 3)

    assert left_runs(wanted, [CLEAN, UNCLEAN]) == [Wanted("embedded", 3)]


def test_the_state_survives_a_line_that_was_cut_off(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "runs.jsonl"
    write_state(file, CLEAN)
    write_state(file, UNCLEAN, again="make chaos SEED=2 SET_UP=embedded")
    with file.open("a", encoding="utf-8") as lines:
        lines.write('{"report": {"seed": 3, "set')

    assert read_state(file) == [CLEAN, UNCLEAN]


def test_no_state_is_nothing_done(tmp_path: Path) -> None:
    assert read_state(tmp_path / "runs.jsonl") == []


def test_reports_add_up() -> None:
    total = summed([CLEAN, UNCLEAN, CLEAN])

    assert (total.accepted, total.stored) == (25, 24)
    assert total.replies == {"site sent": 8}
    assert total.recovery_s == {"kill hub": [1.0, 3.0, 1.0, 3.0]}


def test_the_table_has_a_column_for_each_set_up() -> None:
    lines = table([CLEAN, Report(1, "services-sqlite", accepted=7)]).splitlines()

    assert lines[0].split() == ["embedded", "services-sqlite"]
    assert lines[3].split() == ["accepted", "10", "7"]
    assert next(line for line in lines if "kill hub" in line).split() == [
        "fault", "kill", "hub", "2", "2.0", "/", "3.0", "s", "0",
    ]  # fmt: skip


def test_the_summary_says_how_an_unclean_run_is_repeated_and_what_is_left() -> None:
    text = summary([CLEAN, UNCLEAN], wanted_runs(["embedded"], 1, 4))

    assert "unclean: make chaos SEED=2 SET_UP=embedded\n  lost: one" in text
    assert "2 runs are left" in text
