"""The phones: a page, and an HTTP API for tests, to write as a customer of a simulated platform."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from aiohttp import web
from pydantic import Field, ValidationError

from connectors.simulator import OffersActs, Simulator
from shared.errors import BadRequest, HubError
from shared.ids import ChannelId, ChannelType
from shared.model.base import Strict

_PAGES: Final = Path(__file__).parent / "phones"
_FILES: Final = {
    "": ("index.html", "text/html"),
    "phones.css": ("phones.css", "text/css"),
    "phones.js": ("phones.js", "text/javascript"),
    "phone.js": ("phone.js", "text/javascript"),
    "bubble.js": ("bubble.js", "text/javascript"),
    "blocks.js": ("blocks.js", "text/javascript"),
    "text.js": ("text.js", "text/javascript"),
    "kinds.js": ("kinds.js", "text/javascript"),
    "dom.js": ("dom.js", "text/javascript"),
    "words.js": ("words.js", "text/javascript"),
}
_SAMPLES: Final = {
    "box.jpg": "image/jpeg",
    "kettle.jpg": "image/jpeg",
    "film.mp4": "video/mp4",
    "round.mp4": "video/mp4",
    "song.mp3": "audio/mpeg",
    "sticker.webp": "image/webp",
    "voice.ogg": "audio/ogg",
}
"""What the phones send where nobody has a file of the kind at hand."""
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:;"
        " media-src blob:; connect-src 'self'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
_KEEP_ALIVE_S: Final = 15.0
_BODY_LIMIT: Final = 30 * 1024 * 1024

M = TypeVar("M", bound=Strict)
Titles = Callable[[], Mapping[ChannelId, tuple[ChannelType, str]]]


class FileToWrite(Strict):
    """A file that the customer sends."""

    name: str = Field(max_length=300)
    mime: str = Field(default="application/octet-stream", max_length=200)
    data_base64: str


class MessageToWrite(Strict):
    """Write as a customer."""

    customer: str = Field(min_length=1, max_length=100)
    text: str = Field(default="", max_length=100_000)
    attachments: tuple[FileToWrite, ...] = Field(default=(), max_length=10)


class ActionToDo(Strict):
    """Anything else that a customer can do; ``action`` has a ``type`` and is the simulator's."""

    customer: str = Field(min_length=1, max_length=100)
    action: dict[str, Any]


class FaultToArm(Strict):
    """Make the next calls of the hub fail."""

    kind: str = Field(max_length=50)
    times: int = Field(default=1, ge=0, le=10_000)


