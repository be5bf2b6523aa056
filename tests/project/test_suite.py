"""What `make test` runs, and the environment that it runs in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hub.bootstrap.parts import Part
from hub.bootstrap.suite import marker_expression, scratch_folder, suite_environment, workers

BROKER = Part("A broker", ("a-broker",), lambda: None, "broker")


def test_tests_on_real_accounts_and_of_missing_parts_are_left_out() -> None:
    assert marker_expression([]) == "not live"
    assert marker_expression([BROKER]) == "not live and not broker"


def test_files_are_kept_in_memory_where_there_is_room(tmp_path: Path) -> None:
    assert scratch_folder(tmp_path, needed_bytes=1) == tmp_path
    assert scratch_folder(tmp_path, needed_bytes=10**18) is None
    assert scratch_folder(tmp_path / "not there", needed_bytes=1) is None


def test_files_are_not_kept_where_no_program_may_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = os.statvfs(tmp_path)
    strict = os.statvfs_result((*place[:8], place.f_flag | os.ST_NOEXEC, place.f_namemax))
    monkeypatch.setattr(os, "statvfs", lambda _: strict)

    assert scratch_folder(tmp_path, needed_bytes=1) is None


def test_a_folder_that_somebody_has_chosen_for_files_stays() -> None:
    chosen = suite_environment({"TMPDIR": "/srv/tmp"}, None, Path("/memory"))
    left = suite_environment({}, None, Path("/memory"))
    nowhere = suite_environment({}, None, None)

    assert (chosen["TMPDIR"], left["TMPDIR"]) == ("/srv/tmp", "/memory")
    assert "TMPDIR" not in nowhere


def test_hubs_of_tests_keep_what_they_compiled() -> None:
    env = suite_environment({"PYTHONDONTWRITEBYTECODE": "1", "PATH": "/bin"}, "/chromium", None)

    assert env == {"PATH": "/bin", "HUB_TEST_CHROMIUM": "/chromium"}


def test_one_worker_more_than_processors_runs_tests_and_never_many() -> None:
    assert [workers(number) for number in (1, 2, 4, 64)] == [2, 3, 5, 6]
