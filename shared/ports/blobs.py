"""Blobs: the bytes of attachments and large payloads, addressed by their content."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from shared.ids import BlobId


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A blob that is stored. ``id`` is the SHA-256 of its bytes in hex."""

    id: BlobId
    size_bytes: int


class Blobs(Protocol):
    """Writing the same bytes twice stores them once. Raises ``Unavailable`` when not writable."""

    async def put(self, chunks: AsyncIterator[bytes], *, max_bytes: int) -> StoredBlob:
        """Store a stream. Raises ``Rejected`` and keeps nothing when it exceeds ``max_bytes``."""

    def read(self, id: BlobId, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from ``start`` to before ``end``, in chunks. Raises ``NotFound``."""

    async def size(self, id: BlobId) -> int:
        """Its size in bytes. Raises ``NotFound``."""
