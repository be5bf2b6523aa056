"""What every request passes: its id, its true address, problems for errors, headers, a log line."""

import re
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from inbox.rest import problems
from inbox.rest.addresses import REMOTE, SECURE, Proxies
from inbox.rest.security import secure
from shared.errors import HubError
from shared.ids import uuid7

log = structlog.get_logger(__name__)

REQUEST_ID: Final = web.RequestKey("hub.request_id", str)
CALLER_ID: Final = web.RequestKey("hub.caller_id", str)
_ID_HEADER: Final = "X-Request-Id"
_GIVEN_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")

Count = Callable[[str, str, int, float], None]
"""Takes method, route, status and seconds of a finished request."""


def edge(proxies: Proxies, count: Count | None = None) -> Middleware:
    """The outermost middleware of the application, for the routes of every service."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        started = time.perf_counter()
        _mark(request, proxies)
        if request[REMOTE] != request.remote:
            # Handlers that know nothing of proxies limit and count by ``request.remote``.
            request = request.clone(remote=request[REMOTE])
        status = 500
        with structlog.contextvars.bound_contextvars(request_id=request[REQUEST_ID]):
            try:
                response = await _answer(request, handler)
                status = response.status
                return response
            finally:
                took_s = time.perf_counter() - started
                _log(request, status, took_s)
                if count is not None:
                    count(request.method, route_of(request), status, took_s)

    return middleware


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """For ``on_response_prepare``: streamed answers get the headers too."""
    if REQUEST_ID not in request:
        return  # refused before it came to the middleware
    response.headers[_ID_HEADER] = request[REQUEST_ID]
    if "Server" in response.headers:
        del response.headers["Server"]
    response.headers["Server"] = "omnihub"
    secure(request, response.headers)


def route_of(request: web.Request) -> str:
    """The route's own pattern: paths hold ids, and other people's paths anything."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "(none)"


def _mark(request: web.Request, proxies: Proxies) -> None:
    given = request.headers.get(_ID_HEADER, "")
    believed = proxies.trusts(request.remote or "") and _GIVEN_ID.fullmatch(given)
    request[REQUEST_ID] = given if believed else uuid7().hex
    request[REMOTE] = proxies.address(request)
    request[SECURE] = proxies.is_secure(request)


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as answer:
        if answer.status < HTTPStatus.BAD_REQUEST or not _ours(request):
            raise
        return _plain(answer)
    except HubError as error:
        response = problems.response_of(error)
        if response.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return response
        log.warning("http.failed", error=type(error).__name__, reason=str(error))
        away = response.status == HTTPStatus.SERVICE_UNAVAILABLE
        return response if away else _internal(request)
    except ConnectionResetError:
        raise  # the client went away; nobody is left to be answered
    except Exception:
        log.exception("http.bug", route=route_of(request))
        return _internal(request)


def _ours(request: web.Request) -> bool:
    return "text/html" not in request.headers.get("Accept", "") or request.path.startswith("/api/")


def _plain(answer: web.HTTPException) -> web.Response:
    response = problems.plain(answer.status, answer.reason)
    if "Allow" in answer.headers:
        response.headers["Allow"] = answer.headers["Allow"]
    return response


def _internal(request: web.Request) -> web.Response:
    return problems.plain(
        500,
        "something went wrong here; the log names the cause under this id",
        id=request[REQUEST_ID],
    )


_PROBES: Final = frozenset({"/healthz", "/readyz", "/metrics"})


def _log(request: web.Request, status: int, took_s: float) -> None:
    # What only reads and went well is no news; what changed something or went wrong is.
    quiet = request.method in {"GET", "HEAD", "OPTIONS"} and status < HTTPStatus.BAD_REQUEST
    write = log.debug if quiet or request.path in _PROBES else log.info
    write(
        "http.request",
        method=request.method,
        route=route_of(request),
        status=status,
        took_ms=round(took_s * 1000),
        caller=request.get(CALLER_ID),
    )
