"""The lock on the data directory."""

import os
import sys
from pathlib import Path

import pytest

from shared.datadir import DataLock
from shared.errors import DataInUse, Unavailable
from tests.support.processes import run_module


def test_a_second_hub_is_refused_in_one_line_with_directory_and_process(tmp_path: Path) -> None:
    lock = DataLock.acquire(tmp_path, exclusive=True)

    with pytest.raises(DataInUse) as caught:
        DataLock.acquire(tmp_path, exclusive=True)

    lock.release()
    assert str(caught.value) == (
        f"the data in {tmp_path} is in use by another hub (process {os.getpid()})"
    )


def test_a_released_lock_is_free(tmp_path: Path) -> None:
    lock = DataLock.acquire(tmp_path, exclusive=True)
    lock.release()
    lock.release()

    DataLock.acquire(tmp_path, exclusive=True).release()


def test_processes_that_share_do_not_shut_each_other_out(tmp_path: Path) -> None:
    one = DataLock.acquire(tmp_path, exclusive=False)
    other = DataLock.acquire(tmp_path, exclusive=False)
    with pytest.raises(DataInUse):
        DataLock.acquire(tmp_path, exclusive=True)

    one.release()
    other.release()


async def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    status, _ = await run_module("tests.support.store_child", "sqlite", str(tmp_path), "1")

    DataLock.acquire(tmp_path, exclusive=True).release()
    assert status == -9


def test_the_directory_is_made_for_its_owner_only(tmp_path: Path) -> None:
    DataLock.acquire(tmp_path / "a" / "data", exclusive=True).release()

    assert oct((tmp_path / "a" / "data").stat().st_mode & 0o777) == "0o700"


def test_a_directory_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(Unavailable, match="file"):
        DataLock.acquire(tmp_path / "file" / "data", exclusive=True)


@pytest.mark.skipif(sys.platform != "linux", reason="the system's list of open files is Linux's")
def test_a_refused_lock_leaves_no_file_open(tmp_path: Path) -> None:
    lock = DataLock.acquire(tmp_path, exclusive=True)
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(DataInUse):
        DataLock.acquire(tmp_path, exclusive=True)

    assert len(list(Path("/proc/self/fd").iterdir())) == before
    lock.release()
