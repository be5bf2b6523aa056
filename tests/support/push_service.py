"""A push service as a browser's maker runs one, and the device behind it that decrypts.

It believes nobody: the token's signature, audience and end are checked, and the body is opened with
the keys that only the device has.
"""

import asyncio
import base64
import json
import os
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import http_ece
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02
from py_vapid.utils import b64urldecode

_DAY_S: Final = 24 * 3600


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


class Device:
    """A browser that was subscribed."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = os.urandom(16)

    @property
    def subscription(self) -> dict[str, Any]:
        """What the page tells the hub."""
        public = self._key.public_key()
        point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {
            "endpoint": self.endpoint,
            "keys": {"p256dh": _text(point), "auth": _text(self._auth)},
        }

    def opened(self, body: bytes) -> Any:
        """The payload. Raises when it was not encrypted for this device."""
        plain = http_ece.decrypt(
            body, private_key=self._key, auth_secret=self._auth, version="aes128gcm"
        )
        return json.loads(plain)


@dataclass
class Pushed:
    """One push as it arrived."""

    device: Device
    payload: Any
    headers: Mapping[str, str]


@dataclass
class PushService:
    """``answer`` is the status of the next pushes; ``retry_after`` goes with it."""

    url: str = ""
    origin: str = ""
    answer: int = 201
    retry_after: str | None = None
    hangs: bool = False
    """It takes requests and answers none, until it is closed."""
    tried: int = 0
    wrong: list[str] = field(default_factory=list)
    arrived: list[Pushed] = field(default_factory=list)
    public_key: str = ""
    """The key of the hub under which the devices subscribed; empty: any."""
    _devices: dict[str, Device] = field(default_factory=dict)

    def device(self, name: str) -> Device:
        """A new device."""
        device = Device(f"{self.url}/{name}")
        self._devices[name] = device
        return device

    async def handle(self, request: web.Request) -> web.Response:
        """Take a push."""
        self.tried += 1
        if self.hangs:
            await asyncio.Event().wait()
        problem = self._problem(request)
        if problem is not None:
            self.wrong.append(problem)
            return web.Response(status=403, text=problem)
        if self.answer >= 300:
            headers = {} if self.retry_after is None else {"Retry-After": self.retry_after}
            return web.Response(status=self.answer, headers=headers)
        device = self._devices.get(request.match_info["name"])
        if device is None:
            return web.Response(status=404)
        self.arrived.append(
            Pushed(device, device.opened(await request.read()), dict(request.headers))
        )
        return web.Response(status=self.answer)

    def _problem(self, request: web.Request) -> str | None:
        scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
        fields = dict(part.strip().partition("=")[::2] for part in rest.split(","))
        if scheme != "vapid" or {"t", "k"} - fields.keys():
            return "no VAPID token"
        if self.public_key and fields["k"] != self.public_key:
            return "another key than the devices subscribed under"
        if not Vapid02.verify(request.headers["Authorization"]):
            return "a token with a wrong signature"
        claims = json.loads(b64urldecode(fields["t"].split(".")[1].encode()))
        if claims["aud"] != self.origin:
            return f"a token for {claims['aud']}"
        if not time.time() < claims["exp"] <= time.time() + _DAY_S:
            return "a token that holds too long, or no more"
        if not str(claims["sub"]).startswith(("mailto:", "https:")):
            return "nobody to write to"
        if request.headers.get("Content-Encoding") != "aes128gcm" or "TTL" not in request.headers:
            return "headers are missing"
        return None


@asynccontextmanager
async def push_service() -> AsyncIterator[PushService]:
    """A push service on a free local port."""
    service = PushService()
    app = web.Application()
    app.router.add_post("/push/{name}", service.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        service.origin = "http://127.0.0.1:{1}".format(*runner.addresses[0])
        service.url = f"{service.origin}/push"
        yield service
    finally:
        await runner.cleanup()
