"""The HTTP side of the simulated Bot API."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from aiohttp import web

from connectors.telegram.simulator.faults import POLLS, SENDS, Faults
from connectors.telegram.simulator.parameters import Parameters, read_parameters
from connectors.telegram.simulator.refusal import Refusal, bad
from connectors.telegram.simulator.shelf import Shelf
from shared.listening import LocalServer

Method = Callable[[Parameters], Any | Awaitable[Any]]

_BODY_BYTES: Final = 64 * 1024 * 1024
_HANG_S: Final = 300
_CLOSE_S: Final = 0.5
_RETRY_S: Final = 1
_HTML: Final = "<html><body><h1>502 Bad Gateway</h1></body></html>"


class Server:
    """Listens on a free local port and answers calls of one bot."""

    def __init__(
        self, token: str, methods: Mapping[str, Method], faults: Faults, shelf: Shelf
    ) -> None:
        self._token = token
        self._methods = methods
        self._faults = faults
        self._shelf = shelf
        self._closing = asyncio.Event()
        app = web.Application(client_max_size=_BODY_BYTES)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.+}", self._file)
        self._server = LocalServer(app, under_way_s=_CLOSE_S)

    async def start(self) -> str:
        """Listen; returns the address."""
        return await self._server.start()

    async def close(self) -> None:
        """Stop listening."""
        self._closing.set()
        await self._server.close()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        try:
            self._authorise(request)
            name = request.match_info["method"].lower()
            method = self._methods.get(name)
            if method is None:
                raise Refusal(404, "Not Found")
            given = await read_parameters(request)
            if name == "getupdates":
                fault = self._faults.first(POLLS)
            else:
                fault = self._faults.first(SENDS) if _changes(name) else None
            return await self._answer(request, method, given, fault)
        except Refusal as refusal:
            return _json(refusal.answer(), refusal.code)

    async def _answer(
        self, request: web.Request, method: Method, given: Parameters, fault: str | None
    ) -> web.StreamResponse:
        match (fault or "").removeprefix("poll_"):
            case "429":
                words = f"Too Many Requests: retry after {_RETRY_S}"
                raise Refusal(429, words, retry_after=_RETRY_S)
            case "400":
                raise bad("chat not found")
            case "odd":
                return _json({"ok": True, "result": []}, 200)
            case "500":
                raise Refusal(500, "Internal Server Error")
            case "502_html":
                return web.Response(status=502, text=_HTML, content_type="text/html")
            case "409":
                raise Refusal(409, "Conflict: terminated by other getUpdates request")
            case "blocked":
                raise Refusal(403, "Forbidden: bot was blocked by the user")
            case "migrate":
                words = "Bad Request: group chat was upgraded to a supergroup chat"
                new = -1_000_000_000_000 - abs(given.required("chat_id"))
                raise Refusal(400, words, migrate_to_chat_id=new)
            case "hang":
                await self._hang()
            case "cut" | "cut_before":
                return _cut(request)
        result = method(given)
        if isinstance(result, Awaitable):
            result = await result
        if fault == "cut_after_write":
            return _cut(request)
        return _json({"ok": True, "result": result}, 200)

    async def _hang(self) -> None:
        try:
            await asyncio.wait_for(self._closing.wait(), _HANG_S)
        except TimeoutError:
            pass  # long enough: the call goes on as if nothing had been

    async def _file(self, request: web.Request) -> web.StreamResponse:
        try:
            self._authorise(request)
        except Refusal as refusal:
            return _json(refusal.answer(), refusal.code)
        file = self._shelf.at(request.match_info["path"])
        if file is None:
            return _json(Refusal(404, "Not Found").answer(), 404)
        return web.Response(body=file.data, content_type="application/octet-stream")

    def _authorise(self, request: web.Request) -> None:
        token = request.match_info["token"]
        if ":" not in token or not token.partition(":")[0].isdigit():
            raise Refusal(404, "Not Found")
        if token != self._token or self._faults.take("401"):
            raise Refusal(401, "Unauthorized")


def _changes(name: str) -> bool:
    sends = name.startswith(("send", "edit", "delete", "read")) or name == "setmessagereaction"
    return sends and name not in {"sendchataction", "deletewebhook"}


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _json(body: dict[str, Any], status: int) -> web.Response:
    # Like the real one: everything beyond ASCII is escaped.
    return web.Response(status=status, text=json.dumps(body), content_type="application/json")
