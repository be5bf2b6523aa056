"""A reverse proxy before several replicas, as one stands before them in production.

It asks every replica's ``/readyz`` ten times a second, hands requests to those that are ready, in
turn, and tries another one where a connection was refused: that request never arrived.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import count

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    WSMsgType,
    web,
)

_LOOK_EVERY_S = 0.1
_LOOK = ClientTimeout(total=1)
_PASS = ClientTimeout(total=60, sock_connect=2)
_CUSTOMERS = ("/hooks/", "/webchat/", "/webhook/", "/widget.js", "/demo/", "/simulators")
_OWN = {"host", "content-length", "transfer-encoding", "connection", "content-encoding"}


class Front:
    """``failures`` are the requests that met no replica or broke on their way."""

    def __init__(self, inboxes: Sequence[str], connectors: Sequence[str]) -> None:
        self.url = ""
        self.failures: list[str] = []
        self._replicas = {"inbox": list(inboxes), "connectors": list(connectors)}
        self._ready: dict[str, bool] = {}
        self._turn = count()
        self._http: ClientSession | None = None

    async def watch(self, session: ClientSession) -> None:
        """Keep knowing who is ready, for ever."""
        self._http = session
        while True:
            every = [url for urls in self._replicas.values() for url in urls]
            states = await asyncio.gather(*(self._is_ready(session, url) for url in every))
            self._ready = dict(zip(every, states, strict=True))
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _is_ready(self, session: ClientSession, url: str) -> bool:
        try:
            async with session.get(f"{url}/readyz", timeout=_LOOK) as answer:
                return answer.status == 200
        except (ClientError, TimeoutError):
            return False

    def _in_turn(self, path: str) -> list[str]:
        group = self._replicas["connectors" if path.startswith(_CUSTOMERS) else "inbox"]
        start = next(self._turn) % len(group)
        turned = group[start:] + group[:start]
        return sorted(turned, key=lambda url: not self._ready.get(url, False))

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Pass one request on."""
        body = await request.read()
        for url in self._in_turn(request.path):
            try:
                if request.headers.get("Upgrade", "").lower() == "websocket":
                    return await self._socket(request, url)
                return await self._pass(request, url, body)
            except ClientConnectorError:
                continue
            except (ClientError, TimeoutError) as error:
                return self._failed(request, type(error).__name__)
        return self._failed(request, "nobody is there")

    def _failed(self, request: web.Request, why: str) -> web.Response:
        self.failures.append(f"{request.method} {request.path}: {why}")
        return web.Response(status=502)

    def _session(self) -> ClientSession:
        assert self._http is not None
        return self._http

    async def _pass(self, request: web.Request, url: str, body: bytes) -> web.StreamResponse:
        async with self._session().request(
            request.method,
            url + request.raw_path,
            headers=_headers(request),
            data=body,
            allow_redirects=False,
            timeout=_PASS,
        ) as answer:
            if answer.status >= 500:
                self.failures.append(f"{request.method} {request.path}: {answer.status}")
            response = web.StreamResponse(status=answer.status)
            for name, value in answer.headers.items():
                if name.lower() not in _OWN:
                    response.headers.add(name, value)
            await response.prepare(request)
            async for chunk in answer.content.iter_any():
                await response.write(chunk)
            return response

    async def _socket(self, request: web.Request, url: str) -> web.StreamResponse:
        headers = {n: v for n, v in _headers(request).items() if not n.startswith("Sec-Web")}
        async with self._session().ws_connect(url + request.raw_path, headers=headers) as far:
            near = web.WebSocketResponse()
            await near.prepare(request)

            async def back() -> None:
                async for message in far:
                    if message.type is WSMsgType.TEXT:
                        await near.send_str(message.data)
                await near.close(code=far.close_code or 1001)

            passing = asyncio.create_task(back())
            try:
                async for message in near:
                    if message.type is WSMsgType.TEXT:
                        await far.send_str(message.data)
            finally:
                passing.cancel()
                await asyncio.wait([passing])
            return near


def _headers(request: web.Request) -> Mapping[str, str]:
    passed = {n: v for n, v in request.headers.items() if n.lower() not in _OWN | {"upgrade"}}
    return passed | {"Host": request.host, "X-Forwarded-For": request.remote or ""}


@asynccontextmanager
async def front_of(inboxes: Sequence[str], connectors: Sequence[str]) -> AsyncIterator[Front]:
    """The proxy on a free port."""
    front = Front(inboxes, connectors)
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", front.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        front.url = "http://127.0.0.1:{1}".format(*runner.addresses[0])
        async with (
            ClientSession(cookie_jar=DummyCookieJar()) as session,
            asyncio.TaskGroup() as group,
        ):
            watching = group.create_task(front.watch(session))
            try:
                yield front
            finally:
                watching.cancel()
    finally:
        await runner.cleanup()
