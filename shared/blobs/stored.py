"""Blobs in an object store, reached through obstore: a local folder or S3."""

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

    def __init__(
        self,
        store: ObjectStore,
        *,
        root: Path | None = None,
        part_bytes: int = _PART_BYTES,
        probe_every_s: float = 0,
    ) -> None:
        """``root`` is the folder of a local store, which is synced after a write.

        What fits into one part is written to a remote store in one piece. A probe that went well
        counts for ``probe_every_s``, for stores that charge for each.
        """
        self._store = store
        self._root = root
        self._part_bytes = part_bytes
        self._probe_every_s = probe_every_s
        self._probe_again_at = 0.0

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
        measure = _Measure(chunks, max_bytes)
        stream = measure.pass_on()
        if self._root is None:
            begun = await _gather(stream, self._part_bytes)
            if len(begun) < self._part_bytes:
                return await self._put_small(begun, measure)
            stream = _joined(begun, stream)
        return await self._put_large(stream, measure)

    async def _put_small(self, content: bytes, measure: "_Measure") -> StoredBlob:
        id = BlobId(measure.digest.hexdigest())
        try:
            with suppress(NotFound):
                return StoredBlob(id, await self.size(id))
            await obstore.put_async(self._store, _path(id), content, use_multipart=False)
        except (BaseError, OSError) as error:
            raise _unwritable(error) from None
        return StoredBlob(id, len(content))

    async def _put_large(self, stream: AsyncIterator[bytes], measure: "_Measure") -> StoredBlob:
        temporary = f"{_TEMPORARY}/{secrets.token_hex(16)}"
        try:
            await obstore.put_async(
                self._store, temporary, stream, chunk_size=self._part_bytes, max_concurrency=2
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
        now = asyncio.get_running_loop().time()
        if now < self._probe_again_at:
            return
        path = f"{_TEMPORARY}/probe"
        try:
            await obstore.put_async(self._store, path, b"probe")
            await obstore.delete_async(self._store, path)
        except (BaseError, OSError) as error:
            raise _unwritable(error) from None
        self._probe_again_at = now + self._probe_every_s

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


async def _gather(stream: AsyncIterator[bytes], limit_bytes: int) -> bytes:
    """The beginning of a stream: the whole of it, or at least so much."""
    begun = bytearray()
    while len(begun) < limit_bytes:
        chunk = await anext(stream, None)
        if chunk is None:
            break
        begun += chunk
    return bytes(begun)


async def _joined(begun: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield begun
    async for chunk in rest:
        yield chunk


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
