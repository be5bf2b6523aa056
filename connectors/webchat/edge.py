"""The edge of the widget's HTTP surface: origins, errors as problem documents, capped bodies."""

import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

from aiohttp import web

from shared.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    HubError,
    NotFound,
    Rejected,
    Unauthorised,
    Unavailable,
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
RETRY_AFTER_S: Final = 2
_STATUSES: Final[tuple[tuple[type[HubError], int], ...]] = (
    (BadRequest, 422),
    (Unauthorised, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (Rejected, 413),
    (Unavailable, 503),
)


class Edge:
    """Wraps every handler of a channel: who may call from which site, and how errors look."""

    def __init__(self, allowed_origins: tuple[str, ...]) -> None:
        self._allowed = frozenset(allowed_origins)

    def guarded(self, handler: Handler) -> Handler:
        """The handler with the origin checked before and errors answered after it."""

        async def handle(request: web.Request) -> web.StreamResponse:
            response: web.StreamResponse
            if not self._allows(request):
                response = problem(HTTPStatus.FORBIDDEN, "this site may not use this chat")
            else:
                try:
                    response = await handler(request)
                except HubError as error:
                    response = _answer(error)
                except web.HTTPException as error:
                    response = problem(error.status, error.reason, dict(error.headers))
            if not response.prepared:
                self._mark(request, response)
            return response

        return handle

    async def preflight(self, request: web.Request) -> web.StreamResponse:
        """The browser asks what a page of another site may send."""
        headers = {
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": "authorization, content-type",
            "Access-Control-Max-Age": "7200",
        }
        return web.Response(status=HTTPStatus.NO_CONTENT, headers=headers)

    def _allows(self, request: web.Request) -> bool:
        origin = request.headers.get("Origin")
        if not self._allowed or origin is None:
            return True
        own = f"{request.scheme}://{request.host}"
        return origin.lower() in self._allowed or origin.lower() == own.lower()

    def _mark(self, request: web.Request, response: web.StreamResponse) -> None:
        origin = request.headers.get("Origin")
        if not self._allowed:
            response.headers["Access-Control-Allow-Origin"] = "*"
        elif origin is not None and self._allows(request):
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Vary"] = "Origin"
        response.headers["Access-Control-Expose-Headers"] = "Retry-After"
        response.headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin")
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["X-Content-Type-Options"] = "nosniff"


def problem(
    status: int, detail: str, headers: dict[str, str] | None = None, *, field: str | None = None
) -> web.Response:
    """An RFC 9457 problem document; of the given headers only ``Retry-After`` is kept."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    kept = {name: text for name, text in (headers or {}).items() if name == "Retry-After"}
    return web.Response(
        status=status,
        body=json.dumps(body if field is None else body | {"field": field}).encode(),
        content_type="application/problem+json",
        headers=kept,
    )


async def read_capped(request: web.Request, max_bytes: int) -> bytes:
    """The body of up to that many bytes; raises the answer 413 beyond, without reading on."""
    if (request.content_length or 0) > max_bytes:
        raise too_large(max_bytes)
    body = bytearray()
    async for chunk in request.content.iter_chunked(16 * 1024):
        body += chunk
        if len(body) > max_bytes:
            raise too_large(max_bytes)
    return bytes(body)


def too_large(max_bytes: int) -> web.HTTPException:
    """The answer 413."""
    return web.HTTPRequestEntityTooLarge(max_size=max_bytes, actual_size=max_bytes + 1)


def _answer(error: HubError) -> web.Response:
    for kind, status in _STATUSES:
        if isinstance(error, kind):
            headers = {"Retry-After": str(RETRY_AFTER_S)} if kind is Unavailable else None
            field = error.field if isinstance(error, BadRequest) else None
            return problem(status, str(error), headers, field=field)
    raise error
