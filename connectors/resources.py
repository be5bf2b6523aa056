"""What the connectors service stands on, and the HTTP sessions that it gives its connectors."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar

from shared.clock import Clock
from shared.leases import Leases
from shared.metrics import Metrics
from shared.ports.blobs import Blobs
from shared.ports.bus import Bus
from shared.ports.store import Store
from shared.sealing import Seal

_TOTAL_S: Final = 120.0
_CONNECT_S: Final = 10.0

SessionFactory = Callable[[str | None], ClientSession]
"""Makes a client session that goes through a proxy, or none."""


def open_session(proxy: str | None = None) -> ClientSession:
    """A session with time limits, without cookies; to be closed by whoever opened it."""
    return ClientSession(
        proxy=proxy,
        timeout=ClientTimeout(total=_TOTAL_S, sock_connect=_CONNECT_S),
        cookie_jar=DummyCookieJar(),
    )


@dataclass(frozen=True, slots=True)
class Resources:
    """Opened by whoever starts the service, and closed there."""

    bus: Bus
    store: Store
    blobs: Blobs
    clock: Clock
    leases: Leases
    seal: Seal
    metrics: Metrics
    public_url: str | None = None
    """The hub's address as platforms reach it; None: no webhooks."""
    body_limit_bytes: int = 4 * 1024 * 1024
    media_limit_bytes: int = 50 * 1024 * 1024
    private_networks: tuple[str, ...] = ()
    """Networks that may be called although they are private."""
    sessions: SessionFactory = open_session
    random: Random = field(default_factory=Random)
