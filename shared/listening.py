"""Listening for HTTP: one port per process, its address, and a polite end."""

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from ipaddress import ip_address
from typing import Any, Final, cast

from aiohttp import web
from aiohttp.typedefs import Handler

from shared.process import Ending

Front = Callable[[Handler], Handler]
"""Stands before an application: answers some requests itself and hands it the others."""

_UNDER_WAY_S: Final = 2.0
_BACKLOG: Final = 128
"""So many may connect while the loop is at something else."""
_ACCEPTING_TURNS: Final = 3
"""So many turns of the loop lie between accepting a connection and telling the server of it."""
_REMEDIES: Final = {
    errno.EADDRNOTAVAIL: "set HUB_HOST to an address of this machine",
    errno.EACCES: "set HUB_PORT to one from 1024 on",
}


@asynccontextmanager
async def listening(
    app: web.Application,
    host: str,
    port: int,
    *,
    ending: Ending | None = None,
    front: Front | None = None,
    under_way_s: float = _UNDER_WAY_S,
) -> AsyncIterator[str]:
    """Serve the application for as long as the context lasts; yields its address on this machine.

    Once the ``ending`` was told, every answer of the application closes its connection: clients
    that keep one open find another process before this one is gone. ``under_way_s``: so long may
    requests under way take once the port is closed. Raises ``OSError``, naming the remedy, when the
    address cannot be had.
    """
    if ending is not None:
        app.on_response_prepare.append(_closing_when(ending))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=under_way_s)
    await runner.setup()
    server = cast(web.Server, runner.server)  # made by the set-up
    if front is not None:
        # To the server requests are of a more general kind than those the application makes.
        server.request_handler = cast(Any, front(server.request_handler))
    try:
        async with _accepting(server, host, port) as bound:
            yield _url(*bound)
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _accepting(serving: web.Server, host: str, port: int) -> AsyncIterator[tuple[str, int]]:
    """The address that it listens on. Raises ``OSError``."""
    loop = asyncio.get_running_loop()
    try:
        server = await loop.create_server(serving, host, port, backlog=_BACKLOG)
    except OSError as error:
        why = os.strerror(error.errno).lower() if error.errno else str(error)
        remedy = _REMEDIES.get(error.errno or 0, "set HUB_PORT to another port")
        raise OSError(f"cannot listen on {host}:{port}: {why}; {remedy}") from None
    try:
        yield server.sockets[0].getsockname()[:2]
    finally:
        # The loop of Python 3.11, unlike uvloop's, forgets a connection that it has accepted and
        # whose server is closed before that has heard of it: it stays open, with nobody to answer.
        # So accepting ends first.
        try:
            for listener in server.sockets:
                if listener.fileno() >= 0:
                    loop.remove_reader(listener)
            for _ in range(_ACCEPTING_TURNS):
                await asyncio.sleep(0)
        finally:
            server.close()


class LocalServer:
    """An application on a free port of this machine, from ``start`` to ``close``."""

    def __init__(self, app: web.Application, *, under_way_s: float = _UNDER_WAY_S) -> None:
        """``under_way_s``: so long may requests under way take once it is closed."""
        self._app = app
        self._under_way_s = under_way_s
        self._stack = AsyncExitStack()

    async def start(self) -> str:
        """Listen; returns the address."""
        serving = listening(self._app, "127.0.0.1", 0, under_way_s=self._under_way_s)
        return await self._stack.enter_async_context(serving)

    async def close(self) -> None:
        """Stop listening. Harmless when it never began, or twice."""
        await self._stack.aclose()


def is_local(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _closing_when(
    ending: Ending,
) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    async def close(_request: web.Request, response: web.StreamResponse) -> None:
        if ending.told:
            response.force_close()

    return close


def _url(host: str, port: int) -> str:
    address = ip_address(host)
    if address.is_unspecified:
        return f"http://127.0.0.1:{port}"
    return f"http://[{host}]:{port}" if address.version == 6 else f"http://{host}:{port}"  # noqa: PLR2004 - the version of IP
