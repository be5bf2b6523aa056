"""The window of the site chat as a visitor leaves it open: history, then what is told live."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout, ClientWebSocketResponse, WSMsgType

from tests.support.far_ends import Visitor

_HEARTBEAT_S: Final = 4.0
_CONNECT_S: Final = 5.0
_AGAIN_S: Final = 0.3


class Widget:
    """Follows one visitor's thread from the first message on."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self._shown: dict[str, Mapping[str, Any]] = {}

    def texts(self) -> list[str]:
        """All that it shows, in its order."""
        messages = sorted(self._shown.values(), key=lambda message: str(message["order"]))
        return [str(message["text"]) for message in messages]

    async def follow(self, url: str) -> None:
        """Stay connected until cancelled; whoever was away loads the history again."""
        live = f"{url}/webchat/site/live"
        async with ClientSession(timeout=ClientTimeout(total=None)) as http:
            while True:
                try:
                    async with asyncio.timeout(_CONNECT_S):
                        socket = await http.ws_connect(live, heartbeat=_HEARTBEAT_S)
                    async with socket:
                        await self._read(socket)
                except (ClientError, TimeoutError, ConnectionError):
                    pass  # nobody is there just now
                await asyncio.sleep(_AGAIN_S)

    async def _read(self, socket: ClientWebSocketResponse) -> None:
        await socket.send_json({"type": "start", "authorization": await self._visitor.credential()})
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                return
            frame = json.loads(message.data)
            if frame["type"] in {"hello", "missed"}:
                self._shown = {item["id"]: item for item in await self._visitor.shown()}
            elif frame["type"] == "message":
                self._shown[frame["message"]["id"]] = frame["message"]
