"""The WebSocket at ``/api/v1/live``."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import structlog
from aiohttp import WSMsgType, web
from pydantic import ValidationError

from inbox.attendances import Attendances
from inbox.gate import Gate
from inbox.live.boards import LiveBoards
from inbox.live.catch_up import missed_frames, start_position
from inbox.live.connection import Close, Connection
from inbox.live.feed import Feed
from inbox.live.frames import (
    ActiveFrame,
    BoardFrame,
    ClientFrame,
    HelloFrame,
    PingFrame,
    PongFrame,
    ProblemFrame,
    ResetFrame,
    StartFrame,
    TypingFrame,
    ViewingFrame,
    numbered,
)
from inbox.live.presence import Presence
from inbox.rest.route import Call, Nothing
from shared.clock import Clock
from shared.errors import Unauthorised, Unavailable
from shared.eventlog import encode_positions

log = structlog.get_logger(__name__)

_START_LIMIT_S: Final = 10.0
_HEARTBEAT_S: Final = 25.0
_SEND_LIMIT_S: Final = 15.0
_CLOSE_LIMIT_S: Final = 1.0
_RECHECK_S: Final = 30.0
_FRAME_LIMIT_BYTES: Final = 16 * 1024
_MOST_FRAMES: Final = 100
_PER_S: Final = 10.0


class _Ended(Exception):
    """The connection is over."""


@dataclass(frozen=True, slots=True)
class LiveSocket:
    """Serves live connections."""

    feed: Feed
    gate: Gate
    presence: Presence
    boards: LiveBoards
    attendances: Attendances
    clock: Clock

    async def serve(self, call: Call[Nothing, Nothing]) -> web.StreamResponse:
        """One connection, until either side ends it."""
        self.gate.check_origin(call.request)
        if not self.feed.ready.is_set():
            raise Unavailable("the live feed is not ready yet")
        # Compression would keep some hundred kilobytes per connection.
        socket = web.WebSocketResponse(
            heartbeat=_HEARTBEAT_S,
            max_msg_size=_FRAME_LIMIT_BYTES,
            timeout=_CLOSE_LIMIT_S,
            compress=False,
        )
        await socket.prepare(call.request)
        with (
            self.feed.joined(call.caller) as connection,
            self.attendances.connected(connection.agent_id),
        ):
            try:
                await self._run(call.request, socket, connection)
            finally:
                await self._close(call.request, socket, connection)
        return socket

    async def _run(
        self, request: web.Request, socket: web.WebSocketResponse, connection: Connection
    ) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._until_ended(connection))
                group.create_task(self._until_signed_out(request, connection))
                group.create_task(self._talk(socket, connection, group))
        except* (_Ended, ConnectionError):
            pass  # the ordinary ends: closed by us, or gone

    async def _until_ended(self, connection: Connection) -> None:
        await connection.ended.wait()
        raise _Ended

    async def _until_signed_out(self, request: web.Request, connection: Connection) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_RECHECK_S):
                    await connection.recheck.wait()
            connection.recheck.clear()
            try:
                now = await self.gate.identify(request)
            except Unauthorised:
                now = None
            except Unavailable:
                continue  # the store is away: asked again in half a minute
            if now is None or now.role is not connection.caller.role:
                connection.end(Close.SIGNED_OUT)
            await self.presence.repeat(connection)

    async def _talk(
        self, socket: web.WebSocketResponse, connection: Connection, group: asyncio.TaskGroup
    ) -> None:
        start = await self._start(socket)
        if start is None:
            connection.end(Close.NO_START)
            return
        group.create_task(self._write(socket, connection, start))
        await self._read(socket, connection)
        raise _Ended

    async def _start(self, socket: web.WebSocketResponse) -> StartFrame | None:
        try:
            async with asyncio.timeout(_START_LIMIT_S):
                message = await socket.receive()
        except TimeoutError:
            return None
        if message.type is not WSMsgType.TEXT:
            return None
        try:
            return StartFrame.model_validate_json(message.data)
        except ValidationError:
            return None

    async def _write(
        self, socket: web.WebSocketResponse, connection: Connection, start: StartFrame
    ) -> None:
        heads = self.feed.positions
        try:
            position = await start_position(self.feed.log, start.cursor, heads)
        except Unavailable:
            connection.end(Close.GOING_AWAY)
            return
        connection.skip_to(heads if position is None else position, heads)
        hello = HelloFrame(
            cursor=connection.cursor(),
            agent_id=connection.agent_id,
            server_time=self.clock.now(),
        )
        await self._send(socket, connection, hello.text())
        if position is None:
            reset = ResetFrame(cursor=encode_positions(heads))
            await self._send(socket, connection, reset.text())
        try:
            async for frame in missed_frames(self.feed.log, connection, heads):
                await self._send(socket, connection, frame)
        except Unavailable:
            connection.end(Close.GOING_AWAY)
            return
        while True:
            await self._send(socket, connection, *await connection.next_frames())

    async def _send(
        self, socket: web.WebSocketResponse, connection: Connection, *frames: str
    ) -> None:
        try:
            async with asyncio.timeout(_SEND_LIMIT_S):
                for frame in frames:
                    connection.sent += 1
                    await socket.send_str(numbered(frame, connection.sent))
        except TimeoutError:
            connection.end(Close.TOO_SLOW)
            raise _Ended from None

    async def _read(self, socket: web.WebSocketResponse, connection: Connection) -> None:
        loop = asyncio.get_running_loop()
        since, count = loop.time(), 0
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                return
            if loop.time() - since > _PER_S:
                since, count = loop.time(), 0
            count += 1
            if count > _MOST_FRAMES:
                connection.end(Close.TOO_BUSY)
                return
            await self._heard(message.data, connection)

    async def _heard(self, text: Any, connection: Connection) -> None:
        try:
            frame = ClientFrame.model_validate_json(text).root
        except ValidationError:
            kinds = "start, ping, typing, viewing, active, board"
            problem = ProblemFrame(detail=f"this frame is not one of {kinds}")
            connection.offer_frame(problem.text())
            return
        if isinstance(frame, TypingFrame | ViewingFrame | ActiveFrame):
            self.attendances.acted(connection.agent_id)
        if isinstance(frame, TypingFrame):
            await self.presence.typing(connection, frame.conversation_id)
        elif isinstance(frame, ViewingFrame):
            await self.presence.viewing(connection, frame.conversation_id)
        elif isinstance(frame, BoardFrame):
            self.boards.watch(connection, on=frame.watch)
        elif isinstance(frame, PingFrame):
            connection.offer_frame(PongFrame(server_time=self.clock.now()).text())

    async def _close(
        self, request: web.Request, socket: web.WebSocketResponse, connection: Connection
    ) -> None:
        await self.presence.left(connection)
        try:
            async with asyncio.timeout(_CLOSE_LIMIT_S):
                await socket.close(code=connection.close_code or Close.GOING_AWAY)
        except (TimeoutError, ConnectionError):
            pass  # it does not read: there is nobody to say goodbye to
        finally:
            if connection.close_code is Close.TOO_SLOW and request.transport is not None:
                request.transport.abort()
        log.debug("live.closed", code=connection.close_code, caller=connection.caller.key)
