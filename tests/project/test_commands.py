"""The commands as somebody types them, in a copy of the checkout's few files for it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIMIT_S = 25
_OF_MAKE = {"HUB_DATA_DIR", "HUB_HOST", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHON"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy with a space and Cyrillic letters in its path."""
    copy = tmp_path / "мой hub"
    copy.mkdir()
    shutil.copytree(ROOT / "hub" / "bootstrap", copy / "hub" / "bootstrap")
    for name in ("Makefile", "hub/__init__.py", "requirements.lock"):
        shutil.copy(ROOT / name, copy / name)
    return copy


def call(
    checkout: Path, arguments: Sequence[str], env: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run to the end, with what it wrote."""
    # The tests may run under make themselves, and what an outer one was given is not for this one.
    outer = {key: value for key, value in os.environ.items() if key not in _OF_MAKE}
    return subprocess.run(
        arguments,
        cwd=checkout,
        env=outer | dict(env),
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )


def test_a_taken_port_is_one_line_and_nothing_is_set_up(checkout: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        ended = call(checkout, [sys.executable, "-m", "hub.bootstrap", "run"], {"HUB_PORT": port})

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"Port {port} on 127.0.0.1 is taken: ")
    assert ended.stderr.count("\n") == 1
    assert not (checkout / ".venv").exists()


def test_an_unknown_command_is_one_line(checkout: Path) -> None:
    ended = call(checkout, [sys.executable, "-m", "hub.bootstrap", "walk"], {})

    assert ended.returncode == 1
    assert ended.stderr == (
        "No such command: use one of run, services, secrets, test, chaos, crashes, bench, check, "
        "wheel, tools\n"
    )


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not on this machine")
def test_a_machine_without_python_is_told_what_to_install(checkout: Path) -> None:
    make = str(shutil.which("make"))
    nothing = checkout / "nothing"
    nothing.mkdir()

    ended = call(checkout, [make, "run"], {"PATH": str(nothing)})

    assert ended.returncode == 2
    assert ended.stderr.splitlines()[0].startswith("No Python on PATH: install Python 3.11 to 3.14")


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not on this machine")
def test_a_python_that_does_not_run_is_passed_over(checkout: Path) -> None:
    shims = checkout / "shims"
    shims.mkdir()
    for name in ("python3", "python3.14"):
        (shims / name).write_text("#!/bin/sh\necho no such version >&2\nexit 127\n")
        (shims / name).chmod(0o755)
    (shims / "python3.13").symlink_to(sys.executable)
    path = os.pathsep.join([str(shims), os.environ["PATH"]])

    ended = call(checkout, ["make", "run"], {"PATH": path, "HUB_PORT": "x"})

    assert ended.stderr.startswith("HUB_PORT is 'x' and no port: ")


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not on this machine")
def test_make_alone_lists_the_commands(checkout: Path) -> None:
    ended = call(checkout, ["make"], {})

    told = [line.split()[1] for line in ended.stdout.splitlines()]
    assert told == [
        "help",
        "run",
        "services",
        "secrets",
        "test",
        "chaos",
        "crashes",
        "bench",
        "bench-screens",
        "check",
        "screens",
        "wheel",
        "lock",
    ]


def test_ctrl_c_is_the_hubs_alone_and_its_status_counts(tmp_path: Path) -> None:
    hub = (
        "import signal, sys, threading; stop = threading.Event();"
        " signal.signal(signal.SIGINT, lambda *_: stop.set());"
        " print('ready', flush=True); stop.wait(20); sys.exit(7 if stop.is_set() else 8)"
    )
    parent = (
        "import sys; from hub.bootstrap.foreground import hand_over;"
        " sys.exit(hand_over(sys.argv[1:]))"
    )
    terminal = str(ROOT / "tests" / "project" / "terminal.py")

    ended = call(
        tmp_path,
        [sys.executable, terminal, sys.executable, "-c", parent, sys.executable, "-c", hub],
        {"PYTHONPATH": str(ROOT)},
    )

    assert ended.stdout == "7\n"
