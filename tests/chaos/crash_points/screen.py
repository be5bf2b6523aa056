"""An agent's screen: what the live WebSocket tells, over all restarts, from one cursor."""

import asyncio
from collections import Counter
from typing import Any

from aiohttp import ClientError, ClientSession, WSMsgType


class Screen:
    """Counts how often each message was added; ``resets`` are reloads that nobody should need."""

    def __init__(self, url: str, http: ClientSession) -> None:
        self.added: Counter[str] = Counter()
        self.resets = 0
        self._url = f"{url}/api/v1/live"
        self._http = http
        self._cursor: str | None = None

    async def watch(self) -> None:
        """Follow for ever, coming back with the last cursor."""
        while True:
            try:
                await self._follow()
            except (ClientError, TimeoutError, ConnectionError):
                pass  # the hub is away
            await asyncio.sleep(0.05)

    async def _follow(self) -> None:
        async with self._http.ws_connect(self._url) as socket:
            await socket.send_json({"type": "start", "cursor": self._cursor})
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    self._take(frame.json())

    def _take(self, frame: dict[str, Any]) -> None:
        self._cursor = frame.get("cursor", self._cursor)
        if frame["type"] == "reset":
            self.resets += 1
        elif frame["type"] == "event" and frame["kind"] == "message.added":
            self.added[frame["payload"]["message"]["id"]] += 1
