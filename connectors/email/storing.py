"""Keeping a mail as it came, and its HTML made harmless, before anybody is told of it.

Parsing stays pure: it finds the ids of what was stored here in the line before the mail.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final

import structlog

from connectors.email.frame import Found
from connectors.email.opened import open_mail
from connectors.email.sanitise import sanitised
from shared.errors import BadPayload
from shared.ids import BlobId
from shared.ports.blobs import Blobs

log = structlog.get_logger(__name__)

_CHUNK: Final = 256 * 1024
_MOST_BYTES: Final = 64 * 1024 * 1024


class Storing:
    """Stores what one channel takes in."""

    def __init__(self, blobs: Blobs | None) -> None:
        self._blobs = blobs

    async def stored(self, found: Found, raw: bytes) -> Found:
        """What was found, with the ids of what is stored now. Raises ``Unavailable``."""
        if self._blobs is None or not raw:
            return found
        html = await asyncio.to_thread(_html_of, found, raw)
        raw_id = await self._put(raw)
        html_id = await self._put(html.encode()) if html else None
        return replace(found, raw_blob_id=raw_id, html_blob_id=html_id)

    async def _put(self, data: bytes) -> BlobId:
        assert self._blobs is not None  # noqa: S101 - asked by the caller

        async def pieces() -> AsyncIterator[bytes]:
            for start in range(0, len(data), _CHUNK):
                yield data[start : start + _CHUNK]

        return (await self._blobs.put(pieces(), max_bytes=_MOST_BYTES)).id


def _html_of(found: Found, raw: bytes) -> str | None:
    try:
        html = open_mail(found, raw).body.html_document
        return sanitised(html) if html else None
    except BadPayload:
        return None  # parse says so in its own time
    except Exception as error:  # noqa: BLE001 - one odd mail must not hold up those behind it
        # It is kept whole and goes on without its HTML; what cannot be parsed is put aside later.
        log.warning("email.html_unread", uid=found.uid, error=type(error).__name__)
        return None
