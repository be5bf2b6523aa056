"""Where everything must run, nothing is left out silently."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_REPOSITORY = Path(__file__).parents[2]
_TESTS = """
import pytest

def test_that_runs():
    pass

@pytest.mark.skipif(True, reason="not here")
def test_that_is_left_out():
    pass
"""
_CONNECTED = """
import pytest

@pytest.mark.connected
@pytest.mark.skipif(True, reason="no server is named")
def test_of_a_server():
    pass
"""


@pytest.mark.parametrize(
    "tests, ci, status",
    [(_TESTS, "true", 1), (_TESTS, "", 0), (_CONNECTED, "true", 0)],
    ids=["everything must run", "on somebody's machine", "a server that must be named"],
)
def test_a_test_that_is_left_out_fails_where_everything_must_run(
    tmp_path: Path, tests: str, ci: str, status: int
) -> None:
    path = tmp_path / "test_some.py"
    path.write_text(tests, encoding="utf-8")
    settings = tmp_path / "pytest.ini"
    settings.write_text("[pytest]\nmarkers = connected\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-c", str(settings)]

    done = subprocess.run(
        [*command, str(path)],
        cwd=_REPOSITORY,
        env=os.environ | {"CI": ci, "PYTHONPATH": str(_REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=25,
        check=False,
    )

    assert done.returncode == status, done.stdout
