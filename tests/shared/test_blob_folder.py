"""Blobs in a folder: what is particular to it."""

import os
import time
from pathlib import Path

import pytest

from shared.blobs.stored import ObstoreBlobs
from shared.errors import Unavailable
from tests.support.blob_stores import chunks


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_a_blob_lies_in_folders_by_its_digits(tmp_path: Path) -> None:
    blobs = await ObstoreBlobs.open_folder(tmp_path)

    stored = await blobs.put(chunks(b"abc"), max_bytes=3)

    assert (tmp_path / "ba" / "78" / stored.id).read_bytes() == b"abc"


async def test_a_folder_that_went_away_is_unavailable(tmp_path: Path) -> None:
    blobs = await ObstoreBlobs.open_folder(tmp_path / "blobs")
    (tmp_path / "blobs").rmdir()
    (tmp_path / "blobs").touch()

    with pytest.raises(Unavailable):
        await blobs.put(chunks(b"abc"), max_bytes=3)
    with pytest.raises(Unavailable):
        await blobs.probe()


async def test_a_folder_that_cannot_be_made_is_unavailable_at_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(Unavailable):
        await ObstoreBlobs.open_folder(tmp_path / "file" / "blobs")


async def test_what_a_killed_write_left_is_removed_after_a_day(tmp_path: Path) -> None:
    old, new = tmp_path / "tmp" / "old", tmp_path / "tmp" / "new"
    old.parent.mkdir()
    old.touch()
    new.touch()
    two_days_ago = time.time() - 2 * 24 * 3600
    os.utime(old, (two_days_ago, two_days_ago))

    await ObstoreBlobs.open_folder(tmp_path)

    assert (old.exists(), new.exists()) == (False, True)


async def test_probing_leaves_nothing(tmp_path: Path) -> None:
    blobs = await ObstoreBlobs.open_folder(tmp_path)

    await blobs.probe()

    assert files(tmp_path) == []
