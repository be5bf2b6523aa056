"""Files in both directions: fetched from addresses that events name, handed out by signed links."""

import base64
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from aiohttp import ClientError, ClientTimeout, web

from connectors.base import ConnectorContext, OpenFile
from connectors.webhook.addresses import Addresses
from shared.errors import NotFound, Rejected, Unavailable
from shared.ids import BlobId
from shared.model.content import Attachment
from shared.webhooks.guard import is_forbidden

_INLINE_BYTES: Final = 256 * 1024
"""Smaller files go inside the callback."""
_INLINE_MOST_BYTES: Final = 8 * 1024 * 1024
"""And without a public address larger ones too, up to this."""
_LINK_FOR: Final = timedelta(days=7)
_CHUNK: Final = 64 * 1024
_REDIRECTS: Final = 5
_FETCH_LIMIT: Final = ClientTimeout(total=600, sock_connect=10, sock_read=30)
_GONE: Final = frozenset({401, 403, 404, 410, 451})


class Files:
    """The files of one channel."""

    def __init__(self, context: ConnectorContext, addresses: Addresses) -> None:
        self._context = context
        self._addresses = addresses

    async def fetch(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """The bytes of a file that an event named. Raises ``Rejected`` and ``Unavailable``."""
        inline = attachment.native.get("inline")
        if inline is not None:
            yield base64.b64decode(inline)
            return
        url = self._addresses.opened(attachment.native)
        if url is None or self._context.guarded is None:
            raise Rejected("the event named no address that can be fetched")
        try:
            async with self._context.guarded.get(
                url, timeout=_FETCH_LIMIT, max_redirects=_REDIRECTS
            ) as answer:
                if answer.status in _GONE:
                    raise Rejected(f"the file is not there: its address answers {answer.status}")
                if answer.status != web.HTTPOk.status_code:
                    raise Unavailable(f"the file's address answers {answer.status}")
                async for chunk in answer.content.iter_chunked(_CHUNK):
                    yield chunk
        except (ClientError, TimeoutError, ValueError) as error:
            if is_forbidden(error):
                raise Rejected("the file's address is on a private network") from None
            raise Unavailable("the file's address does not answer") from None

    async def described(self, file: OpenFile, created_at: datetime) -> dict[str, Any]:
        """A file as a callback tells of it: inside when it is small, else by a link.

        Raises ``Rejected`` when it can be handed over in neither way.
        """
        attachment = file.attachment
        told: dict[str, Any] = {
            "id": attachment.id,
            "kind": attachment.kind.value,
            "name": attachment.name,
            "mime": attachment.mime_detected or attachment.mime,
            "size_bytes": file.size_bytes,
            "duration_s": attachment.duration_s,
        }
        told = {name: value for name, value in told.items() if value is not None}
        if file.size_bytes > _INLINE_BYTES and self._context.public_url:
            return told | {"url": self._link(attachment, created_at + _LINK_FOR)}
        if file.size_bytes > _INLINE_MOST_BYTES:
            raise Rejected(
                "files above 8 MB are handed over by a link, which needs the hub's public address:"
                " set HUB_PUBLIC_URL"
            )
        data = b"".join([chunk async for chunk in file.read()])
        return told | {"data_base64": base64.b64encode(data).decode()}

    async def serve(self, request: web.Request) -> web.Response:
        """The file behind a link, as a download."""
        blobs = self._context.blobs
        found = self._addresses.opened({"address": request.match_info["token"]}) or ""
        until, _, rest = found.partition("\n")
        blob_id, _, name = rest.partition("\n")
        if not until.isdigit() or int(until) < self._context.clock.now().timestamp():
            raise web.HTTPNotFound
        if blobs is None:
            raise Unavailable("there is no place for files")
        try:
            size = await blobs.size(BlobId(blob_id))
        except NotFound:
            raise web.HTTPNotFound from None
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(size),
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        }
        return web.Response(body=blobs.read(BlobId(blob_id)), headers=headers)

    def _link(self, attachment: Attachment, until: datetime) -> str:
        text = f"{int(until.timestamp())}\n{attachment.blob_id}\n{attachment.name or 'file'}"
        token = self._addresses.sealed(text)["address"]
        base = (self._context.public_url or "").rstrip("/")
        return f"{base}/webhook/{self._context.channel_id}/files/{token}"
