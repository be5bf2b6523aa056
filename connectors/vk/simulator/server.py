"""The HTTP side of the simulated VK: methods, long poll, uploads, downloads."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from aiohttp import BodyPartReader, web

from connectors.vk.simulator.faults import POLLS, READS, SENDS, UPLOADS, Faults
from connectors.vk.simulator.parameters import Parameters
from connectors.vk.simulator.refusal import Refusal
from connectors.vk.simulator.shelf import Shelf
from connectors.vk.simulator.stream import Stream
from connectors.vk.simulator.uploads import Uploads
from shared.listening import LocalServer

Method = Callable[[Parameters], Any]

_BODY_BYTES: Final = 256 * 1024 * 1024
_HANG_S: Final = 300
_CLOSE_S: Final = 0.5
_WAIT_MAX_S: Final = 90
_HTML: Final = "<html><body><h1>502 Bad Gateway</h1></body></html>"
_CHANGES: Final = frozenset(
    {
        "messages.send",
        "messages.edit",
        "messages.delete",
        "messages.sendReaction",
        "messages.deleteReaction",
    }
)


class Server:
    """Listens on a free local port and answers for one community."""

    def __init__(
        self,
        token: str,
        methods: Mapping[str, Method],
        faults: Faults,
        shelf: Shelf,
        stream: Stream,
        uploads: Uploads,
        key: Callable[[], str],
        renew: Callable[[], None],
    ) -> None:
        """``key`` is the present key of long poll, ``renew`` lets it expire."""
        self._token = token
        self._methods = methods
        self._faults = faults
        self._shelf = shelf
        self._stream = stream
        self._uploads = uploads
        self._key = key
        self._renew = renew
        self._closing = asyncio.Event()
        self.calls: list[str] = []
        """The methods that were answered, in order; the last thousand or so."""
        app = web.Application(client_max_size=_BODY_BYTES)
        app.router.add_post("/method/{method}", self._call)
        app.router.add_get("/poll", self._poll)
        app.router.add_post("/upload/{kind}", self._upload)
        app.router.add_get("/files/{number}", self._file)
        self._server = LocalServer(app, under_way_s=_CLOSE_S)

    async def start(self) -> str:
        """Listen; returns the address."""
        return await self._server.start()

    async def close(self) -> None:
        """Stop listening."""
        self._closing.set()
        self._stream.wake()
        await self._server.close()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        form = await request.post()
        given = Parameters({key: str(value) for key, value in form.items()})
        try:
            self._authorise(given)
            method = self._methods.get(name)
            if method is None:
                raise Refusal(3)
            fault = self._fault(name)
            return await self._answer(request, method, given, fault)
        except Refusal as refusal:
            return _json(refusal.answer(name))
        finally:
            self.calls = [*self.calls[-1000:], name]

    def _fault(self, name: str) -> str | None:
        if name in _CHANGES:
            code = self._faults.code()
            if code is not None:
                raise Refusal(code)
            return self._faults.first(SENDS)
        if name.startswith("messages.get"):
            return (self._faults.first(READS) or "").removeprefix("read_") or None
        return None

    async def _answer(
        self, request: web.Request, method: Method, given: Parameters, fault: str | None
    ) -> web.StreamResponse:
        match fault:
            case "429":
                raise Refusal(6)
            case "400":
                raise Refusal(100)
            case "blocked":
                raise Refusal(901)
            case "odd":
                return _json({"response": {}})
            case "500":
                return web.Response(status=500)
            case "502_html":
                return web.Response(text=_HTML, content_type="text/html")
            case "hang":
                await self._hang()
            case "cut_before":
                return _cut(request)
        result = method(given)
        if isinstance(result, Awaitable):
            result = await result
        if fault == "cut_after_write":
            return _cut(request)
        return _json({"response": result})

    async def _poll(self, request: web.Request) -> web.StreamResponse:
        query = request.query
        fault = self._faults.first(POLLS)
        if fault == "failed2":
            self._renew()
        elif fault == "poll_hang":
            await self._hang()
        elif fault is not None:
            return self._spoiled(request, fault)
        if query.get("act") != "a_check" or query.get("key") != self._key():
            return _json({"failed": 2})
        ts = query.get("ts", "")
        if not ts.isdigit() or not self._stream.reaches(int(ts)):
            return _json({"failed": 1, "ts": self._stream.ts})
        self._stream.ask(int(ts))
        wait_s = min(int(query.get("wait", "25")), _WAIT_MAX_S)
        return _json(await self._news(int(ts), wait_s))

    def _spoiled(self, request: web.Request, fault: str) -> web.Response:
        if fault in {"failed1", "failed3"}:
            self._stream.forget()
        answers: dict[str, dict[str, Any]] = {
            "failed1": {"failed": 1, "ts": self._stream.ts},
            "failed3": {"failed": 3},
            "failed4": {"failed": 4, "min_version": 0, "max_version": 10},
            "poll_odd": {"error": "ts is out of range"},
        }
        if fault in answers:
            return _json(answers[fault])
        if fault == "poll_html":
            return web.Response(text=_HTML, content_type="text/html")
        return web.Response(status=500) if fault == "poll_500" else _cut(request)

    async def _news(self, ts: int, wait_s: int) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        until = loop.time() + wait_s
        while True:
            updates = self._stream.after(ts)
            left_s = until - loop.time()
            if updates or left_s <= 0 or self._closing.is_set():
                return {"ts": str(self._stream.ts), "updates": updates}
            await self._stream.changed(left_s)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        reader = await request.multipart()
        part = await reader.next()
        name, mime, data = "", "application/octet-stream", b""
        while part is not None:
            if isinstance(part, BodyPartReader) and part.filename:
                name = part.filename
                mime = part.headers.get("Content-Type", mime)
                data = bytes(await part.read())
            part = await reader.next()
        match self._faults.first(UPLOADS):
            case "upload_html":
                return web.Response(text=_HTML, content_type="text/html")
            case "upload_cut":
                return _cut(request)
            case "upload_refused":
                return _json({"error": "no_file", "error_descr": "the file was refused"})
        return _json(self._uploads.post(request.match_info["kind"], name, mime, data))

    async def _file(self, request: web.Request) -> web.StreamResponse:
        number = request.match_info["number"]
        file = self._shelf.get(int(number)) if number.isdigit() else None
        if file is None:
            return web.Response(status=404)
        return web.Response(body=file.data, content_type="application/octet-stream")

    async def _hang(self) -> None:
        try:
            await asyncio.wait_for(self._closing.wait(), _HANG_S)
        except TimeoutError:
            pass  # long enough: the call goes on as if nothing had been

    def _authorise(self, given: Parameters) -> None:
        if given.text("access_token") != self._token or self._faults.take("401"):
            raise Refusal(5)
        if not given.text("v"):
            raise Refusal(100, "v (version) is a required parameter")


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _json(body: dict[str, Any]) -> web.Response:
    text = json.dumps(body, ensure_ascii=False)
    return web.Response(text=text, content_type="application/json")
