"""The WebSocket of the widget: news of the thread out; receipts and typing in."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any, Final, Protocol

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from connectors.webchat.attendance import Attendances
from connectors.webchat.edge import RETRY_AFTER_S
from connectors.webchat.lines import Lines
from connectors.webchat.places import Places
from connectors.webchat.requests import ReceiptFrame, StartFrame, read_as, read_frame
from connectors.webchat.visitors import Visitor, Visitors
from shared.errors import BadRequest, Unauthorised, Unavailable

log = structlog.get_logger(__name__)

_START_S: Final = 10.0
_SEND_S: Final = 10.0
_HEARTBEAT_S: Final = 25.0
_QUIET_S: Final = 60.0
_MAX_FRAME_BYTES: Final = 64 * 1024
_UNAUTHORISED: Final = 4401
"""The close code that tells the widget to look at its credential."""


class Marks(Protocol):
    """What the frames of a visitor become."""

    async def mark(self, visitor: Visitor, state: str, ids: Sequence[str]) -> None:
        """Receipts. Raises ``Unavailable`` or an HTTP answer."""

    async def show_typing(self, visitor: Visitor) -> None:
        """Typing; never fails."""

    def limit_reads(self, request: web.Request, visitor: Visitor) -> None:
        """Raises an HTTP answer for who connects too often."""


class Live:
    """Serves the WebSockets of one channel."""

    def __init__(
        self,
        *,
        visitors: Visitors,
        lines: Lines,
        places: Places,
        attendances: Attendances,
        surface: Marks,
    ) -> None:
        self._visitors = visitors
        self._lines = lines
        self._places = places
        self._attendances = attendances
        self._surface = surface

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One connection, from its start frame to its end."""
        socket = web.WebSocketResponse(
            heartbeat=_HEARTBEAT_S, max_msg_size=_MAX_FRAME_BYTES, timeout=2.0
        )
        if not socket.can_prepare(request):
            raise web.HTTPUpgradeRequired
        await socket.prepare(request)
        try:
            visitor = await self._started(socket)
            self._surface.limit_reads(request, visitor)
            async with self._attendances.attending(visitor):
                with self._lines.following(visitor.thread) as cursor:
                    self._places.joined(visitor.thread)
                    await self._serve(socket, visitor, cursor)
        except Unauthorised:
            await socket.close(code=_UNAUTHORISED)
        except (BadRequest, TimeoutError):
            await socket.close(code=WSCloseCode.POLICY_VIOLATION)
        except web.HTTPTooManyRequests:
            await socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
        return socket

    async def _started(self, socket: web.WebSocketResponse) -> Visitor:
        async with asyncio.timeout(_START_S):
            message = await socket.receive()
        if message.type is not WSMsgType.TEXT:
            raise BadRequest("the first frame is the start")
        return self._visitors.admit(read_as(StartFrame, message.data).authorization)

    async def _serve(self, socket: web.WebSocketResponse, visitor: Visitor, cursor: str) -> None:
        await _send(socket, {"type": "hello", "visitor": visitor.id})
        async with asyncio.TaskGroup() as tasks:
            writer = tasks.create_task(self._write(socket, visitor, cursor))
            try:
                async for message in socket:
                    if message.type is not WSMsgType.TEXT:
                        raise BadRequest("frames are text")
                    await self._take(socket, visitor, message.data)
            except BadRequest:
                await socket.close(code=WSCloseCode.POLICY_VIOLATION)
            finally:
                writer.cancel()

    async def _take(self, socket: web.WebSocketResponse, visitor: Visitor, text: str) -> None:
        frame = read_frame(text)
        if not isinstance(frame, ReceiptFrame):
            if frame.type == "typing":
                await self._surface.show_typing(visitor)
            else:
                await _send(socket, {"type": "pong"})
            return
        try:
            await self._surface.mark(visitor, frame.type, frame.ids)
        except (Unavailable, web.HTTPTooManyRequests):
            # The widget sends the mark again; until then the message merely looks less read.
            refused = {"type": "refused", "state": frame.type, "ids": list(frame.ids)}
            await _send(socket, refused | {"retry_after_s": RETRY_AFTER_S})

    async def _write(self, socket: web.WebSocketResponse, visitor: Visitor, cursor: str) -> None:
        while not self._lines.closed:
            news = await self._lines.news(visitor.thread, cursor, wait_s=_QUIET_S)
            cursor = news.cursor
            frames = [{"type": "missed"}] if news.missed else news.frames
            for frame in frames:
                await _send(socket, frame)
        await socket.close(code=WSCloseCode.GOING_AWAY)


async def _send(socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
    """Send, or let go of a connection that takes nothing any more."""
    try:
        async with asyncio.timeout(_SEND_S):
            await socket.send_str(json.dumps(frame, ensure_ascii=False))
    except TimeoutError:
        await socket.close(code=WSCloseCode.GOING_AWAY)
    except ConnectionError:
        pass  # the reading side sees the end too
