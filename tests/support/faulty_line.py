"""The line between a browser and the hub, which knows requests and frames and can fail in each way.

An HTTP and WebSocket proxy on a port that stays the same, whatever becomes of the hub behind it.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, WSMsgType, web
from multidict import CIMultiDict

_LIMIT: Final = ClientTimeout(total=60, sock_connect=2)
_OWN: Final = {"host", "content-length", "transfer-encoding", "connection", "content-encoding"}
Frame = Mapping[str, Any]
Fault = Callable[[str], list[str]]
"""What arrives at the browser in place of a frame of the hub's."""


class FaultyLine:
    """Passes everything on until it is told otherwise; ``struck`` counts the faults that did."""

    def __init__(self, target: str) -> None:
        self.target = target
        """The address of the hub, as it is now."""
        self.url = ""
        self.struck = 0
        self.posts: list[str] = []
        """The bodies of the messages that came through to the hub."""
        self._down = False
        self._lost_answers = 0
        self._sockets: set[asyncio.Transport] = set()
        self._fault: Callable[[Frame, str], list[str]] | None = None
        self._http: ClientSession | None = None

    def break_down(self) -> None:
        """Nobody gets through any more, and whoever is connected is cut off."""
        self._down = True
        self.cut()

    def heal(self) -> None:
        """Everybody gets through."""
        self._down = False

    def cut(self) -> None:
        """Abort the live connections."""
        for transport in tuple(self._sockets):
            transport.abort()

    def lose_answers(self, count: int) -> None:
        """So many messages reach the hub, and their answers nobody."""
        self._lost_answers = count

    def drop(self, count: int, kind: str = "message.added") -> None:
        """The next frames of the kind do not arrive."""
        self._strike(count, kind, lambda text: [])

    def double(self, count: int, kind: str = "message.added") -> None:
        """The next frames of the kind arrive twice."""
        self._strike(count, kind, lambda text: [text, text])

    def swap(self, kind: str = "message.added") -> None:
        """The next frame of the kind arrives behind the one that follows it."""
        held: list[str] = []

        def change(frame: Frame, text: str) -> list[str]:
            if held:
                self._fault = None
                return [text, *held]
            if frame.get("kind") != kind:
                return [text]
            self.struck += 1
            held.append(text)
            return []

        self._fault = change

    def _strike(self, count: int, kind: str, fault: Fault) -> None:
        left = count

        def change(frame: Frame, text: str) -> list[str]:
            nonlocal left
            if left == 0 or frame.get("kind") != kind:
                return [text]
            left -= 1
            self.struck += 1
            return fault(text)

        self._fault = change

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Pass one request on."""
        if self._down:
            return self._hang_up(request)
        try:
            if request.headers.get("Upgrade", "").lower() == "websocket":
                return await self._live(request)
            return await self._pass(request)
        except (ClientError, TimeoutError, OSError):
            return self._hang_up(request)

    def _hang_up(self, request: web.Request) -> web.Response:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=502)

    def _session(self) -> ClientSession:
        assert self._http is not None
        return self._http

    async def _pass(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        writes = request.method == "POST" and request.path.endswith("/messages")
        async with self._session().request(
            request.method, self.target + request.raw_path, headers=_headers(request), data=body,
            allow_redirects=False, timeout=_LIMIT,
        ) as answer:  # fmt: skip
            content = await answer.read()
            if writes:
                self.posts.append(body.decode())
                if self._lost_answers > 0:
                    self._lost_answers -= 1
                    self.struck += 1
                    return self._hang_up(request)
            kept = [(n, v) for n, v in answer.headers.items() if n.lower() not in _OWN]
            return web.Response(status=answer.status, body=content, headers=CIMultiDict(kept))

    async def _live(self, request: web.Request) -> web.StreamResponse:
        headers = {n: v for n, v in _headers(request).items() if not n.startswith("Sec-Web")}
        url = self.target + request.raw_path
        async with self._session().ws_connect(url, headers=headers, max_msg_size=0) as far:
            near = web.WebSocketResponse(compress=False)
            await near.prepare(request)
            transport = request.transport
            if transport is not None:
                self._sockets.add(transport)

            async def back() -> None:
                with suppress(ConnectionError):
                    async for message in far:
                        if message.type is WSMsgType.TEXT:
                            for text in self._changed(message.data):
                                await near.send_str(text)
                    await near.close(code=far.close_code or 1001)

            passing = asyncio.create_task(back())
            try:
                async for message in near:
                    if message.type is WSMsgType.TEXT:
                        await far.send_str(message.data)
            finally:
                if transport is not None:
                    self._sockets.discard(transport)
                passing.cancel()
                await asyncio.wait([passing])
            return near

    def _changed(self, text: str) -> list[str]:
        return [text] if self._fault is None else self._fault(json.loads(text), text)

    @asynccontextmanager
    async def _serving(self) -> AsyncIterator[None]:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self.handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        server = runner.server
        assert server is not None
        taken: list[Any] = []

        def take() -> Any:
            taken.append(server())
            return taken[-1]

        listening = await asyncio.get_running_loop().create_server(take, "127.0.0.1", 0)
        try:
            self.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
            async with ClientSession(cookie_jar=DummyCookieJar()) as session:
                self._http = session
                yield
        finally:
            self.break_down()
            listening.close()
            await runner.cleanup()
            # A browser connects ahead of its requests, and again as soon as it is cut off.
            for one in taken:
                if one.transport is not None:
                    one.transport.abort()
            await asyncio.sleep(0)


def _headers(request: web.Request) -> dict[str, str]:
    passed = {n: v for n, v in request.headers.items() if n.lower() not in _OWN | {"upgrade"}}
    return passed | {"Host": request.host}


@asynccontextmanager
async def faulty_line(target: str) -> AsyncIterator[FaultyLine]:
    """A line to the hub at this address."""
    line = FaultyLine(target)
    async with line._serving():
        yield line
