"""Uploads and attachments, as routes."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from aiohttp import BodyPartReader, web
from pydantic import BaseModel, Field

from inbox.files import Files, Stored, is_inline
from inbox.permissions import Permission
from inbox.rest import problems
from inbox.rest.body import capped
from inbox.rest.problems import TooLarge, TooSlow
from inbox.rest.route import Call, Nothing, Route
from shared.errors import BadRequest
from shared.model.base import Strict
from shared.model.records import Upload

_FORM_EXTRA_BYTES: Final = 16 * 1024
"""What a form may add to the file itself."""
_CHUNK_BYTES: Final = 64 * 1024
_UPLOAD_LIMIT_S: Final = 15 * 60.0
_CHUNK_LIMIT_S: Final = 60.0
"""How long a reader may take for a piece of a download; then it is cut off."""
_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)")
_POLICY: Final = "default-src 'none'; media-src 'self'; img-src 'self'; sandbox"


class UploadQuery(Strict):
    """The name of a file that is sent as the raw body."""

    name: str | None = Field(default=None, max_length=500)


class DownloadQuery(Strict):
    """Whether the browser shall save it even if it could show it."""

    download: bool = False


class UploadView(BaseModel):
    """A stored file; its id goes into ``attachments`` of a message within two days."""

    id: str
    name: str
    mime: str
    size_bytes: int

    @classmethod
    def of(cls, upload: Upload) -> "UploadView":
        """What may be shown of the document."""
        return cls(id=upload.id, name=upload.name, mime=upload.mime, size_bytes=upload.size_bytes)


@dataclass(frozen=True, slots=True)
class FilesApi:
    """The routes of ``/uploads`` and ``/attachments``."""

    files: Files

    def routes(self) -> list[Route]:
        """What they are."""
        return [
            Route(
                "POST", "/uploads", self.upload, Permission.CONVERSATIONS_WRITE,
                "Upload a file: as the form field `file`, or as the raw body", "files",
                query=UploadQuery, answer=UploadView, status=201, streams=True,
                consumes="multipart/form-data",
            ),
            Route(
                "GET", "/attachments/{message_id}/{attachment_id}", self.download,
                Permission.CONVERSATIONS_READ, "The bytes of an attachment; ranges are served",
                "files", query=DownloadQuery, produces="application/octet-stream",
            ),
        ]  # fmt: skip

    async def upload(self, call: Call[UploadQuery, Nothing]) -> UploadView:
        """Store it; its type is told by its bytes."""
        try:
            async with asyncio.timeout(_UPLOAD_LIMIT_S):
                return UploadView.of(await self._upload(call))
        except TimeoutError:
            raise TooSlow("the file did not arrive in time") from None

    async def _upload(self, call: Call[UploadQuery, Nothing]) -> Upload:
        request, by = call.request, call.caller.actor
        declared = request.content_length
        if declared is not None and declared > self.files.limit_bytes + _FORM_EXTRA_BYTES:
            raise TooLarge(f"a file may have {self.files.limit_bytes} bytes at most")
        if request.content_type == "multipart/form-data":
            part = await _file_part(request)
            mime = part.headers.get("Content-Type")
            name = call.query.name or part.filename
            return await self.files.upload(_chunks(part), name, mime, by)
        body = capped(request, self.files.limit_bytes)
        return await self.files.upload(body, call.query.name, request.content_type, by)

    async def download(self, call: Call[DownloadQuery, Nothing]) -> web.StreamResponse:
        """Shown inline only where that can do no harm."""
        request = call.request
        stored = await self.files.stored(call.path["message_id"], call.path["attachment_id"])
        headers = _headers(stored, inline=is_inline(stored.mime) and not call.query.download)
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return web.Response(status=304, headers=headers)
        start, end = 0, stored.size_bytes
        if (
            "Range" in request.headers
            and request.headers.get("If-Range", headers["ETag"]) == (headers["ETag"])
        ):
            span = _span(request.headers["Range"], stored.size_bytes)
            if span is None:
                response = problems.plain(416, "there are no such bytes")
                response.headers["Content-Range"] = f"bytes */{stored.size_bytes}"
                return response
            start, end = span
        status = 200
        if (start, end) != (0, stored.size_bytes):
            status = 206
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{stored.size_bytes}"
        headers["Content-Length"] = str(end - start)
        return await self._stream(request, stored, start, end, status, headers)

    async def _stream(
        self,
        request: web.Request,
        stored: Stored,
        start: int,
        end: int,
        status: int,
        headers: dict[str, str],
    ) -> web.StreamResponse:
        response = web.StreamResponse(status=status, headers=headers)
        await response.prepare(request)
        if request.method != "HEAD":
            async for chunk in self.files.blobs.read(stored.blob_id, start=start, end=end):
                async with asyncio.timeout(_CHUNK_LIMIT_S):
                    await response.write(chunk)
        await response.write_eof()
        return response


async def _file_part(request: web.Request) -> BodyPartReader:
    try:
        reader = await request.multipart()
        async for part in reader:
            if isinstance(part, BodyPartReader) and part.name == "file":
                return part
            if isinstance(part, BodyPartReader):
                await part.release()
    except (ValueError, AssertionError):
        raise BadRequest("this is no readable form") from None
    raise BadRequest("the form has no such field", field="file")


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk(_CHUNK_BYTES):
        yield chunk


def _headers(stored: Stored, *, inline: bool) -> dict[str, str]:
    ascii_name = stored.name.encode("ascii", "replace").decode().replace("?", "_")
    disposition = "inline" if inline else "attachment"
    return {
        "Content-Type": stored.mime if inline else "application/octet-stream",
        "Content-Disposition": (
            f"{disposition}; filename=\"{ascii_name}\"; filename*=UTF-8''"
            f"{quote(stored.name, safe='')}"
        ),
        "Content-Security-Policy": _POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, max-age=3600",
        "Accept-Ranges": "bytes",
        "ETag": f'"{stored.blob_id}"',
    }


def _span(header: str, size_bytes: int) -> tuple[int, int] | None:
    """First and behind the last byte; None when there are none. Several ranges get the whole."""
    found = _RANGE.fullmatch(header.replace(" ", ""))
    if found is None:
        return 0, size_bytes
    first, last = found.groups()
    if not first:
        if not last or int(last) == 0:
            return None
        return max(0, size_bytes - int(last)), size_bytes
    start = int(first)
    end = min(int(last) + 1, size_bytes) if last else size_bytes
    return (start, end) if start < end else None
