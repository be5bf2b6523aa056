"""What every blob store does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from hashlib import sha256
from pathlib import Path

import pytest

from shared.errors import NotFound, Rejected
from shared.ids import BlobId
from shared.ports.blobs import Blobs
from tests.support.blob_stores import BlobsImplementation, chunks, contents

MIB = 1024 * 1024
MISSING = BlobId("0" * 64)
Objects = Callable[[], Awaitable[list[str]]]


async def test_a_blob_is_addressed_by_its_content(blobs: Blobs) -> None:
    stored = await blobs.put(chunks(b"ab", b"", b"c"), max_bytes=3)

    assert stored.id == sha256(b"abc").hexdigest()
    assert stored.size_bytes == await blobs.size(stored.id) == 3
    assert await contents(blobs, stored.id) == b"abc"


async def test_the_same_bytes_are_stored_once(blobs: Blobs, objects: Objects) -> None:
    first = await blobs.put(chunks(b"abc"), max_bytes=10)
    before = await objects()

    second = await blobs.put(chunks(b"a", b"bc"), max_bytes=10)

    assert second == first
    assert await objects() == before


async def test_the_same_bytes_may_come_at_the_same_time(blobs: Blobs) -> None:
    stored = await asyncio.gather(
        *(blobs.put(chunks(b"x" * MIB, b"y"), max_bytes=2 * MIB) for _ in range(8))
    )

    assert len(set(stored)) == 1
    assert await blobs.size(stored[0].id) == MIB + 1


async def test_a_large_blob_comes_back_whole(blobs: Blobs) -> None:
    parts = [bytes([number]) * MIB for number in range(12)]

    stored = await blobs.put(chunks(*parts), max_bytes=12 * MIB)

    assert sha256(await contents(blobs, stored.id)).hexdigest() == stored.id


async def test_a_large_blob_comes_back_in_pieces(blobs: Blobs) -> None:
    stored = await blobs.put(chunks(*[b"x" * MIB] * 8), max_bytes=8 * MIB)

    sizes = [len(part) async for part in blobs.read(stored.id)]

    assert len(sizes) > 3
    assert max(sizes) <= 2 * MIB


@pytest.mark.parametrize("max_bytes", [0, 5 * MIB - 1])
async def test_a_stream_over_the_limit_is_refused_and_leaves_nothing(
    blobs: Blobs, objects: Objects, max_bytes: int
) -> None:
    with pytest.raises(Rejected):
        await blobs.put(chunks(*[b"x" * MIB] * 5), max_bytes=max_bytes)

    assert await objects() == []


async def test_the_limit_is_noticed_before_the_end_of_the_stream(blobs: Blobs) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * MIB

    with pytest.raises(Rejected):
        await blobs.put(endless(), max_bytes=3 * MIB)


async def test_a_stream_that_breaks_leaves_nothing_and_says_why(
    blobs: Blobs, objects: Objects
) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * MIB
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await blobs.put(broken(), max_bytes=10 * MIB)

    assert await objects() == []


async def test_a_cancelled_write_leaves_nothing(blobs: Blobs, objects: Objects) -> None:
    begun = asyncio.Event()

    async def stuck() -> AsyncIterator[bytes]:
        yield b"x" * MIB
        begun.set()
        await asyncio.Event().wait()

    writing = asyncio.ensure_future(blobs.put(stuck(), max_bytes=10 * MIB))
    await begun.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing

    assert await objects() == []


RANGES = {
    "middle": (2, 5, b"cde"),
    "from": (4, None, b"efg"),
    "to": (0, 2, b"ab"),
    "beyond the end": (5, 100, b"fg"),
    "empty": (3, 3, b""),
    "after the end": (7, None, b""),
}


@pytest.mark.parametrize("start, end, expected", RANGES.values(), ids=RANGES)
async def test_a_range_of_bytes_can_be_read(
    blobs: Blobs, start: int, end: int | None, expected: bytes
) -> None:
    stored = await blobs.put(chunks(b"abcdefg"), max_bytes=100)

    assert await contents(blobs, stored.id, start=start, end=end) == expected


async def test_an_empty_blob_is_a_blob(blobs: Blobs) -> None:
    stored = await blobs.put(chunks(), max_bytes=100)

    assert await blobs.size(stored.id) == 0
    assert await contents(blobs, stored.id) == b""


@pytest.mark.parametrize("id", [MISSING, "", "../../etc/passwd", "A" * 64, "0" * 63])
async def test_what_is_not_there_is_not_found(blobs: Blobs, id: str) -> None:
    with pytest.raises(NotFound):
        await blobs.size(BlobId(id))
    with pytest.raises(NotFound):
        await contents(blobs, BlobId(id))


async def test_blobs_are_there_after_a_restart(
    implementation: BlobsImplementation, tmp_path: Path
) -> None:
    async with implementation.open(tmp_path) as blobs:
        stored = await blobs.put(chunks(b"abc"), max_bytes=10)

    async with implementation.open(tmp_path) as blobs:
        assert await contents(blobs, stored.id) == b"abc"
