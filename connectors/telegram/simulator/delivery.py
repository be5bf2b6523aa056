"""Delivering updates: to whoever polls, or to a webhook, never to both."""

import asyncio
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout

from connectors.telegram.simulator.parameters import Parameters
from connectors.telegram.simulator.queue import UpdateQueue, Waiting
from connectors.telegram.simulator.refusal import Refusal, bad
from connectors.telegram.simulator.world import World

_WAIT_MAX_S: Final = 50
_BATCH: Final = 100
_LOOKAHEAD: Final = 5000
_ANSWER_S: Final = 60
_RETRY_MAX_S: Final = 60.0
_RETRY_AFTER_MAX_S: Final = 3600.0
_IDLE_S: Final = 30.0
_CONNECTIONS: Final = 40
_SUCCESS: Final = range(200, 300)


class Delivery:
    """The two ways of getting updates."""

    def __init__(self, world: World, queue: UpdateQueue, http: ClientSession) -> None:
        self._world = world
        self._queue = queue
        self._http = http
        self._url = ""
        self._secret: str | None = None
        self._error: dict[str, Any] = {}
        self._poller = 0
        self._closing = False

    async def get_updates(self, given: Parameters) -> list[dict[str, Any]]:
        """``getUpdates``: asking with a higher offset confirms. The last to ask wins."""
        if self._url:
            raise Refusal(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        self._poller += 1
        mine = self._poller
        self._queue.wake()
        self._queue.allow(given.json("allowed_updates"))
        self._queue.confirm(given.integer("offset"))
        limit = max(1, min(given.integer("limit") or _BATCH, _BATCH))
        loop = asyncio.get_running_loop()
        until = loop.time() + max(0, min(given.integer("timeout") or 0, _WAIT_MAX_S))
        while True:
            if mine != self._poller:
                raise Refusal(
                    409,
                    "Conflict: terminated by other getUpdates request; "
                    "make sure that only one bot instance is running",
                )
            found = [waiting.update for waiting in self._queue.waiting(limit)]
            left_s = until - loop.time()
            if found or left_s <= 0 or self._closing:
                return found
            await self._queue.changed(left_s)

    def set_webhook(self, given: Parameters) -> bool:
        """``setWebhook``. Plain HTTP is taken too, for hubs on the same machine."""
        url = given.text("url") or ""
        if url and not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if given.flag("drop_pending_updates"):
            self._queue.clear()
        self._queue.allow(given.json("allowed_updates"))
        self._url, self._secret, self._error = url, given.text("secret_token"), {}
        self._poller += 1
        self._queue.wake()
        return True

    def delete_webhook(self, given: Parameters) -> bool:
        """``deleteWebhook``."""
        if given.flag("drop_pending_updates"):
            self._queue.clear()
        self._url, self._secret = "", None
        self._queue.wake()
        return True

    def info(self, _given: Parameters) -> dict[str, Any]:
        """``getWebhookInfo``."""
        return {
            "url": self._url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._queue),
            **self._error,
        }

    def close(self) -> None:
        """Let waiting calls end."""
        self._closing = True
        self._queue.wake()

    async def run(self) -> None:
        """Deliver to the webhook while one is set: lanes side by side, each in order."""
        busy: set[str] = set()
        async with asyncio.TaskGroup() as group:
            while not self._closing:
                started = False
                for waiting in self._queue.waiting(_LOOKAHEAD) if self._url else ():
                    if waiting.lane not in busy and len(busy) < _CONNECTIONS:
                        busy.add(waiting.lane)
                        group.create_task(self._deliver(waiting, busy))
                        started = True
                if not started:
                    await self._queue.changed(_IDLE_S)

    async def _deliver(self, waiting: Waiting, busy: set[str]) -> None:
        delay_s = 0.0
        try:
            while self._url and not self._closing:
                asked_s = await self._post(waiting.update)
                if asked_s is None:
                    self._queue.remove(waiting)
                    return
                await self._world.clock.sleep(asked_s or delay_s)
                delay_s = min(max(1.0, delay_s * 2), _RETRY_MAX_S)
        finally:
            busy.discard(waiting.lane)
            self._queue.wake()

    async def _post(self, update: dict[str, Any]) -> float | None:
        """None when the hub took it, else the seconds that it asks to wait (0: it does not say)."""
        secret = {"X-Telegram-Bot-Api-Secret-Token": self._secret} if self._secret else {}
        limit = ClientTimeout(total=_ANSWER_S)
        try:
            async with self._http.post(
                self._url, json=update, headers=secret, timeout=limit
            ) as answer:
                if answer.status in _SUCCESS:
                    return None
                words = f"Wrong response from the webhook: {answer.status} {answer.reason}"
                asked = answer.headers.get("Retry-After", "")
        except (ClientError, TimeoutError):
            words, asked = "Connection failed", ""
        self._error = {"last_error_date": self._world.now(), "last_error_message": words}
        return min(float(asked), _RETRY_AFTER_MAX_S) if asked.isdigit() else 0.0
