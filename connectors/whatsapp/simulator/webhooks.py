"""Webhooks as Meta sends them: signed over escaped JSON, again until they are taken."""

import asyncio
import hmac
import json
from collections import deque
from hashlib import sha256
from io import BytesIO
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout

from connectors.whatsapp.simulator.faults import Faults
from connectors.whatsapp.simulator.world import BUSINESS

_LIMIT: Final = ClientTimeout(total=20)
_FIRST_S: Final = 0.2
_MOST_S: Final = 10.0
_TAKEN: Final = 200


def escaped(payload: dict[str, Any]) -> bytes:
    """JSON with every letter beyond ASCII and every slash escaped, as Meta signs it."""
    return json.dumps(payload, separators=(",", ":")).replace("/", "\\/").encode()


def signature(body: bytes, app_secret: str) -> str:
    """The header that goes with these bytes."""
    return "sha256=" + hmac.new(app_secret.encode(), body, sha256).hexdigest()


class Webhooks:
    """One number's events on their way to the hub, one after another."""

    def __init__(
        self,
        http: ClientSession,
        faults: Faults,
        *,
        app_secret: str,
        number_id: str,
        account_id: str,
        url: str | None,
    ) -> None:
        self._http = http
        self._faults = faults
        self._app_secret = app_secret
        self._number_id = number_id
        self._account_id = account_id
        self.url = url
        """Where the app's events go."""
        self.override: str | None = None
        """Where this number's go instead."""
        self._waiting: deque[dict[str, Any]] = deque()
        self._wake = asyncio.Event()
        self._held: list[dict[str, Any]] = []

    @property
    def waiting(self) -> int:
        """How many are still to be taken."""
        return len(self._waiting) + len(self._held)

    def message(self, message: dict[str, Any], contact: dict[str, Any] | None) -> None:
        """A customer's message."""
        self._change("messages", {"messages": [message]}, contact)

    def status(self, status: dict[str, Any], contact: dict[str, Any] | None = None) -> None:
        """News of a message of the business."""
        self._change("messages", {"statuses": [status]}, contact)

    def other(
        self, field: str, value: dict[str, Any], contact: dict[str, Any] | None = None
    ) -> None:
        """Anything else that concerns the number."""
        self._change(field, value, contact)

    def account(self, field: str, value: dict[str, Any]) -> None:
        """Something that concerns the account."""
        self._put({"field": field, "value": value})

    async def run(self) -> None:
        """Deliver for ever."""
        while True:
            while not self._waiting:
                self._wake.clear()
                await self._wake.wait()
            payload = self._waiting[0]
            await self._deliver(payload)
            self._waiting.popleft()

    def _change(self, field: str, value: dict[str, Any], contact: dict[str, Any] | None) -> None:
        head: dict[str, Any] = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": BUSINESS, "phone_number_id": self._number_id},
        }
        if contact is not None:
            head["contacts"] = [contact]
        self._put({"field": field, "value": head | value})

    def _put(self, change: dict[str, Any]) -> None:
        entry = {"id": self._account_id, "changes": [change]}
        payload = {"object": "whatsapp_business_account", "entry": [entry]}
        if self._spoiled(payload):
            return
        # Those that were held for others which did not come in time.
        self._waiting.extend(self._held)
        self._held.clear()
        self._waiting.append(payload)
        if self._faults.take("duplicate"):
            self._waiting.append(payload)
        self._wake.set()

    def _spoiled(self, payload: dict[str, Any]) -> bool:
        """Whether it waits for others, to come after them or together with them."""
        for kind in ("reorder", "batch"):
            if self._faults.take(kind):
                self._held.append(payload)
                if self._faults.left(kind) == 0:
                    held, self._held = self._held, []
                    self._waiting.extend(held[::-1] if kind == "reorder" else [_joined(held)])
                    self._wake.set()
                return True
        return False

    async def _deliver(self, payload: dict[str, Any]) -> None:
        body = escaped(payload)
        wait_s = _FIRST_S
        while True:
            url = self.override or self.url
            secret = self._app_secret
            if self._faults.take("bad_signature"):
                secret = "somebody else's"  # noqa: S105 - no secret
            headers = {
                "X-Hub-Signature-256": signature(body, secret),
                "Content-Type": "application/json",
                "User-Agent": "facebookexternalua",
            }
            if url is not None:
                try:
                    async with self._http.post(
                        url, data=BytesIO(body), headers=headers, timeout=_LIMIT
                    ) as answer:
                        if answer.status == _TAKEN:
                            return
                except (ClientError, OSError):
                    pass  # it comes again
            await asyncio.sleep(wait_s)
            wait_s = min(_MOST_S, wait_s * 2)


def _joined(payloads: list[dict[str, Any]]) -> dict[str, Any]:
    """Many webhooks as one."""
    entries = [entry for payload in payloads for entry in payload["entry"]]
    return {"object": "whatsapp_business_account", "entry": entries}
