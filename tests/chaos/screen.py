"""An agent's screen that stays open: what the live feed has told, and nothing else."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout, ClientWebSocketResponse, WSMsgType

from tests.chaos.ledger import Entry

_HEARTBEAT_S: Final = 4.0
_CONNECT_S: Final = 5.0
_AGAIN_S: Final = 0.2


class Screen:
    """Holds messages by id, and notes what the feed told that it may not."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.cursor: str | None = None
        self.entries: dict[str, Entry] = {}
        self.conversations: dict[str, str] = {}
        """The customer of each conversation, in the order of their appearance."""
        self.shown_at: dict[str, float] = {}
        """When the text of each customer's message came, in seconds of the run."""
        self.wrong: list[str] = []
        self.connections = 0
        self.told = asyncio.Event()
        """Set by every frame."""
        self._seqs: dict[int, int] = {}

    def take(self, frame: Mapping[str, Any]) -> None:
        """Apply one frame."""
        self.told.set()
        if frame["type"] == "reset":
            self.wrong.append("the feed sent its reader away to load everything anew")
            self._seqs.clear()
        if frame["type"] in {"event", "reset"} or self.cursor is None:
            self.cursor = frame.get("cursor", self.cursor)
        if frame["type"] != "event":
            return
        self._count(frame)
        payload = frame["payload"]
        if frame["kind"] in {"message.added", "message.changed"}:
            self._apply(frame["kind"], payload)
        if conversation := payload.get("conversation"):
            self.conversations.setdefault(conversation["id"], conversation["contact_name"])

    def _count(self, frame: Mapping[str, Any]) -> None:
        partition, seq = frame["partition"], frame["seq"]
        if seq is None:
            return
        last = self._seqs.get(partition, 0)
        if seq <= last:
            self.wrong.append(f"event {seq} of partition {partition} came after {last}")
        self._seqs[partition] = seq

    def _apply(self, kind: str, payload: Mapping[str, Any]) -> None:
        entry = Entry.of(payload["message"])
        known = entry.id in self.entries
        if kind == "message.added" and known:
            self.wrong.append(f"{entry.direction} {entry.text!r} was added twice")
        if kind == "message.changed" and not known:
            self.wrong.append(f"{entry.direction} {entry.text!r} changed before it was added")
        self.entries[entry.id] = entry
        if entry.direction == "inbound":
            self.shown_at.setdefault(entry.text, self._now())

    async def watch(self, url: str, token: str) -> None:
        """Stay connected until cancelled, going on from the cursor each time."""
        headers = {"Authorization": f"Bearer {token}"}
        async with ClientSession(headers=headers, timeout=ClientTimeout(total=None)) as http:
            while True:
                try:
                    async with asyncio.timeout(_CONNECT_S):
                        socket = await http.ws_connect(
                            f"{url}/api/v1/live", heartbeat=_HEARTBEAT_S, max_msg_size=0
                        )
                    async with socket:
                        await self._read(socket)
                except (ClientError, TimeoutError, ConnectionError):
                    pass  # nobody is there just now
                await asyncio.sleep(_AGAIN_S)

    async def _read(self, socket: ClientWebSocketResponse) -> None:
        await socket.send_json({"type": "start", "cursor": self.cursor})
        self.connections += 1
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                return
            self.take(json.loads(message.data))
