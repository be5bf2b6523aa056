"""The log of calls to one receiver, and whether it is still to be called.

Whoever calls a receiver writes its log: one process at a time, the holder of a lease that the
caller has anyway (a channel's dispatcher). Rows are only added, so a former holder does no harm.
"""

from collections.abc import Sequence
from typing import Final, Protocol

from shared.collections import WEBHOOK_ATTEMPTS
from shared.model.records import WebhookAttempt
from shared.ports.store import Put, Store
from shared.webhooks.schedule import OFF_AFTER, is_failure, is_off

_MOST: Final = 200


class Attempts(Protocol):
    """Where the calls of one target are written down."""

    @property
    def target(self) -> str:
        """Whose webhook it is, such as ``channel/shop``."""

    async def record(self, attempt: WebhookAttempt) -> bool:
        """Write an attempt down; True when the receiver is now to be called no more.

        The same attempt twice is one row. Raises ``Unavailable``.
        """

    async def latest(self) -> Sequence[WebhookAttempt]:
        """The newest attempts first, some hundred of them. Raises ``Unavailable``."""


class AttemptLog:
    """The attempts at one target; they are kept for a week."""

    def __init__(self, store: Store, target: str) -> None:
        self._store = store
        self.target = target

    async def record(self, attempt: WebhookAttempt) -> bool:
        """One row in the store."""
        await self._store.commit([Put(WEBHOOK_ATTEMPTS, attempt)])
        return is_failure(attempt) and is_off(await self.latest(OFF_AFTER))

    async def latest(self, limit: int = _MOST) -> Sequence[WebhookAttempt]:
        """The newest attempts first, at most 200. Raises ``Unavailable``."""
        page = await self._store.find(
            WEBHOOK_ATTEMPTS,
            equal={"target": self.target},
            order="at",
            descending=True,
            limit=min(limit, _MOST),
        )
        return page.items
