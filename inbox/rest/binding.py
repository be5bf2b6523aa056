"""Routes on an aiohttp application: each call is known, allowed and parsed before its handler."""

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Protocol

from aiohttp import hdrs, web
from pydantic import BaseModel

from inbox.callers import Caller
from inbox.permissions import Permission
from inbox.rest.body import read_json, read_query
from inbox.rest.middleware import CALLER_ID
from inbox.rest.problems import CONTENT_TYPE, Problem
from inbox.rest.route import Answer, Call, Nothing, Route


class Doorkeeper(Protocol):
    """Who lets requests in."""

    async def enter(
        self, request: web.Request, permission: Permission, *, changes: bool
    ) -> Caller | None:
        """The caller; raises ``Unauthorised`` or ``Forbidden``."""


def check(routes: Sequence[Route]) -> None:
    """Raises ``TypeError`` for a route without permission or summary, or one declared twice."""
    seen: set[tuple[str, str]] = set()
    for route in routes:
        name = f"{route.method} {route.full_path}"
        if route.permission is None:
            raise TypeError(f"{name} declares no permission")
        if not route.summary:
            raise TypeError(f"{name} has no summary")
        if (route.method, route.full_path) in seen:
            raise TypeError(f"{name} is declared twice")
        seen.add((route.method, route.full_path))


def _nobody_minds(_caller: Caller) -> None:
    """Nobody wants to know who does something."""


def bind(
    app: web.Application,
    routes: Sequence[Route],
    gate: Doorkeeper,
    acted: Callable[[Caller], None] = _nobody_minds,
) -> None:
    """Add the routes; ``acted`` is told of whoever changes something. Raises ``TypeError`` when one
    is not fully declared."""
    check(routes)
    for route in routes:
        handler = _handler(route, gate, acted)
        app.router.add_route(route.method, route.full_path, handler)
        if route.method == hdrs.METH_GET and route.status == HTTPStatus.OK:
            app.router.add_route(hdrs.METH_HEAD, route.full_path, handler)


def _handler(
    route: Route, gate: Doorkeeper, acted: Callable[[Caller], None]
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    permission = route.permission
    assert permission is not None  # noqa: S101 - checked by ``check`` just before

    async def handle(request: web.Request) -> web.StreamResponse:
        who = await gate.enter(request, permission, changes=route.changes)
        if who is not None:
            request[CALLER_ID] = who.key
            if route.changes:
                acted(who)
        call = Call(
            request=request,
            who=who,
            query=read_query(request, route.query),
            body=await _body(request, route),
        )
        return respond(await route.handler(call), route.status)

    return handle


async def _body(request: web.Request, route: Route) -> BaseModel:
    if route.streams or (not route.changes and route.body is Nothing):
        return Nothing()
    return await read_json(request, route.body, route.body_limit_bytes)


def respond(result: BaseModel | Answer | web.StreamResponse, status: int) -> web.StreamResponse:
    """The HTTP response of what a handler returned."""
    if isinstance(result, web.StreamResponse):
        return result
    answer = result if isinstance(result, Answer) else Answer(result, status)
    headers = {"Cache-Control": "no-store", **answer.headers}
    if answer.body is None:
        return web.Response(status=answer.status, headers=headers)
    is_problem = isinstance(answer.body, Problem)
    return web.Response(
        status=answer.status,
        body=answer.body.model_dump_json().encode(),
        content_type=CONTENT_TYPE if is_problem else "application/json",
        charset=None if is_problem else "utf-8",
        headers=headers,
    )
