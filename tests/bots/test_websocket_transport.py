"""A bot's connection over WebSocket, where the line is bad."""

import asyncio

import pytest
from aiohttp import ClientSession, web

from shared.bots.websocket_transport import WebSocketTransport
from tests.connectors.rig import serving


async def test_a_line_that_died_while_the_bot_connected_is_given_up_and_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shared.bots.websocket_transport._CONNECT_S", 0.1)
    monkeypatch.setattr("shared.bots.websocket_transport._RETRY_S", 0.0)
    asked = asyncio.Queue[None]()
    let_go = asyncio.Event()

    async def live(request: web.Request) -> web.StreamResponse:
        asked.put_nowait(None)
        if asked.qsize() == 1:
            await let_go.wait()  # nobody answers
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        event = {"type": "event", "partition": 1, "seq": 7, "kind": "x", "cursor": "c"}
        await socket.send_json({**event, "at": "2026-01-05T00:00:00Z", "payload": {}})
        await let_go.wait()
        return socket

    async with serving([web.get("/api/v1/live", live)]) as url, ClientSession() as http:
        events = WebSocketTransport(http, url).events()
        async with asyncio.timeout(20):
            (envelope,) = await anext(events)
        let_go.set()
        await events.aclose()

    assert envelope.id == "1-7"
