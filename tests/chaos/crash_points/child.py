"""A process of the hub on ports with crash points; forked by ``tests.support.fork_server``.

It runs the very commands that people run: ``hub up``, ``python -m router``, ``python -m inbox`` and
``python -m connectors``; only what ``open_ports`` gives them is wrapped, and the HTTP sessions of
the connectors are watched.
"""

import asyncio
import functools
import importlib
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final

from aiohttp import ClientSession, TraceConfig, TraceRequestStartParams

import connectors.assembly
from connectors.resources import Resources, open_session
from shared import runtime
from shared.clock import Clock
from shared.runtime import Ports
from shared.settings import Settings
from tests.chaos.crash_points.left import left_undone
from tests.chaos.crash_points.link import AT_ONCE, RECORD, Link
from tests.chaos.crash_points.points import Points
from tests.chaos.crash_points.ports import PointedBlobs, PointedBus, PointedStore

_PROGRAMS: Final = {
    "hub": "hub.app",
    "inbox": "inbox.__main__",
    "connectors": "connectors.__main__",
    "router": "router.__main__",
}
_MEDIA_CALLS: Final = ("getfile", "file")
_OWN_CALLS: Final = ("getupdates", "setwebhook", "deletewebhook", "getme")


class Pointed:
    """What is wrapped around one process."""

    def __init__(self) -> None:
        self._link = Link()
        self._points = Points(self._link.say)
        at_once = os.environ.get(AT_ONCE)
        if at_once == RECORD:
            self._points.record()
        elif at_once:
            self._points.arm(at_once)

    @asynccontextmanager
    async def open_ports(
        self, settings: Settings, *, clock: Clock | None = None
    ) -> AsyncIterator[Ports]:
        """As ``shared.runtime.open_ports``, with points."""
        async with runtime.open_ports(settings, clock=clock) as ports, asyncio.TaskGroup() as group:
            bus = PointedBus(ports.bus, self._points)
            store = PointedStore(ports.store, self._points)

            async def obey(order: dict[str, Any]) -> dict[str, Any]:
                return await self._obey(order, bus, store)

            listening = group.create_task(self._link.listen(obey))
            try:
                blobs = PointedBlobs(ports.blobs, self._points)
                yield replace(ports, bus=bus, store=store, blobs=blobs)
            finally:
                listening.cancel()

    async def _obey(
        self, order: dict[str, Any], bus: PointedBus, store: PointedStore
    ) -> dict[str, Any]:
        match order["do"]:
            case "record":
                self._points.record()
            case "arm":
                self._points.arm(order["point"])
            case "disarm":
                self._points.disarm()
            case "left":
                wholly = order["how"] == "wholly"
                return {"left": await left_undone(bus, store, bus.published, wholly=wholly)}
        return {}

    def open_session(self, proxy: str | None = None) -> ClientSession:
        """A connector's session; a point before each request and after the head of its answer."""
        session = open_session(proxy)
        trace = TraceConfig()
        trace.on_request_start.append(functools.partial(self._called, "before"))
        trace.on_request_end.append(functools.partial(self._called, "after"))
        trace.freeze()
        session.trace_configs.append(trace)
        return session

    async def _called(
        self, side: str, _session: ClientSession, _context: Any, about: TraceRequestStartParams
    ) -> None:
        name = "file" if about.url.path.startswith("/file/") else about.url.name.lower()
        stage = "dispatch"
        if name in _MEDIA_CALLS:
            stage = "media"
        elif name in _OWN_CALLS:
            stage = "intake"
        self._points.reach(side, f"{stage}: request {name}")


def main(arguments: Sequence[str]) -> None:
    """Be ``arguments[0]``, with the arguments after it."""
    service, *given = arguments
    pointed = Pointed()
    program: Any = importlib.import_module(_PROGRAMS[service])
    program.open_ports = pointed.open_ports
    made: Any = functools.partial(Resources, sessions=pointed.open_session)
    setattr(connectors.assembly, "Resources", made)  # noqa: B010 - it is no variable of theirs
    sys.argv = [service, *given]
    if service == "hub":
        from hub.cli import app

        app()
        return
    from shared.process import arguments as parser
    from shared.process import run_service

    serve = program.serve
    if service == "connectors":
        serve = functools.partial(serve, None)
    sys.exit(run_service(parser(service, "").parse_args(), service, serve))
