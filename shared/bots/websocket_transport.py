"""A bot's way to the hub over HTTP: events by WebSocket, commands by POST. It needs no broker."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import structlog
from aiohttp import (
    ClientError,
    ClientSession,
    ClientTimeout,
    ClientWebSocketResponse,
    WSMsgType,
    WSServerHandshakeError,
)

from shared.envelope import Envelope
from shared.errors import BadRequest, Forbidden, HubError, Unauthorised, Unavailable
from shared.ports.bus import Publication

log = structlog.get_logger(__name__)

_LIMIT: Final = ClientTimeout(total=10)
_HEARTBEAT_S: Final = 20.0
_CONNECT_S: Final = 10.0
_RETRY_S: Final = 1.0
_SIGNED_OUT: Final = 4401
"""The code with which the hub ends the connection of a token that was revoked."""


class WebSocketTransport:
    """See ``shared.ports.bots.Transport``."""

    def __init__(self, http: ClientSession, url: str, *, place: Path | None = None) -> None:
        """``http`` bears the bot's token.

        ``place`` is a file that keeps where the bot stands; without it a bot that starts anew
        begins with what happens from then on.
        """
        self._http = http
        self._url = f"{url.rstrip('/')}/api/v1"
        self._file = place
        self._cursor: str | None = None

    async def events(self) -> AsyncGenerator[Sequence[Envelope], None]:
        """Follow the live feed, frame by frame; see the port."""
        self._cursor = await asyncio.to_thread(self._read_place)
        while True:
            try:
                async with await self._connected() as socket:
                    await socket.send_json({"type": "start", "cursor": self._cursor})
                    while (frame := await _next_frame(socket)) is not None:
                        if frame["type"] == "event":
                            yield [_envelope(frame)]
                        await self._move(frame)
            except WSServerHandshakeError as error:
                if error.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
                    raise Unauthorised("the hub does not know this token") from None
                log.warning("bot.away", status=error.status)
            except (ClientError, ConnectionError, TimeoutError) as error:
                log.warning("bot.away", reason=type(error).__name__)
            await asyncio.sleep(_RETRY_S)

    async def _connected(self) -> ClientWebSocketResponse:
        """Raises ``TimeoutError``: the line may be dead, and heartbeats begin only behind this."""
        async with asyncio.timeout(_CONNECT_S):
            return await self._http.ws_connect(
                f"{self._url}/live", heartbeat=_HEARTBEAT_S, max_msg_size=0
            )

    async def give(self, commands: Sequence[Publication]) -> Mapping[str, str]:
        """Post one after another; see the port."""
        refused = {}
        for command in commands:
            try:
                await self._post(command.envelope)
            except BadRequest as error:
                refused[command.envelope.id] = str(error)
        return refused

    async def _post(self, envelope: Envelope) -> None:
        body = {"id": envelope.id, "kind": envelope.kind, "payload": dict(envelope.payload)}
        try:
            async with self._http.post(
                f"{self._url}/commands", json=body, timeout=_LIMIT
            ) as answer:
                status, text = answer.status, await answer.text()
        except (ClientError, TimeoutError) as error:
            raise Unavailable(f"the hub does not answer: {type(error).__name__}") from None
        if status >= HTTPStatus.BAD_REQUEST:
            raise _error(status, text)

    async def _move(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "reset":
            log.warning("bot.missed_events", reason="it was away for too long")
        if frame["type"] in {"event", "reset"} or self._cursor is None:
            self._cursor = frame.get("cursor", self._cursor)
            await asyncio.to_thread(self._keep_place)

    def _read_place(self) -> str | None:
        try:
            return None if self._file is None else self._file.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None

    def _keep_place(self) -> None:
        if self._file is not None and self._cursor is not None:
            written = self._file.with_name(f"{self._file.name}.new")
            written.write_text(self._cursor, encoding="ascii")
            written.replace(self._file)


async def _next_frame(socket: ClientWebSocketResponse) -> dict[str, Any] | None:
    """The next frame; None when the hub has ended the connection. Raises ``Unauthorised``."""
    message = await socket.receive()
    if message.type is WSMsgType.TEXT:
        frame: dict[str, Any] = json.loads(message.data)
        return frame
    if socket.close_code == _SIGNED_OUT:
        raise Unauthorised("the hub does not know this token any more")
    log.info("bot.away", code=socket.close_code)
    return None


def _envelope(frame: dict[str, Any]) -> Envelope:
    partition, seq = frame["partition"], frame["seq"]
    id = f"{partition}-{seq}" if seq is not None else f"live-{frame['at']}"
    return Envelope(
        id=id,
        kind=f"event.{frame['kind']}",
        at=frame["at"],
        partition=partition,
        source="live",
        trace_id=id,
        payload=frame["payload"],
    )


def _error(status: int, text: str) -> HubError:
    if status == HTTPStatus.UNAUTHORIZED:
        return Unauthorised("the hub does not know this token")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        return Unavailable(f"the hub cannot take it now: HTTP status {status}")
    try:
        reason = str(json.loads(text)["detail"])
    except (ValueError, KeyError, TypeError):
        reason = f"HTTP status {status}"
    return Forbidden(reason) if status == HTTPStatus.FORBIDDEN else BadRequest(reason)
