"""One push on its way: encrypted for the device, signed by the hub, handed to the push service."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from http import HTTPStatus
from typing import Final, Literal

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout
from pywebpush import WebPusher, WebPushException

from inbox.push.keys import PushKey
from inbox.push.words import payload
from shared.model.notification_settings import NotificationKind
from shared.model.push import Push, PushDevice
from shared.webhooks.guard import is_forbidden

log = structlog.get_logger(__name__)

Fate = Literal["sent", "gone", "refused", "again"]
"""``gone``: the device is no more. ``refused``: this push never arrives, others may."""
_LIMIT: Final = ClientTimeout(total=15, sock_connect=10)
_GONE: Final = frozenset(
    {
        HTTPStatus.NOT_FOUND,
        HTTPStatus.GONE,
        # The device was subscribed under another key of ours: its page subscribes it anew.
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
    }
)
_HURRY: Final = frozenset(
    {NotificationKind.MENTION, NotificationKind.MESSAGE, NotificationKind.DEADLINE}
)
_LONGEST_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of it; ``again_in_s`` is what the push service asked for."""

    fate: Fate
    again_in_s: float | None = None


async def send(
    http: ClientSession, key: PushKey, device: PushDevice, push: Push, now: datetime
) -> Sent:
    """Hand it over; never raises for what the push service does. ``http`` is a ``Guard``'s."""
    try:
        body = await asyncio.to_thread(_encrypted, device, payload(push, device.language))
    except (WebPushException, ValueError) as error:
        log.warning("push.not_encrypted", device=device.id, error=type(error).__name__)
        return Sent("gone")
    headers = {
        **key.headers(device.endpoint, now),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(max(0, int((push.expires_at - now).total_seconds()))),
        "Urgency": "high" if push.kind in _HURRY else "normal",
        # Of those that wait for a device that is off, the push service keeps the last.
        "Topic": blake2b(push.id.encode(), digest_size=16).hexdigest(),
    }
    try:
        async with http.post(
            device.endpoint, data=body, headers=headers, timeout=_LIMIT, allow_redirects=False
        ) as answer:
            return _fate(device, answer.status, answer.headers.get("Retry-After"))
    except (ClientError, TimeoutError, ValueError) as error:
        if is_forbidden(error):
            log.warning("push.forbidden_address", device=device.id)
            return Sent("gone")
        log.info("push.not_reached", device=device.id, error=type(error).__name__)
        return Sent("again")


def _encrypted(device: PushDevice, data: bytes) -> bytes:
    keys = {"p256dh": device.p256dh, "auth": device.auth}
    encoded = WebPusher({"endpoint": device.endpoint, "keys": keys}).encode(data)
    body: bytes = encoded["body"]
    return body


def _fate(device: PushDevice, status: int, retry_after: str | None) -> Sent:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Sent("sent")
    log.info("push.answered", device=device.id, status=status)
    if status in _GONE:
        return Sent("gone")
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        asked = retry_after or ""
        return Sent("again", min(float(asked), _LONGEST_S) if asked.isdigit() else None)
    return Sent("refused")
