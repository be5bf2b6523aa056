"""A far end that answers every call the same, for what no simulator would say."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from shared.listening import LocalServer


class Scripted:
    """A server with one answer."""

    def __init__(self, status: int, body: str | bytes) -> None:
        self._status = status
        self._body = body.encode() if isinstance(body, str) else body
        self.base = ""
        self.paths: list[str] = []
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._server = LocalServer(app)

    async def start(self) -> None:
        """Listen on a free port."""
        self.base = await self._server.start()

    async def close(self) -> None:
        """Stop listening."""
        await self._server.close()

    async def _answer(self, request: web.Request) -> web.Response:
        await request.read()
        self.paths.append(request.path)
        return web.Response(status=self._status, body=self._body)


MakeScripted = Callable[[int, str | bytes], Awaitable[Scripted]]
