"""The devices to which an agent is told: added by the browser, listed, muted, removed."""

from base64 import urlsafe_b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from ipaddress import ip_address
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from yarl import URL

from shared.clock import Clock
from shared.collections import PUSH_DEVICES, PUSHES
from shared.errors import BadRequest, Conflict, NotFound
from shared.ids import AgentId
from shared.model.push import Push, PushDevice
from shared.ports.store import Delete, Put, Store, Update
from shared.webhooks.guard import Guard

MOST_DEVICES: Final = 10
"""The one that was added first makes room."""
_AUTH_BYTES: Final = 16
_PAGE: Final = 200
_TRIAL_HOLDS: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Devices:
    """Of one agent at a time. All methods raise ``Unavailable``."""

    store: Store
    clock: Clock
    guard: Guard

    async def of(self, agent_id: str) -> list[PushDevice]:
        """Oldest first."""
        page = await self.store.find(
            PUSH_DEVICES, equal={"agent_id": agent_id}, order="created_at", limit=_PAGE
        )
        return list(page.items)

    async def are_any(self) -> bool:
        """Whether anybody has a device: until then nobody follows the events for them."""
        return bool((await self.store.find(PUSH_DEVICES, equal={}, limit=1)).items)

    async def add(
        self, agent_id: str, session_id: str, endpoint: str, keys: tuple[str, str],
        *, name: str, language: str,
    ) -> PushDevice:  # fmt: skip
        """Add or renew it; a browser that changes hands belongs to who is signed in there now.

        ``keys`` are ``p256dh`` and ``auth``. Raises ``BadRequest`` naming what is wrong.
        """
        self._check(endpoint, *keys)
        id = "w" + blake2b(endpoint.encode(), digest_size=12).hexdigest()
        before = await self.store.get(PUSH_DEVICES, id)
        same = before is not None and before.agent_id == agent_id
        device = PushDevice(
            id=id,
            agent_id=AgentId(agent_id),
            session_id=session_id,
            endpoint=endpoint,
            p256dh=keys[0],
            auth=keys[1],
            name=name,
            language=language,
            muted=before.muted if before is not None and same else False,
            created_at=before.created_at if before is not None and same else self.clock.now(),
            version=before.version + 1 if before is not None else 1,
        )
        # What waits was meant for who had it before.
        foreign = [] if before is None or same else await self._waiting(id)
        await self.store.commit([Put(PUSH_DEVICES, device), *foreign])
        for old in (await self.of(agent_id))[:-MOST_DEVICES]:
            await self.drop(old.id)
        return device

    async def mute(self, agent_id: str, id: str, *, muted: bool) -> PushDevice:
        """Tell it nothing, or something again. Raises ``NotFound``."""
        device = await self._own(agent_id, id)
        try:
            await self.store.commit([Update(PUSH_DEVICES, id, {"muted": muted})])
        except Conflict:
            raise NotFound("there is no such device of yours") from None
        return device.model_copy(update={"muted": muted})

    async def remove(self, agent_id: str, id: str) -> None:
        """Never tell it anything again; harmless when it is gone. Raises ``NotFound``."""
        await self._own(agent_id, id)
        await self.drop(id)

    async def drop(self, id: str) -> None:
        """Forget the device and all that waits for it."""
        await self.store.commit([Delete(PUSH_DEVICES, id), *await self._waiting(id)])

    async def try_out(self, agent_id: str, id: str) -> None:
        """Tell it that it works. Raises ``NotFound``."""
        device = await self._own(agent_id, id)
        now = self.clock.now()
        trial = Push(
            id=f"{device.id}/trial",
            device_id=device.id,
            agent_id=device.agent_id,
            notification_id="trial",
            at=now,
            due_at=now,
            expires_at=now + _TRIAL_HOLDS,
        )
        await self.store.commit([Put(PUSHES, trial)])

    async def _waiting(self, id: str) -> list[Delete[Push]]:
        """The end of what waits for the device. The pusher drops what is left of more than that."""
        waiting = await self.store.find(PUSHES, equal={"device_id": id}, limit=_PAGE)
        return [Delete(PUSHES, one.id) for one in waiting.items]

    async def _own(self, agent_id: str, id: str) -> PushDevice:
        device = await self.store.get(PUSH_DEVICES, id)
        if device is None or device.agent_id != agent_id:
            raise NotFound("there is no such device of yours")
        return device

    def _check(self, endpoint: str, p256dh: str, auth: str) -> None:
        try:
            url = URL(endpoint)
            host = url.host or ""
        except ValueError:
            raise BadRequest("is no address", field="endpoint") from None
        if url.scheme != "https" and not (url.scheme == "http" and self._on_own_network(host)):
            raise BadRequest("a push service is reached by https://", field="endpoint")
        if not host or url.user is not None:
            raise BadRequest("is no address of a push service", field="endpoint")
        if self._is_address(host) and not self.guard.allows(host):
            raise BadRequest("this address is on a private network", field="endpoint")
        try:
            point = _bytes(p256dh)
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        except ValueError:
            raise BadRequest("is no point of P-256", field="keys.p256dh") from None
        try:
            secret = _bytes(auth)
        except ValueError:
            secret = b""
        if len(secret) != _AUTH_BYTES:
            raise BadRequest("is not 16 bytes in base64url", field="keys.auth")

    @staticmethod
    def _is_address(host: str) -> bool:
        try:
            ip_address(host)
        except ValueError:
            return False
        return True

    def _on_own_network(self, host: str) -> bool:
        """A push service of one's own, on a network that the settings allow."""
        return self._is_address(host) and self.guard.allows(host) and not ip_address(host).is_global


def _bytes(text: str) -> bytes:
    """Raises ``ValueError``."""
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except Base64Error:
        raise ValueError("no base64url") from None
