"""Files of the site chat: uploads into the blob store, and back out of the visitor's thread."""

import binascii
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from typing import Any, Final
from urllib.parse import quote

from aiohttp import BodyPartReader, web

from connectors.webchat.edge import too_large
from connectors.webchat.text import clean, safe_name
from connectors.webchat.visitors import Visitor, Visitors
from shared.errors import BadRequest, NotFound, Rejected, Unavailable
from shared.ids import BlobId
from shared.model.content import Attachment, AttachmentKind, FetchState
from shared.ports.blobs import Blobs

_HEAD_BYTES: Final = 8192
_CHUNK_BYTES: Final = 64 * 1024
_IMAGES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_RECORDINGS: Final = frozenset({"video/webm", "video/ogg", "application/ogg", "video/mp4"})
_SAFE_PREFIXES: Final = ("audio/", "video/")


class Files:
    """Uploads are tied to their visitor by a sealed token, so that nothing is kept meanwhile."""

    def __init__(self, blobs: Blobs | None, visitors: Visitors, *, max_bytes: int) -> None:
        self._blobs = blobs
        self._visitors = visitors
        self._max_bytes = max_bytes

    async def take(self, request: web.Request, visitor: Visitor) -> dict[str, Any]:
        """Store the multipart field ``file``; the answer holds the token for the message.

        Raises ``BadRequest``, ``Unavailable``, or the answer 413.
        """
        blobs = self._store()
        part = await _file_part(request)
        head = await _head(part)
        if not head:
            raise BadRequest("an empty file", field="file")
        try:
            stored = await blobs.put(_chunks(head, part), max_bytes=self._max_bytes)
        except Rejected:
            raise too_large(self._max_bytes) from None
        mime = sniff(head)
        described = {
            "blob_id": stored.id,
            "name": safe_name(part.filename or "file"),
            "name_original": clean(part.filename or "file")[:255],
            "mime": clean(part.headers.get("Content-Type", ""))[:100] or None,
            "mime_detected": mime,
            "kind": kind_of(mime, voice=request.query.get("as") == "voice").value,
            "size_bytes": stored.size_bytes,
        }
        shown = {name: described[name] for name in ("name", "kind", "size_bytes")}
        return {"file": self._seal(visitor, described), "mime": mime, **shown}

    def opened(self, visitor: Visitor, tokens: tuple[str, ...]) -> tuple[Attachment, ...]:
        """The attachments that these tokens of this visitor stand for. Raises ``BadRequest``."""
        return tuple(
            Attachment(id=f"a{index}", state=FetchState.STORED, **self._unseal(visitor, token))
            for index, token in enumerate(tokens)
        )

    def serve(self, attachment: Attachment) -> web.Response:
        """The bytes, always as a download and of a type that is known to do no harm."""
        if attachment.state is not FetchState.STORED or attachment.blob_id is None:
            raise NotFound("the file is not here")
        mime = attachment.mime_detected or ""
        safe = mime in _IMAGES or mime.startswith(_SAFE_PREFIXES)
        name = quote(attachment.name or "file", safe="")
        return web.Response(
            body=self._store().read(attachment.blob_id),
            headers={
                "Content-Type": mime if safe else "application/octet-stream",
                "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
                "Content-Security-Policy": "default-src 'none'; sandbox",
                "Cache-Control": "private, max-age=3600",
            },
        )

    async def ready(self, blob_id: BlobId) -> None:
        """Raises ``NotFound`` or ``Unavailable`` before an answer has begun."""
        await self._store().size(blob_id)

    def _store(self) -> Blobs:
        if self._blobs is None:
            raise Unavailable("there is no place for files")
        return self._blobs

    def _seal(self, visitor: Visitor, described: dict[str, Any]) -> str:
        text = json.dumps(described, separators=(",", ":"), ensure_ascii=False)
        packed = urlsafe_b64encode(text.encode()).decode().rstrip("=")
        return f"{packed}.{self._visitors.seal('file', f'{visitor.id} {packed}')}"

    def _unseal(self, visitor: Visitor, token: str) -> dict[str, Any]:
        packed, _, signature = token.partition(".")
        expected = self._visitors.seal("file", f"{visitor.id} {packed}")
        if not token.isascii() or not hmac.compare_digest(expected, signature):
            raise BadRequest("an unknown file", field="attachments")
        try:
            described: dict[str, Any] = json.loads(
                urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
            )
        except (binascii.Error, ValueError):
            raise BadRequest("an unknown file", field="attachments") from None
        return described


def sniff(head: bytes) -> str:
    """The MIME type by content; the declared one decides nothing."""
    import puremagic  # reads its tables when imported: only who uploads pays for it

    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        matches = []
    for match in matches:
        if match.mime_type:
            return str(match.mime_type)
    try:
        head[: _HEAD_BYTES - 4].decode()
    except UnicodeDecodeError:
        return "application/octet-stream"
    return "text/plain"


def kind_of(mime: str, *, voice: bool = False) -> AttachmentKind:
    """How a file of this detected type is shown; vector images are files, for they hold scripts.

    ``voice``: the widget recorded it. Browsers put sound into containers that may hold pictures.
    """
    if voice and (mime.startswith("audio/") or mime in _RECORDINGS):
        return AttachmentKind.VOICE
    if mime in _IMAGES:
        return AttachmentKind.IMAGE
    if mime.startswith("video/"):
        return AttachmentKind.VIDEO
    if mime.startswith("audio/"):
        return AttachmentKind.AUDIO
    return AttachmentKind.FILE


async def _file_part(request: web.Request) -> BodyPartReader:
    if request.content_type != "multipart/form-data":
        raise BadRequest("send multipart/form-data with the field file")
    try:
        part = await (await request.multipart()).next()
    except ValueError:
        raise BadRequest("not a multipart body") from None
    if not isinstance(part, BodyPartReader) or part.name != "file":
        raise BadRequest("the first field has to be file", field="file")
    return part


async def _head(part: BodyPartReader) -> bytes:
    head = bytearray()
    while len(head) < _HEAD_BYTES:
        chunk = await _next(part)
        if not chunk:
            break
        head += chunk
    return bytes(head)


async def _chunks(head: bytes, part: BodyPartReader) -> AsyncIterator[bytes]:
    yield head
    while chunk := await _next(part):
        yield chunk


async def _next(part: BodyPartReader) -> bytes:
    try:
        return await part.read_chunk(_CHUNK_BYTES)
    except ValueError:
        raise BadRequest("the multipart body breaks off", field="file") from None
