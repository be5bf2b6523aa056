"""A connection to the broker that is opened anew when it is needed and gone."""

import asyncio
from collections.abc import Awaitable
from typing import Final, TypeVar

import aio_pika
import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import AuthenticationError, ProbableAuthenticationError
from yarl import URL

from shared.bus.amqp_subscription import LOST, lost_for_others
from shared.bus.amqp_tap import TappedConnection
from shared.errors import Unavailable

log = structlog.get_logger(__name__)

T = TypeVar("T")

_HEARTBEAT_S: Final = 5
_CONNECT_LIMIT_S: Final = 5.0
_CLOSE_LIMIT_S: Final = 2.0


class Denied(Unavailable):
    """The broker does not let this user in."""


class Link:
    """One connection. Nothing reconnects behind its users' backs."""

    def __init__(self, name: str, url: str) -> None:
        self._name = name
        self._url = URL(url).update_query(heartbeat=_HEARTBEAT_S)
        self._open: TappedConnection | None = None
        self._lock = asyncio.Lock()

    @property
    def user(self) -> str:
        """Who connects."""
        return self._url.user or "guest"

    async def connection(self) -> TappedConnection:
        """The open connection. Raises ``Unavailable``; its text never holds the URL."""
        async with self._lock:
            # What was lost calls itself closed only once it was closed by us.
            if self._open is not None and not self._open.connected.is_set():
                await self._discard()
            if self._open is None:
                self._open = await self._connect()
            return self._open

    async def _connect(self) -> TappedConnection:
        try:
            return await limited(
                aio_pika.connect(
                    self._url,
                    client_properties={"connection_name": self._name},
                    connection_class=TappedConnection,
                )
            )
        except (AuthenticationError, ProbableAuthenticationError):
            raise Denied("the broker does not let this user in") from None
        except (*LOST, StopAsyncIteration) as error:
            # The last is how aiormq says that the connection ended between two frames.
            raise Unavailable(f"cannot reach the broker: {type(error).__name__}") from None

    async def close(self, *, limit_s: float = _CLOSE_LIMIT_S) -> None:
        """Close the connection, politely within the limit."""
        await self._discard(limit_s)

    async def _discard(self, limit_s: float = _CLOSE_LIMIT_S) -> None:
        opened, self._open = self._open, None
        await close_softly(opened, limit_s=limit_s)


async def limited(work: Awaitable[T]) -> T:
    """What the broker answers. Raises ``Unavailable`` when it takes too long."""
    try:
        with lost_for_others():
            async with asyncio.timeout(_CONNECT_LIMIT_S):
                return await work
    except TimeoutError:
        raise Unavailable(f"the broker did not answer within {_CONNECT_LIMIT_S:g} s") from None


async def close_softly(
    open_one: AbstractChannel | AbstractConnection | None, *, limit_s: float = _CLOSE_LIMIT_S
) -> None:
    """Close what may be closed or lost already; never raises because of the broker."""
    if open_one is None or open_one.is_closed:
        return
    try:
        async with asyncio.timeout(limit_s):
            await open_one.close()
    except (*LOST, TimeoutError) as error:
        log.info("broker.closed_hard", reason=type(error).__name__)
