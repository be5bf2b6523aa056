"""Posting events to the callback servers, each in order, again and again until it says ``ok``."""

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout

from shared.clock import Clock

_ANSWER_S: Final = 10.0
_FIRST_S: Final = 0.2
_MOST_S: Final = 30.0
_MOST_ASKED_S: Final = 3 * 3600.0
_OK: Final = 200


class Posting:
    """The callbacks of one community."""

    def __init__(self, http: ClientSession, clock: Clock, group_id: int) -> None:
        self._http = http
        self._clock = clock
        self._group_id = group_id
        self._waiting: asyncio.Queue[tuple[dict[str, Any], dict[str, Any]]] = asyncio.Queue()
        self.waiting = 0
        """How many are still to be taken."""

    def offer(self, server: dict[str, Any], event: dict[str, Any]) -> None:
        """Post this to the server, after what waits already."""
        self._waiting.put_nowait((server, event))
        self.waiting += 1

    async def run(self, code: str, servers: list[dict[str, Any]]) -> None:
        """Post for ever."""
        while True:
            server, event = await self._waiting.get()
            if event["type"] == "confirmation":
                await self._confirm(server, event, code)
            else:
                await self._insist(server, event, servers)
            self.waiting -= 1

    async def _confirm(self, server: dict[str, Any], event: dict[str, Any], code: str) -> None:
        status, body, _ = await self._post(server, event, 0)
        server["status"] = "ok" if (status, body) == (_OK, code) else "failed"

    async def _insist(
        self, server: dict[str, Any], event: dict[str, Any], servers: list[dict[str, Any]]
    ) -> None:
        delay_s = _FIRST_S
        counter = 0
        while server in servers:
            status, body, asked = await self._post(server, event, counter)
            if status == _OK and body == "ok":
                server["status"] = "ok"
                return
            if body == "remove":
                servers.remove(server)
                return
            counter += 1
            wait_s = self._asked_s(asked) if asked else None
            await self._clock.sleep(delay_s if wait_s is None else wait_s)
            delay_s = min(delay_s * 2, _MOST_S)

    async def _post(
        self, server: dict[str, Any], event: dict[str, Any], counter: int
    ) -> tuple[int, str, str]:
        body = {**event, "group_id": self._group_id, "secret": server["secret_key"]}
        headers = {"X-Retry-Counter": str(counter)} if counter else {}
        limit = ClientTimeout(total=_ANSWER_S)
        try:
            async with self._http.post(
                server["url"], json=body, headers=headers, timeout=limit
            ) as answer:
                asked = answer.headers.get("Retry-After", "")
                return answer.status, await answer.text(), asked
        except (ClientError, TimeoutError, UnicodeDecodeError):
            return 0, "", ""

    def _asked_s(self, asked: str) -> float | None:
        """VK reads a date, and nothing else."""
        try:
            until = parsedate_to_datetime(asked)
        except ValueError:
            return None
        if until.tzinfo is None:
            until = until.replace(tzinfo=UTC)
        left_s = (until - datetime.now(UTC)).total_seconds()
        return min(max(left_s, 0.0), _MOST_ASKED_S)
