"""The implementations of the blobs that the contract suite runs on. A new one is named here."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import obstore
from obstore.store import S3Store
from pydantic import SecretStr

from shared.blobs.s3 import S3Access, open_s3
from shared.blobs.stored import ObstoreBlobs
from shared.ids import BlobId
from shared.ports.blobs import Blobs
from tests.support.places import place_of
from tests.support.s3_server import S3_VARIABLE, make_bucket


@dataclass(frozen=True, slots=True)
class BlobsImplementation:
    """How to open one; opening the same folder again is what a restart sees."""

    name: str
    open: Callable[[Path], AbstractAsyncContextManager[Blobs]]
    objects: Callable[[Path], Awaitable[list[str]]]
    """The names of everything that lies there, whole or not."""


@asynccontextmanager
async def _file(folder: Path) -> AsyncIterator[Blobs]:
    yield await ObstoreBlobs.open_folder(folder / "blobs")


async def _files(folder: Path) -> list[str]:
    def names() -> list[str]:
        return sorted(str(path) for path in folder.rglob("*") if path.is_file())

    return await asyncio.to_thread(names)


@asynccontextmanager
async def _s3(folder: Path) -> AsyncIterator[Blobs]:
    endpoint = os.environ[S3_VARIABLE]
    await asyncio.to_thread(make_bucket, endpoint, place_of(folder))
    yield await open_s3(f"s3://{place_of(folder)}/some/prefix", s3_access(endpoint))


async def _objects(folder: Path) -> list[str]:
    store = S3Store(
        place_of(folder),
        config={
            "endpoint": os.environ[S3_VARIABLE],
            "region": "us-east-1",
            "access_key_id": "tests",
            "secret_access_key": "tests",
        },
        client_options={"allow_http": True},
    )
    return sorted([item["path"] async for page in obstore.list(store) for item in page])


def s3_access(endpoint: str) -> S3Access:
    """What the test server takes."""
    return S3Access(endpoint, "us-east-1", "tests", SecretStr("tests"))


IMPLEMENTATIONS: Final = {
    one.name: one
    for one in (
        BlobsImplementation("file", _file, _files),
        BlobsImplementation("s3", _s3, _objects),
    )
}


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    """A stream of these parts."""
    for part in parts:
        yield part


async def contents(blobs: Blobs, id: BlobId, *, start: int = 0, end: int | None = None) -> bytes:
    """The bytes of a range in one piece."""
    return b"".join([part async for part in blobs.read(id, start=start, end=end)])
