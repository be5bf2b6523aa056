"""Steps run when they are due, and only then."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from hub.bootstrap.checkout import Checkout
from hub.bootstrap.problem import Problem
from hub.bootstrap.steps import Step, digest_of, files_below, run_step, run_tool


def make_step(folder: Path, digest: str = "1") -> Step:
    """A step that writes one more letter into its output each time it is done."""
    output = folder / "output"

    def do() -> None:
        output.write_text((output.read_text() if output.exists() else "") + "x")

    return Step("letters", "Writing ...", digest, [output], do)


def fail() -> None:
    """A step that stops half way."""
    raise Problem("It stopped", "run it again")


def test_a_step_is_done_once_for_the_same_input(tmp_path: Path) -> None:
    run_step(tmp_path / "stamps", make_step(tmp_path))
    run_step(tmp_path / "stamps", make_step(tmp_path))

    assert (tmp_path / "output").read_text() == "x"


def test_changed_input_is_done_again(tmp_path: Path) -> None:
    run_step(tmp_path / "stamps", make_step(tmp_path))
    run_step(tmp_path / "stamps", make_step(tmp_path, digest="2"))

    assert (tmp_path / "output").read_text() == "xx"


def test_a_lost_output_is_made_again(tmp_path: Path) -> None:
    run_step(tmp_path / "stamps", make_step(tmp_path))
    (tmp_path / "output").unlink()
    run_step(tmp_path / "stamps", make_step(tmp_path))

    assert (tmp_path / "output").read_text() == "x"


def test_a_step_that_stopped_half_way_is_done_again(tmp_path: Path) -> None:
    step = make_step(tmp_path)
    run_step(tmp_path / "stamps", step)

    with pytest.raises(Problem):
        run_step(tmp_path / "stamps", replace(step, digest="2", do=fail))
    run_step(tmp_path / "stamps", step)

    assert (tmp_path / "output").read_text() == "xx"


def test_a_renamed_file_changes_the_digest(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("same")
    two.write_text("same")

    assert digest_of(one, root=tmp_path) != digest_of(two, root=tmp_path)


def test_files_are_listed_in_a_fixed_order_without_what_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "a.js").touch()
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "b.ts").touch()
    (tmp_path / "a.ts").touch()

    found = files_below(tmp_path, ["node_modules"])

    assert found == [tmp_path / "a.ts", tmp_path / "src" / "b.ts"]


def test_a_tool_that_fails_is_told_in_one_line_with_its_first_error(tmp_path: Path) -> None:
    program = "print('hello', 'ERROR: no route', 'bye', sep=chr(10)); raise SystemExit(3)"

    with pytest.raises(Problem) as caught:
        run_tool(
            [sys.executable, "-c", program],
            what="It failed",
            remedy="look for the network",
            log=tmp_path / "log.txt",
            cwd=tmp_path,
        )

    assert str(caught.value) == (
        f"It failed (status 3, ERROR: no route): look for the network; see {tmp_path / 'log.txt'}"
    )


def test_the_lock_of_a_checkout_leaves_no_file(tmp_path: Path) -> None:
    with Checkout(tmp_path).locked():
        inside = list(tmp_path.iterdir())

    assert inside == []
