"""Fetching one file from a platform into the blob store: capped, sniffed, named safely."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import puremagic

from connectors.base import FetchesMedia
from connectors.names import safe_name
from shared.errors import Rejected
from shared.model.content import Attachment, FetchState
from shared.ports.blobs import Blobs

_HEAD_BYTES: Final = 8192
_LIMIT_S: Final = 60.0
_BYTES_PER_S: Final = 128 * 1024
_LONGEST_ID: Final = 4096


class _TooBig(Exception):
    """More came than may be kept."""


async def download(
    attachment: Attachment, fetcher: FetchesMedia, blobs: Blobs, *, max_bytes: int
) -> Attachment:
    """The attachment in its final state: stored, expired or too big, with the reason.

    Raises ``Unavailable`` or ``TimeoutError`` when it may work later, and whatever else the
    connector raises.
    """
    if attachment.size_bytes is not None and attachment.size_bytes > max_bytes:
        return _too_big(attachment, max_bytes)
    head = bytearray()
    try:
        async with asyncio.timeout(_LIMIT_S + (attachment.size_bytes or 0) / _BYTES_PER_S):
            stream = _capped(fetcher.fetch(attachment), head, max_bytes)
            # The store's own cap is never reached: ours tells "too big" from "gone".
            blob = await blobs.put(stream, max_bytes=max_bytes + 1)
    except _TooBig:
        return _too_big(attachment, max_bytes)
    except Rejected as error:
        too_big = "too big" in str(error).lower()
        state = FetchState.TOO_BIG if too_big else FetchState.EXPIRED
        return attachment.model_copy(update={"state": state, "reason": str(error)})
    name = safe_name(attachment.name or attachment.name_original)
    return attachment.model_copy(
        update={
            "state": FetchState.STORED,
            "reason": None,
            "blob_id": blob.id,
            "size_bytes": blob.size_bytes,
            "name": name,
            "name_original": attachment.name_original or attachment.name,
            "mime_detected": sniff(bytes(head)),
            # A file that came inside its event is in the blob store now.
            "native": {k: v for k, v in attachment.native.items() if len(v) <= _LONGEST_ID},
        }
    )


def sniff(head: bytes) -> str | None:
    """The type of a file by its first bytes; None when they are not known."""
    if not head:
        return None
    try:
        found: str = puremagic.from_string(head, mime=True)
    except (puremagic.PureError, ValueError):
        return None
    return found or None


async def _capped(
    chunks: AsyncIterator[bytes], head: bytearray, max_bytes: int
) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > max_bytes:
            raise _TooBig
        if len(head) < _HEAD_BYTES:
            head += chunk[: _HEAD_BYTES - len(head)]
        yield chunk


def _too_big(attachment: Attachment, max_bytes: int) -> Attachment:
    reason = f"the file is bigger than {max_bytes / 1024 / 1024:.0f} MB"
    return attachment.model_copy(update={"state": FetchState.TOO_BIG, "reason": reason})
