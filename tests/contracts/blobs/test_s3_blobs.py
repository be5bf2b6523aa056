"""Blobs in a bucket: what is particular to it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from shared.blobs.s3 import S3Access, open_s3
from shared.errors import BadRequest, NotFound, Rejected, Unavailable
from shared.ids import BlobId
from shared.ports.blobs import Blobs
from tests.support.blob_stores import IMPLEMENTATIONS, chunks, contents, s3_access
from tests.support.s3_server import S3Server, make_bucket

MIB = 1024 * 1024
S3 = IMPLEMENTATIONS["s3"]


@pytest.fixture
async def bucket(s3_server: None, tmp_path: Path) -> AsyncIterator[Blobs]:
    async with S3.open(tmp_path) as blobs:
        yield blobs


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[S3Server]:
    server = S3Server.start(tmp_path)
    try:
        yield server
    finally:
        server.stop()


@pytest.mark.parametrize("size_bytes", [3, 6 * MIB])
async def test_a_blob_lies_under_the_prefix_in_folders_by_its_digits(
    bucket: Blobs, tmp_path: Path, size_bytes: int
) -> None:
    stored = await bucket.put(chunks(b"x" * size_bytes), max_bytes=10 * MIB)

    path = f"some/prefix/{stored.id[:2]}/{stored.id[2:4]}/{stored.id}"
    assert await S3.objects(tmp_path) == [path]


async def test_a_large_stream_over_the_limit_leaves_nothing(bucket: Blobs, tmp_path: Path) -> None:
    with pytest.raises(Rejected):
        await bucket.put(chunks(*[b"x" * MIB] * 12), max_bytes=11 * MIB)

    assert await S3.objects(tmp_path) == []


async def test_a_large_write_that_is_cancelled_leaves_nothing(
    bucket: Blobs, tmp_path: Path
) -> None:
    begun = asyncio.Event()

    async def stuck() -> AsyncIterator[bytes]:
        yield b"x" * (11 * MIB)
        begun.set()
        await asyncio.Event().wait()

    writing = asyncio.ensure_future(bucket.put(stuck(), max_bytes=20 * MIB))
    await begun.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing

    assert await S3.objects(tmp_path) == []


async def test_a_range_over_the_parts_of_a_large_blob_can_be_read(bucket: Blobs) -> None:
    stored = await bucket.put(chunks(b"a" * (5 * MIB), b"b" * MIB), max_bytes=10 * MIB)

    around = await contents(bucket, stored.id, start=5 * MIB - 2, end=5 * MIB + 3)

    assert around == b"aabbb"


async def test_a_service_that_went_away_is_unavailable(own_server: S3Server) -> None:
    make_bucket(own_server.url, "files")
    blobs = await open_s3("s3://files", s3_access(own_server.url))
    stored = await blobs.put(chunks(b"abc"), max_bytes=3)
    own_server.stop()

    with pytest.raises(Unavailable):
        await blobs.put(chunks(b"abcd"), max_bytes=4)
    with pytest.raises(Unavailable):
        await blobs.put(chunks(b"x" * (6 * MIB)), max_bytes=6 * MIB)
    with pytest.raises(Unavailable):
        await contents(blobs, stored.id)
    with pytest.raises(Unavailable):
        await blobs.probe()


async def test_a_bucket_that_is_not_there_is_unavailable(own_server: S3Server) -> None:
    blobs = await open_s3("s3://missing", s3_access(own_server.url))

    with pytest.raises(Unavailable):
        await blobs.probe()
    with pytest.raises(Unavailable):
        await blobs.put(chunks(b"abc"), max_bytes=3)
    with pytest.raises(NotFound):
        await blobs.size(BlobId("0" * 64))


async def test_a_probe_that_went_well_is_not_paid_for_twice(own_server: S3Server) -> None:
    make_bucket(own_server.url, "files")
    blobs = await open_s3("s3://files", s3_access(own_server.url))
    await blobs.probe()
    own_server.stop()

    await blobs.probe()


@pytest.mark.parametrize(
    "url", ["s3://", "s3:///prefix", "s3://key:secret@bucket", "s3://bucket?region=eu"]
)
async def test_an_address_that_names_no_bucket_is_refused(url: str) -> None:
    with pytest.raises(BadRequest, match="HUB_BLOBS_URL"):
        await open_s3(url, S3Access())
