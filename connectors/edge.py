"""The outermost layer of the connectors' own HTTP server: what went wrong is said and noted here.

In the all-in-one hub the inbox's layer stands in its place.
"""

from http import HTTPStatus

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from connectors.bugs import report_bug
from shared.errors import HubError, Unavailable
from shared.metrics import Metrics

log = structlog.get_logger(__name__)


def edge(metrics: Metrics) -> Middleware:
    """Turns errors into answers without their text; bugs are logged and counted."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except (web.HTTPException, ConnectionResetError):
            raise
        except Exception as error:  # noqa: BLE001 - one request's bug is that request's
            return answer_to(error, metrics)

    return middleware


def answer_to(error: Exception, metrics: Metrics) -> web.Response:
    """What is said of an error that no handler expected; it is noted here."""
    if isinstance(error, Unavailable):
        log.warning("http.away", reason=str(error))
        return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "2"})
    if isinstance(error, HubError):
        log.warning("http.refused", error=type(error).__name__)
        return web.Response(status=HTTPStatus.BAD_REQUEST)
    report_bug(metrics, "http", error)
    return web.Response(status=HTTPStatus.INTERNAL_SERVER_ERROR)