class PhoneApi:
    """Serves ``/simulators/``. Changing requests are JSON, which no foreign page can send."""

    def __init__(self, titles: Titles, find: Callable[[ChannelId], Simulator | None]) -> None:
        self._titles = titles
        self._find = find
        self._listeners: set[asyncio.Queue[tuple[str, str] | None]] = set()

    def routes(self) -> list[web.RouteDef]:
        """The routes, below ``/simulators``."""
        channel = "/simulators/{channel_id}"
        return [
            web.get("/simulators", self._redirect),
            web.get("/simulators/channels", self._channels),
            web.get("/simulators/live", self._live),
            web.get("/simulators/{file:[a-z]*(?:\\.[a-z]+)?}", self._file),
            web.get("/simulators/samples/{name}", self._sample),
            web.post(f"{channel}/messages", self._write),
            web.get(f"{channel}/messages", self._messages),
            web.post(f"{channel}/actions", self._act),
            web.post(f"{channel}/faults", self._fault),
        ]

    def changed(self, channel_id: ChannelId, customer: str) -> None:
        """The phone of this customer shows something new."""
        for listener in self._listeners:
            listener.put_nowait((channel_id, customer))

    def close(self) -> None:
        """End the live streams, so that the server can stop."""
        for listener in self._listeners:
            listener.put_nowait(None)

    async def _redirect(self, _request: web.Request) -> web.Response:
        raise web.HTTPFound("/simulators/")

    async def _file(self, request: web.Request) -> web.Response:
        found = _FILES.get(request.match_info["file"])
        if found is None:
            raise web.HTTPNotFound
        name, content_type = found
        text = await asyncio.to_thread((_PAGES / name).read_text, encoding="utf-8")
        return web.Response(text=text, content_type=content_type, headers=_HEADERS)

    async def _sample(self, request: web.Request) -> web.Response:
        content_type = _SAMPLES.get(request.match_info["name"])
        if content_type is None:
            raise web.HTTPNotFound
        file = _PAGES / "samples" / request.match_info["name"]
        body = await asyncio.to_thread(file.read_bytes)
        return web.Response(body=body, content_type=content_type, headers=_HEADERS)

    async def _channels(self, _request: web.Request) -> web.Response:
        items = []
        for channel_id, (channel_type, title) in self._titles().items():
            simulator = self._simulator(channel_id)
            item = {"id": channel_id, "type": channel_type, "title": title}
            acts = simulator.acts() if isinstance(simulator, OffersActs) else ()
            about = {"customers": list(simulator.customers()), "acts": list(acts)}
            items.append(item | about)
        return web.json_response({"items": items})

    async def _messages(self, request: web.Request) -> web.Response:
        simulator = self._simulator(ChannelId(request.match_info["channel_id"]))
        customer = request.query.get("customer")
        if not customer:
            return _problem(BadRequest("say which customer's phone", field="customer"))
        return web.json_response({"items": list(simulator.phone(customer))})

    async def _write(self, request: web.Request) -> web.Response:
        simulator = self._simulator(ChannelId(request.match_info["channel_id"]))
        try:
            asked = await _read(request, MessageToWrite)
            files: Sequence[Mapping[str, Any]] = [f.model_dump() for f in asked.attachments]
            if not asked.text.strip() and not files:
                raise BadRequest("write something", field="text")
            id = await simulator.write(asked.customer, asked.text, files)
        except HubError as error:
            return _problem(error)
        return web.json_response({"id": id}, status=201)

    async def _act(self, request: web.Request) -> web.Response:
        simulator = self._simulator(ChannelId(request.match_info["channel_id"]))
        try:
            asked = await _read(request, ActionToDo)
            await simulator.act(asked.customer, asked.action)
        except HubError as error:
            return _problem(error)
        return web.Response(status=204)

    async def _fault(self, request: web.Request) -> web.Response:
        simulator = self._simulator(ChannelId(request.match_info["channel_id"]))
        try:
            asked = await _read(request, FaultToArm)
            simulator.fault(asked.kind, asked.times)
        except HubError as error:
            return _problem(error)
        return web.Response(status=204)

    async def _live(self, request: web.Request) -> web.StreamResponse:
        """Which phones have changed, as server-sent events ``{channel_id, customer}``."""
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        listener: asyncio.Queue[tuple[str, str] | None] = asyncio.Queue()
        self._listeners.add(listener)
        try:
            await response.write(b"retry: 500\n\n")
            await _stream(response, listener)
        except ConnectionResetError:
            pass  # the page was closed
        finally:
            self._listeners.discard(listener)
        return response

    def _simulator(self, channel_id: ChannelId) -> Simulator:
        simulator = self._find(channel_id)
        if simulator is None:
            raise web.HTTPNotFound
        return simulator


async def _stream(
    response: web.StreamResponse, listener: "asyncio.Queue[tuple[str, str] | None]"
) -> None:
    while True:
        try:
            async with asyncio.timeout(_KEEP_ALIVE_S):
                changed = await listener.get()
        except TimeoutError:
            await response.write(b": still here\n\n")
            continue
        if changed is None:
            return
        channel_id, customer = changed
        data = json.dumps({"channel_id": channel_id, "customer": customer}, ensure_ascii=False)
        await response.write(f"data: {data}\n\n".encode())


async def _read(request: web.Request, model: type[M]) -> M:
    """The body as a model. Raises ``BadRequest`` naming the field."""
    if request.content_type != "application/json":
        raise BadRequest("the body must be JSON, with the content type application/json")
    body = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > _BODY_LIMIT:
            raise web.HTTPRequestEntityTooLarge(_BODY_LIMIT, len(body))
    try:
        return model.model_validate_json(bytes(body))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or None
        raise BadRequest(first["msg"], field=field) from None


def _problem(error: HubError) -> web.Response:
    status = 400 if isinstance(error, BadRequest) else 503
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": "Bad Request" if status == 400 else "Service Unavailable",  # noqa: PLR2004 - HTTP
        "status": status,
        "detail": str(error),
    }
    if isinstance(error, BadRequest) and error.field is not None:
        problem["field"] = error.field
    return web.json_response(problem, status=status, content_type="application/problem+json")
