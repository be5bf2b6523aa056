"""Which Python a command runs on, and what is said when there is none."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from hub.bootstrap.problem import Problem
from hub.bootstrap.pythons import fitting, probe

ROOT = Path(__file__).parents[2]


def fake_python(folder: Path, name: str, answer: str) -> Path:
    """A program that answers the probe as an interpreter of some version would."""
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{answer}'\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH; the running interpreter looks like Python 3.9."""
    monkeypatch.setenv("PATH", str(tmp_path))
    old = fake_python(tmp_path, "running", "3 9 1 /opt/old/python3")
    monkeypatch.setattr(sys, "executable", str(old))
    return tmp_path


def test_a_newer_python_on_path_is_taken_when_the_running_one_is_too_old(machine: Path) -> None:
    fake_python(machine, "python3.12", "3 12 1 /opt/my pythons/python3.12")

    found = fitting()

    assert found.path == "/opt/my pythons/python3.12"
    assert found.version == (3, 12)


def test_a_python_without_venv_is_passed_over(machine: Path) -> None:
    fake_python(machine, "python3.13", "3 13 0 /opt/python3.13")
    fake_python(machine, "python3.11", "3 11 1 /opt/python3.11")

    assert fitting().path == "/opt/python3.11"


def test_a_missing_venv_names_the_package_to_install(machine: Path) -> None:
    fake_python(machine, "python3", "3 12 0 /usr/bin/python3")

    with pytest.raises(Problem) as caught:
        fitting()

    assert str(caught.value) == (
        "Python 3.12 has no working venv module:"
        " install it (Debian, Ubuntu: apt-get install python3.12-venv)"
    )


def test_too_old_a_python_is_named_beside_what_is_needed(machine: Path) -> None:
    with pytest.raises(Problem, match=r"^Python 3\.11 to 3\.14 is needed .* has 3\.9: install one"):
        fitting()


def test_too_new_a_python_does_not_fit(machine: Path) -> None:
    fake_python(machine, "python3", "3 15 1 /usr/bin/python3")

    with pytest.raises(Problem, match=r"this machine has 3\.9, 3\.15: "):
        fitting()


def test_a_program_that_is_no_python_is_passed_over(machine: Path) -> None:
    broken = fake_python(machine, "python3.14", "command not found")

    assert probe(str(broken)) is None
    assert probe(str(machine / "nothing")) is None


@pytest.mark.parametrize(
    "path",
    [
        "hub/__init__.py",
        "hub/bootstrap/__init__.py",
        "hub/bootstrap/__main__.py",
        "hub/bootstrap/problem.py",
        "hub/bootstrap/pythons.py",
    ],
)
def test_an_old_python_can_parse_what_tells_it_that_it_is_old(path: str) -> None:
    source = (ROOT / path).read_text(encoding="utf-8")

    ast.parse(source, feature_version=(3, 6))

    assert "__future__" not in source
