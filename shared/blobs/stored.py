"""Blobs in an object store, reached through obstore: a local folder, later S3."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

import obstore
import structlog
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore

from shared.errors import NotFound, Rejected, Unavailable
from shared.ids import BlobId
from shared.ports.blobs import StoredBlob

log = structlog.get_logger(__name__)

_TEMPORARY: Final = "tmp"
_FORGOTTEN_AFTER: Final = timedelta(days=1)
_PART_BYTES: Final = 1024 * 1024
_CHUNK_BYTES: Final = 256 * 1024
_HEX_DIGITS: Final = 64


class ObstoreBlobs:
    """See ``shared.ports.blobs.Blobs``. A blob lies at ``ab/cd/<its SHA-256>``."""

    def __init__(self, store: ObjectStore, *, root: Path | None = None) -> None:
        """``root`` is the folder of a local store, which is synced after a write."""
        self._store = store
        self._root = root

    @classmethod
    async def open_folder(cls, root: Path) -> Self:
        """Blobs in a folder, made where needed (mode 0700). Raises ``Unavailable``."""
        try:
            await asyncio.to_thread(root.mkdir, mode=0o700, parents=True, exist_ok=True)
            blobs = cls(LocalStore(root), root=root)
        except (OSError, BaseError):
            raise Unavailable(f"cannot write blobs in {root}") from None
        await blobs.sweep()
        return blobs

    async def put(self, chunks: AsyncIterator[bytes], *, max_bytes: int) -> StoredBlob:
        """Store a stream; see the port."""
        temporary = f"{_TEMPORARY}/{secrets.token_hex(16)}"
        measure = _Measure(chunks, max_bytes)
        try:
            await obstore.put_async(
                self._store, temporary, measure.pass_on(), chunk_size=_PART_BYTES, max_concurrency=2
            )
        except BaseException as error:
            await self._discard(temporary)
            if measure.failure is not None:
                raise measure.failure from None
            if isinstance(error, BaseError | OSError):
                raise _unwritable(error) from None
            raise
        id = BlobId(measure.digest.hexdigest())
        await self._name(temporary, id)
        return StoredBlob(id, measure.size_bytes)

    async def read(
        self, id: BlobId, *, start: int = 0, end: int | None = None
    ) -> AsyncIterator[bytes]:
        """The bytes of a range; see the port."""
        stop = await self.size(id)
        stop = stop if end is None else min(end, stop)
        if start >= stop:
            return
        try:
            found = await obstore.get_async(
                self._store, _path(id), options={"range": (start, stop)}
            )
            async for chunk in found.stream(min_chunk_size=_CHUNK_BYTES):
                yield bytes(chunk)
        except (NotFoundError, FileNotFoundError):
            raise NotFound(f"no blob {id}") from None
        except (BaseError, OSError) as error:
            raise Unavailable(f"cannot read blobs: {type(error).__name__}") from None

    async def size(self, id: BlobId) -> int:
        """Its size; see the port."""
        try:
            return int((await obstore.head_async(self._store, _path(id)))["size"])
        except (NotFoundError, FileNotFoundError):
            raise NotFound(f"no blob {id}") from None
        except (BaseError, OSError) as error:
            raise Unavailable(f"cannot read blobs: {type(error).__name__}") from None

    async def probe(self) -> None:
        """See whether writing would work now. Raises ``Unavailable``."""
        path = f"{_TEMPORARY}/probe"
        try:
            await obstore.put_async(self._store, path, b"probe")
            await obstore.delete_async(self._store, path)
        except (BaseError, OSError) as error:
            raise _unwritable(error) from None

    async def sweep(self) -> None:
        """Remove what interrupted writes left behind a day ago or earlier."""
        before = datetime.now(UTC) - _FORGOTTEN_AFTER
        try:
            async for page in obstore.list(self._store, _TEMPORARY):
                old = [item["path"] for item in page if item["last_modified"] < before]
                if old:
                    await obstore.delete_async(self._store, old)
        except (BaseError, OSError) as error:
            log.warning("blobs.sweep_failed", error=type(error).__name__)

    async def _name(self, temporary: str, id: BlobId) -> None:
        """Give the finished object its name; the same bytes are there once."""
        try:
            with suppress(NotFound):
                await self.size(id)
                await self._discard(temporary)
                return
            if self._root is not None:
                await asyncio.to_thread(_sync, self._root / temporary)
            await obstore.rename_async(self._store, temporary, _path(id), overwrite=True)
            if self._root is not None:
                await asyncio.to_thread(_sync, (self._root / _path(id)).parent)
        except (BaseError, OSError) as error:
            await self._discard(temporary)
            raise _unwritable(error) from None

    async def _discard(self, temporary: str) -> None:
        with suppress(BaseError, OSError):
            await obstore.delete_async(self._store, temporary)


class _Measure:
    """Watches a stream on its way: its hash, its size and its limit."""

    def __init__(self, chunks: AsyncIterator[bytes], max_bytes: int) -> None:
        self._chunks = chunks
        self._max_bytes = max_bytes
        self.digest = sha256()
        self.size_bytes = 0
        # The object store wraps what its source raises: keep the original.
        self.failure: BaseException | None = None

    async def pass_on(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._chunks:
                self.size_bytes += len(chunk)
                if self.size_bytes > self._max_bytes:
                    raise Rejected(f"larger than the limit of {self._max_bytes} bytes")
                self.digest.update(chunk)
                if chunk:
                    yield chunk
        except BaseException as error:
            self.failure = error
            raise


def _path(id: BlobId) -> str:
    if len(id) != _HEX_DIGITS or not set(id) <= set("0123456789abcdef"):
        raise NotFound("not the id of a blob")
    return f"{id[:2]}/{id[2:4]}/{id}"


def _unwritable(error: Exception) -> Unavailable:
    return Unavailable(f"cannot write blobs: {type(error).__name__}")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
