"""What is checked before anything is done."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub.bootstrap.checks import check_port, check_space, check_writable
from hub.bootstrap.problem import Problem

_NOBODY = 65534


@pytest.fixture
def read_only() -> Iterator[Path]:
    """A folder that is there for everybody, and takes files of nobody but root."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o500)
        yield folder
        folder.chmod(0o700)


@contextmanager
def without_roots_rights() -> Iterator[None]:
    """Root may write everywhere: be somebody else for a while."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port of this machine on which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_port_is_named_with_another_to_take(taken_port: int) -> None:
    with pytest.raises(Problem) as caught:
        check_port({"HUB_PORT": str(taken_port)})

    assert str(caught.value) == (
        f"Port {taken_port} on 127.0.0.1 is taken: stop what listens there or choose another,"
        f" HUB_PORT={taken_port + 1} make run"
    )


def test_a_free_port_passes() -> None:
    check_port({"HUB_HOST": "127.0.0.1", "HUB_PORT": "0"})


@pytest.mark.parametrize("port", ["http", "-1", "65536", "8080 "])
def test_what_is_no_port_is_refused(port: str) -> None:
    with pytest.raises(
        Problem, match=r"^HUB_PORT is .* and no port: set a number from 0 to 65535$"
    ):
        check_port({"HUB_PORT": port})


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(Problem, match=r"^203\.0\.113\.9 is no address of this machine \(HUB_HOST"):
        check_port({"HUB_HOST": "203.0.113.9", "HUB_PORT": "0"})


def test_a_folder_that_does_not_exist_yet_is_judged_by_its_parent(tmp_path: Path) -> None:
    check_writable(tmp_path / "not" / "yet", "the data", "choose another")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder that refuses even root")
def test_a_folder_that_refuses_files_is_named() -> None:
    with pytest.raises(Problem) as caught:
        check_writable(Path("/proc/data"), "the data", "choose another folder")

    assert str(caught.value) == "No write access for the data in /proc: choose another folder"


def test_a_read_only_folder_is_named(read_only: Path) -> None:
    with (
        without_roots_rights(),
        pytest.raises(Problem, match=r"^No write access for the set-up in "),
    ):
        check_writable(read_only, "the set-up", "make it your own")


def test_too_little_space_is_told_in_megabytes(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r" MB are free in .* needs 1000000000 MB: free some disk"):
        check_space(tmp_path, needed_bytes=10**15)
