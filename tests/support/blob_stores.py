"""The implementations of the blobs that the contract suite runs on. A new one is named here."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared.blobs.stored import ObstoreBlobs
from shared.ids import BlobId
from shared.ports.blobs import Blobs


@dataclass(frozen=True, slots=True)
class BlobsImplementation:
    """How to open one; opening the same folder again is what a restart sees."""

    name: str
    open: Callable[[Path], AbstractAsyncContextManager[Blobs]]


@asynccontextmanager
async def _file(folder: Path) -> AsyncIterator[Blobs]:
    yield await ObstoreBlobs.open_folder(folder / "blobs")


IMPLEMENTATIONS: Final = {one.name: one for one in (BlobsImplementation("file", _file),)}


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    """A stream of these parts."""
    for part in parts:
        yield part


async def contents(blobs: Blobs, id: BlobId, *, start: int = 0, end: int | None = None) -> bytes:
    """The bytes of a range in one piece."""
    return b"".join([part async for part in blobs.read(id, start=start, end=end)])
