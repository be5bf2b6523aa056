"""Telling the hub: signed events in their order, sent again until they are taken."""

import asyncio
import json
from datetime import timedelta
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout
from pydantic import SecretStr

from connectors.webhook.simulator.faults import Faults
from connectors.webhook.simulator.world import World
from shared.webhooks.schedule import delay_s, is_refused, is_taken
from shared.webhooks.signing import new_secret, sign

_LIMIT: Final = ClientTimeout(total=15)
_OLD: Final = timedelta(minutes=10)
_LONGEST_S: Final = 5.0


class Outbox:
    """What is still to be told."""

    def __init__(
        self, world: World, faults: Faults, http: ClientSession, url: str | None, secret: SecretStr
    ) -> None:
        self._world = world
        self._faults = faults
        self._http = http
        self._url = url
        self._secret = secret
        self._waiting: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
        self.waiting = 0
        """How many events are still to be taken."""
        self.answers: list[int] = []
        """How the hub answered each request."""

    def tell(self, event: dict[str, Any]) -> None:
        """Send an event as soon as those before it are taken."""
        id = self._world.next_id("e")
        whole = {"id": id, "at": self._world.clock.now().isoformat(), **event}
        if self._faults.take("malformed"):
            whole.pop("type")
        self._waiting.put_nowait((id, json.dumps(whole).encode()))
        self.waiting += 1

    async def run(self) -> None:
        """Deliver for ever."""
        while True:
            id, body = await self._waiting.get()
            times = 2 if self._faults.take("duplicate") else 1
            for _ in range(times):
                await self._deliver(id, body)
            self.waiting -= 1

    async def _deliver(self, id: str, body: bytes) -> None:
        attempt = 1
        while self._url is not None:
            status = await self._post(id, body)
            if is_taken(status) or is_refused(status):
                return
            await asyncio.sleep(min(delay_s(attempt, id) / 10, _LONGEST_S))
            attempt += 1

    async def _post(self, id: str, body: bytes) -> int | None:
        try:
            async with self._http.post(
                self._url or "", data=body, headers=self._headers(id, body), timeout=_LIMIT
            ) as answer:
                self.answers.append(answer.status)
                return answer.status
        except (ClientError, TimeoutError):
            return None

    def _headers(self, id: str, body: bytes) -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        if self._faults.take("unsigned"):
            return headers
        at = self._world.clock.now() - (_OLD if self._faults.take("late") else timedelta())
        wrong = self._faults.take("wrong_secret")
        secret = SecretStr(new_secret()) if wrong else self._secret
        return headers | sign([secret], id, at, body)
