"""What every process answers over HTTP for those who look after it: is it alive, can it work."""

from collections.abc import Sequence
from http import HTTPStatus

from aiohttp import web

from shared.health import Health
from shared.metrics import Metrics


def operator_routes(health: Health, metrics: Metrics) -> Sequence[web.RouteDef]:
    """``/healthz``, ``/readyz`` naming each broken part, and ``/metrics`` for Prometheus."""

    async def alive(_request: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def ready(_request: web.Request) -> web.Response:
        report = await health.report()
        status = HTTPStatus.OK if report.ok else HTTPStatus.SERVICE_UNAVAILABLE
        headers = {} if report.ok else {"Retry-After": "2"}
        return web.Response(
            status=status,
            text=report.model_dump_json(),
            content_type="application/json",
            headers=headers,
        )

    async def measured(request: web.Request) -> web.Response:
        if "X-Forwarded-For" in request.headers:
            raise web.HTTPNotFound  # asked through the public address
        headers = {"Content-Type": "text/plain; version=0.0.4"}
        return web.Response(body=metrics.exposition(), headers=headers)

    return [
        web.get("/healthz", alive),
        web.get("/readyz", ready),
        web.get("/metrics", measured),
    ]
