"""The body of a webhook: read up to a size, within a time."""

import asyncio
from typing import Final

from aiohttp import web

LIMIT_S: Final = 30.0
"""For all of it: platforms send at once, and who trickles only holds a connection."""
_CHUNK_BYTES: Final = 64 * 1024


async def read_body(
    request: web.Request, *, limit_bytes: int, limit_s: float = LIMIT_S
) -> bytes | web.Response:
    """The bytes as they came, or the refusal: 413 too large, 408 too slow."""
    said = request.content_length
    if said is not None and said > limit_bytes:
        return web.Response(status=413)
    if request.content.is_eof():
        # All of it came along with its head, as most do: there is nothing to wait for.
        whole = request.content.read_nowait()
        return web.Response(status=413) if len(whole) > limit_bytes else whole
    body = bytearray()
    try:
        async with asyncio.timeout(limit_s):
            async for chunk in request.content.iter_chunked(_CHUNK_BYTES):
                body += chunk
                if len(body) > limit_bytes:
                    return web.Response(status=413)
    except TimeoutError:
        return web.Response(status=408, headers={"Connection": "close"})
    return bytes(body)
