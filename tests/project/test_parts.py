"""System parts for the tests: who may install them, and what happens where nobody may."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.bootstrap.parts import Part, is_debian, provide_parts
from hub.bootstrap.problem import Problem

BROKER = Part("A broker", ("a-broker",), lambda: None, "broker")
SHELL = Part("A shell", ("dash",), lambda: "/bin/sh", "shell")


def test_nothing_is_said_when_everything_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = provide_parts({"CI": "true"}, tmp_path / "log", [SHELL])

    assert missing == []
    assert capsys.readouterr().out == ""


def test_what_may_not_be_installed_is_named_with_the_tests_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = provide_parts({"HUB_TEST_INSTALL": "no"}, tmp_path / "log", [BROKER, SHELL])

    assert missing == [BROKER]
    assert capsys.readouterr().out.startswith(
        "A broker is missing and HUB_TEST_INSTALL=no forbids to install it:"
        " the tests marked broker are left out; to have them, "
    )


def test_a_build_server_leaves_nothing_out(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"^A broker is missing and HUB_TEST_INSTALL=no forbids"):
        provide_parts({"CI": "true", "HUB_TEST_INSTALL": "no"}, tmp_path / "log", [BROKER])


@pytest.mark.parametrize(
    "text, expected",
    [
        ("ID=debian\nVERSION_ID=12\n", True),
        ('ID="ubuntu"\n', True),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"\n', True),
        ("ID=alpine\n", False),
        ("", False),
    ],
)
def test_a_system_is_known_by_its_release_file(tmp_path: Path, text: str, expected: bool) -> None:
    release = tmp_path / "os-release"
    release.write_text(text)

    assert is_debian(release) is expected
