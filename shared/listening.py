"""Listening for HTTP: one port per process, its address, and a polite end."""

import errno
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import Any, Final, cast

from aiohttp import web
from aiohttp.typedefs import Handler

from shared.process import Ending

Front = Callable[[Handler], Handler]
"""Stands before an application: answers some requests itself and hands it the others."""

_UNDER_WAY_S: Final = 2.0
"""How long requests under way may take once the port is closed."""
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
) -> AsyncIterator[str]:
    """Serve the application for as long as the context lasts; yields its address on this machine.

    Once the ``ending`` was told, every answer of the application closes its connection: clients
    that keep one open find another process before this one is gone. Raises ``OSError``, naming the
    remedy, when the address cannot be had.
    """
    if ending is not None:
        app.on_response_prepare.append(_closing_when(ending))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_UNDER_WAY_S)
    await runner.setup()
    server = runner.server
    if front is not None and server is not None:
        # To the server requests are of a more general kind than those the application makes.
        server.request_handler = cast(Any, front(server.request_handler))
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            why = os.strerror(error.errno).lower() if error.errno else str(error)
            remedy = _REMEDIES.get(error.errno or 0, "set HUB_PORT to another port")
            raise OSError(f"cannot listen on {host}:{port}: {why}; {remedy}") from None
        yield _url(runner)
    finally:
        await runner.cleanup()


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


def _url(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    address = ip_address(host)
    if address.is_unspecified:
        return f"http://127.0.0.1:{port}"
    return f"http://[{host}]:{port}" if address.version == 6 else f"http://{host}:{port}"  # noqa: PLR2004 - the version of IP
