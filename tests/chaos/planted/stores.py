"""Stores that do one thing wrong, or whose process ends at the worst moment."""

import asyncio
from collections.abc import Sequence

from router.outbox import publication_of
from shared.collections import EVENT_LOG, MESSAGES, PARTS
from shared.model.delivery import Delivery
from shared.ports.bus import Bus
from shared.ports.store import Change, Collection, D, Put, Store, Update
from tests.chaos.planted.buses import is_lost
from tests.chaos.planted.moment import ANSWERED, SAID, die, first_time, speaks_of
from tests.support.around import AroundStore

_SEEN_S = 0.5
"""So long it takes at most until everybody has seen what was published."""


class KilledBeforeCommit(AroundStore):
    """Ends the process once, before the message is written."""

    async def commit(self, changes: Sequence[Change]) -> None:
        """See the port."""
        if _writes_it(changes) and first_time("killed"):
            die()
        await self.inner.commit(changes)


class PublishedBeforeCommit(AroundStore):
    """Tells of what is not written yet; the process ends in between, once."""

    def __init__(self, store: Store, bus: Bus) -> None:
        super().__init__(store)
        self._bus = bus

    async def commit(self, changes: Sequence[Change]) -> None:
        """See the port."""
        await self._bus.publish([publication_of(entry) for entry in _put_into(EVENT_LOG, changes)])
        if _writes_it(changes) and first_time("killed"):
            await asyncio.sleep(_SEEN_S)
            die()
        await self.inner.commit(changes)


class LostRow(AroundStore):
    """One row of the outbox is not written."""

    async def commit(self, changes: Sequence[Change]) -> None:
        """See the port."""
        rows = _put_into(EVENT_LOG, changes)
        lost = [row for row in rows if is_lost(publication_of(row))]
        await self.inner.commit(
            [c for c in changes if not (isinstance(c, Put) and c.document in lost)]
        )


class KilledBeforeOutcome(AroundStore):
    """Ends the process once, when a message was sent and that is not written yet."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._sending: set[str] = set()

    async def commit(self, changes: Sequence[Change]) -> None:
        """See the port."""
        for change in changes:
            if not isinstance(change, Update) or change.collection is not PARTS:
                continue
            content = change.set.get("content")
            if content is not None and content.text == ANSWERED:
                self._sending.add(change.id)
            sent = change.set.get("state") is Delivery.SENT and change.id in self._sending
            if sent and first_time("killed"):
                die()
        await self.inner.commit(changes)


def _put_into(collection: Collection[D], changes: Sequence[Change]) -> list[D]:
    """The documents of a collection that are written whole."""
    return [c.document for c in changes if isinstance(c, Put) and c.collection is collection]


def _writes_it(changes: Sequence[Change]) -> bool:
    written = _put_into(MESSAGES, changes)
    return any(speaks_of(SAID, message.content.model_dump()) for message in written)
