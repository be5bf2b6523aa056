"""One signed call of somebody's webhook, written down in its log."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Literal

import structlog
from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    InvalidURL,
)
from pydantic import SecretStr

from shared.clock import Clock
from shared.errors import HubError
from shared.model.records import WebhookAttempt
from shared.webhooks.guard import ForbiddenAddress, is_forbidden
from shared.webhooks.log import Attempts
from shared.webhooks.schedule import delay_s, is_failure, is_refused, is_taken
from shared.webhooks.signing import sign

log = structlog.get_logger(__name__)

_ANSWER_BYTES: Final = 64 * 1024
_LOG_LIMIT_S: Final = 2.0
_LONGEST_WAIT_S: Final = 24 * 3600.0
_SENT_ON: Final = range(300, 400)
_BUSY: Final = 503
Arrived = Literal["yes", "no", "perhaps"]


@dataclass(frozen=True, slots=True)
class Callback:
    """What is told. ``id`` is the same on every repeat; ``attempt`` counts from 1 on."""

    id: str
    kind: str
    body: bytes
    attempt: int
    repeats: bool = True
    """It may be told again when we do not know whether it arrived."""
    failed: int | None = None
    """How many of the attempts before failed by themselves; None: all of them."""

    @property
    def delay_s(self) -> float:
        """How long to wait after this attempt unless the receiver says it: one that asked us to
        come again is no failure of its own."""
        failed = self.attempt - 1 if self.failed is None else self.failed
        return delay_s(failed + 1, self.id)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call."""

    arrived: Arrived
    status: int | None = None
    body: bytes = b""
    """The first 64 KiB of the answer."""
    error: str | None = None
    """In words that are safe to show; None: it was taken."""
    again_in_s: float | None = None
    """When it is worth another attempt; None: it is not."""
    off: bool = False
    """It has failed for so long that it is to be called no more."""


class Caller:
    """Calls one receiver. Never raises for what the receiver does."""

    def __init__(
        self,
        http: ClientSession,
        url: str,
        secrets: Sequence[SecretStr],
        attempts: Attempts,
        clock: Clock,
        *,
        timeout_s: float,
    ) -> None:
        """``http`` is a session of a ``Guard``; ``url`` may hold a password: it is never shown."""
        self._http = http
        self._url = url
        self._secrets = tuple(secrets)
        self._attempts = attempts
        self._clock = clock
        self._limit = ClientTimeout(total=timeout_s, sock_connect=min(timeout_s, 10.0))

    async def call(self, callback: Callback) -> Outcome:
        """Make the call and write it down; what the log cannot take now is lost to it."""
        if callback.attempt > 1:
            callback = replace(callback, failed=await self._failed(callback))
        began = self._clock.now()
        outcome = await self._post(callback)
        took_s = (self._clock.now() - began).total_seconds()
        again_in_s = outcome.again_in_s
        row = WebhookAttempt(
            id=f"{self._attempts.target}/{callback.id}/{callback.attempt}",
            target=self._attempts.target,
            webhook_id=callback.id,
            kind=callback.kind,
            attempt=callback.attempt,
            at=began,
            status=outcome.status,
            error=outcome.error,
            next_at=None if again_in_s is None else began + timedelta(seconds=took_s + again_in_s),
            duration_s=took_s,
        )
        off = await self._record(row)
        return Outcome(
            outcome.arrived, outcome.status, outcome.body, outcome.error, again_in_s, off=off
        )

    async def tell(self, callback: Callback) -> Outcome:
        """A call that stands in no log, such as "typing" or a look whether somebody is there."""
        return await self._post(callback)

    async def _post(self, callback: Callback) -> Outcome:
        signed = sign(self._secrets, callback.id, self._clock.now(), callback.body)
        headers = {"Content-Type": "application/json", "User-Agent": "Omnihub", **signed}
        try:
            async with self._http.post(
                self._url,
                data=callback.body,
                headers=headers,
                timeout=self._limit,
                allow_redirects=False,
            ) as answer:
                body = await _read(answer)
                return self._answered(callback, answer, body)
        except (ClientError, TimeoutError, ValueError) as error:
            return self._lost(callback, error)

    def _answered(self, callback: Callback, answer: ClientResponse, body: bytes) -> Outcome:
        status = answer.status
        if is_taken(status):
            return Outcome("yes", status, body)
        again_in_s = _asked_s(answer.headers.get("Retry-After"))
        if again_in_s is None:
            again_in_s = callback.delay_s
        if is_refused(status):
            return Outcome("no", status, body, f"it answered {status}")
        if status in _SENT_ON:
            words = f"it answered {status}: redirects are not followed, give its final address"
            return Outcome("no", status, body, words, again_in_s)
        busy = status == _BUSY and "Retry-After" in answer.headers
        if status < 500 or busy:  # noqa: PLR2004 - from here on the server's own errors begin
            return Outcome("no", status, body, f"it answered {status}", again_in_s)
        again = again_in_s if callback.repeats else None
        return Outcome("perhaps", status, body, f"it answered {status}", again)

    def _lost(self, callback: Callback, error: Exception) -> Outcome:
        again_in_s = callback.delay_s
        if is_forbidden(error):
            return Outcome("no", error=str(ForbiddenAddress()))
        if isinstance(error, ClientConnectorError | ConnectionTimeoutError):
            return Outcome("no", error="it is not reached", again_in_s=again_in_s)
        if isinstance(error, InvalidURL | ValueError):
            return Outcome("no", error="its address is not one that can be called")
        words = "it did not answer in time" if isinstance(error, TimeoutError) else "no answer"
        return Outcome("perhaps", error=words, again_in_s=again_in_s if callback.repeats else None)

    async def _failed(self, callback: Callback) -> int | None:
        """How many attempts at this callback the log calls failures; None where it cannot be
        asked."""
        try:
            async with asyncio.timeout(_LOG_LIMIT_S):
                latest = await self._attempts.latest()
        except (HubError, TimeoutError):
            return None
        same = (row for row in latest if row.webhook_id == callback.id)
        return sum(row.attempt < callback.attempt and is_failure(row) for row in same)

    async def _record(self, row: WebhookAttempt) -> bool:
        try:
            async with asyncio.timeout(_LOG_LIMIT_S):
                return await self._attempts.record(row)
        except (HubError, TimeoutError) as error:
            log.warning("webhook.unlogged", target=row.target, error=type(error).__name__)
            return False


async def _read(answer: ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > _ANSWER_BYTES:
            break
    return bytes(body[:_ANSWER_BYTES])


def _asked_s(header: str | None) -> float | None:
    text = (header or "").strip()
    return min(float(text), _LONGEST_WAIT_S) if text.isascii() and text.isdigit() else None
