"""The HTTP side of the simulated Graph API."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from aiohttp import web

from connectors.whatsapp.simulator.faults import SENDS, Faults
from connectors.whatsapp.simulator.refusal import Refusal
from connectors.whatsapp.simulator.shelf import Shelf
from shared.listening import LocalServer

Method = Callable[[web.Request], Awaitable[dict[str, Any]]]

_BODY_BYTES: Final = 128 * 1024 * 1024
_HANG_S: Final = 300
_CLOSE_S: Final = 0.5
_HTML: Final = "<html><body><h1>502 Bad Gateway</h1></body></html>"
VERSION: Final = "v23.0"


class Server:
    """Listens on a free local port and answers calls with one access token."""

    def __init__(
        self,
        token: str,
        faults: Faults,
        shelf: Shelf,
        *,
        send: Callable[[Mapping[str, Any]], dict[str, Any]],
        methods: Mapping[tuple[str, str], Method],
    ) -> None:
        self._token = token
        self._faults = faults
        self._shelf = shelf
        self._send = send
        self._closing = asyncio.Event()
        self._base = ""
        app = web.Application(client_max_size=_BODY_BYTES)
        app.router.add_post(f"/{VERSION}/{{id}}/messages", self._message)
        for (verb, path), method in methods.items():
            app.router.add_route(verb, f"/{VERSION}/{path}", self._guarded(method))
        app.router.add_get("/files/{id}", self._file)
        app.router.add_route("*", "/{path:.*}", self._guarded(_nothing))
        self._server = LocalServer(app, under_way_s=_CLOSE_S)

    async def start(self) -> str:
        """Listen; returns the address with the version."""
        self._base = await self._server.start()
        return f"{self._base}/{VERSION}"

    async def close(self) -> None:
        """Stop listening."""
        self._closing.set()
        await self._server.close()

    def file_url(self, id: str) -> str:
        """Where a file is downloaded."""
        return f"{self._base}/files/{id}"

    def _guarded(self, method: Method) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                self._authorise(request)
                return _json(await method(request))
            except Refusal as refusal:
                return _json(refusal.answer(), refusal.status)

        return handle

    async def _message(self, request: web.Request) -> web.StreamResponse:
        try:
            self._authorise(request)
            body = await _object(request)
            mark = body.get("status") == "read"
            return await self._answer(request, body, None if mark else self._faults.first(SENDS))
        except Refusal as refusal:
            return _json(refusal.answer(), refusal.status)

    async def _answer(
        self, request: web.Request, body: dict[str, Any], fault: str | None
    ) -> web.StreamResponse:
        match fault:
            case "429":
                raise Refusal(130429, "Cloud API message throughput has been reached.")
            case "400":
                raise Refusal(100)
            case "blocked":
                raise Refusal(131026, "Message Undeliverable.")
            case "500":
                return web.Response(status=500, text="Internal Server Error")
            case "500_json":
                raise Refusal(131000)
            case "502_html":
                return web.Response(status=502, text=_HTML, content_type="text/html")
            case "odd":
                return _json({})
            case "hang":
                await self._hang()
            case "cut_before":
                return _cut(request)
            case str() if fault.isdigit():
                raise Refusal(int(fault))
        answer = self._send(body)
        if fault == "cut_after_write":
            return _cut(request)
        if self._faults.take("early_status"):
            await asyncio.sleep(0.3)  # the status overtakes the answer
        return _json(answer)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        try:
            self._authorise(request)
        except Refusal as refusal:
            return _json(refusal.answer(), refusal.status)
        file = self._shelf.find(request.match_info["id"])
        agent = request.headers.get("User-Agent", "")
        if (
            file is None
            or self._faults.take("media_404")
            or not agent
            or "aiohttp" in agent.lower()
        ):
            return web.Response(status=404, text="Not found")
        data = b"other bytes" if self._faults.take("media_wrong") else file.data
        return web.Response(body=data, content_type=file.mime.partition(";")[0])

    async def _hang(self) -> None:
        try:
            await asyncio.wait_for(self._closing.wait(), _HANG_S)
        except TimeoutError:
            pass  # long enough: the call goes on as if nothing had been

    def _authorise(self, request: web.Request) -> None:
        given = request.headers.get("Authorization", "")
        if given != f"Bearer {self._token}" or self._faults.take("401"):
            raise Refusal(190, "The access token could not be decrypted")


async def _nothing(request: web.Request) -> dict[str, Any]:
    raise Refusal(100, f"Unsupported {request.method.lower()} request", status=400)


async def _object(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refusal(100, "The body is no JSON object")
    return body


async def body_of(request: web.Request) -> dict[str, Any]:
    """The JSON object of a request. Raises ``Refusal``."""
    return await _object(request)


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _json(body: dict[str, Any], status: int = 200) -> web.Response:
    # Like the real one: everything beyond ASCII is escaped.
    return web.Response(status=status, text=json.dumps(body), content_type="application/json")
