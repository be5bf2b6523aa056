"""The part rows of one channel, read and moved on under the dispatcher's lease.

Every change carries the lease's epoch and the row's state and attempt as conditions: a dispatcher
that was stopped and woke up late changes nothing, and a cancel that came first stands.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog

from connectors.commits import Commits
from shared.clock import Clock
from shared.collections import LEASES, PARTS
from shared.errors import Conflict, Unavailable
from shared.ids import ChannelId, ExternalId, PartId
from shared.leases import Leases
from shared.model.delivery import Part
from shared.model.records import Lease
from shared.ports.store import Change, Put, Scalar, Store, Update
from shared.tenure import LostLease

log = structlog.get_logger(__name__)

_PAGE: Final = 500
_AGAIN_S: Final = 0.5


class PartRows:
    """The rows of one channel, for the holder of its dispatch lease."""

    def __init__(self, store: Store, clock: Clock, lease: Lease, channel_id: ChannelId) -> None:
        self._store = store
        self._clock = clock
        self._lease = lease
        self._channel_id = channel_id
        self.commits = Commits(store, lease)

    async def open_parts(self) -> tuple[list[Part], int]:
        """All open parts, and in how many pages they were read. Raises ``Unavailable``.

        Several pages are no one moment: a thread may lack a part that was added meanwhile.
        """
        return await self._all({"channel_id": self._channel_id, "open": True}, "order")

    async def open_of(self, threads: Sequence[ExternalId]) -> list[Part]:
        """The open parts of a thread under its names; rides out an outage."""
        while True:
            try:
                return [part for thread in threads for part in await self._open_in(thread)]
            except Unavailable:
                await self._clock.sleep(_AGAIN_S)

    async def unreported(self) -> list[Part]:
        """Parts whose last change the router may not know. Raises ``Unavailable``."""
        equal: dict[str, Scalar] = {"channel_id": self._channel_id, "unreported": True}
        return (await self._all(equal, "changed_at"))[0]

    async def get(self, id: PartId) -> Part | None:
        """One row as it stands; rides out an outage."""
        while True:
            try:
                return await self._store.get(PARTS, id)
            except Unavailable:
                await self._clock.sleep(_AGAIN_S)

    async def change(
        self,
        part: Part,
        values: Mapping[str, Any],
        *,
        along: Sequence[tuple[Part, Mapping[str, Any]]] = (),
        added: Sequence[Part] = (),
    ) -> Part | None:
        """Move a row on, with other rows and new ones in the same commit.

        Returns the changed part, or None when this row or one of the others is no longer as it was
        read. Rides out an outage: when the outcome of a commit was lost, it finds out. Raises
        ``LostLease``.
        """
        stamped = {**values, "changed_at": self._clock.now()}
        wanted = part.model_copy(update=stamped)
        changes: list[Change] = [
            _update(part, stamped),
            *(_update(other, {**its, "changed_at": wanted.changed_at}) for other, its in along),
            *(Put(PARTS, new) for new in added),
        ]
        while True:
            try:
                await self.commits.commit(changes)
            except Conflict:
                await self.check_lease()
                row = await self.get(part.id)
                return wanted if row is not None and _is_ours(row, wanted) else None
            except Unavailable as error:
                log.warning("dispatch.store_away", channel_id=self._channel_id, reason=str(error))
                await self._clock.sleep(_AGAIN_S)
            else:
                return wanted

    async def reported(self, parts: Sequence[Part]) -> None:
        """Note that the router has been told. Raises ``Unavailable``, ``LostLease``."""
        try:
            # A commit of their own: nobody who sends is to wait for it, or to share its conflicts.
            await self._store.commit(
                [Leases.fence(self._lease), *(_update(p, {"unreported": False}) for p in parts)]
            )
        except Conflict:
            await self.check_lease()
            # One of them moved on: it will be reported anew, the others need not be.
            if len(parts) > 1:
                middle = len(parts) // 2
                await self.reported(parts[:middle])
                await self.reported(parts[middle:])

    async def check_lease(self) -> None:
        """Raises ``LostLease`` when it is no longer ours; rides out an outage."""
        while True:
            try:
                held = await self._store.get(LEASES, self._lease.id)
            except Unavailable:
                await self._clock.sleep(_AGAIN_S)
                continue
            ours = self._lease
            if held is None or (held.owner, held.epoch) != (ours.owner, ours.epoch):
                raise LostLease(f"{ours.id} was taken over")
            return

    async def _open_in(self, thread: ExternalId) -> list[Part]:
        equal: dict[str, Scalar] = {"channel_id": self._channel_id, "thread": thread, "open": True}
        return (await self._all(equal, "order"))[0]

    async def _all(self, equal: Mapping[str, Scalar], order: str) -> tuple[list[Part], int]:
        found: list[Part] = []
        cursor, pages = None, 0
        while True:
            page = await self._store.find(
                PARTS, equal=equal, order=order, cursor=cursor, limit=_PAGE
            )
            found.extend(page.items)
            cursor, pages = page.next, pages + 1
            if cursor is None:
                return found, pages


def _update(part: Part, values: Mapping[str, Any]) -> Update[Part]:
    expect = {"state": part.state, "attempt": part.attempt, "planned": part.planned}
    return Update(PARTS, part.id, values, expect=expect)


def _is_ours(row: Part, wanted: Part) -> bool:
    return (row.state, row.attempt, row.changed_at) == (
        wanted.state,
        wanted.attempt,
        wanted.changed_at,
    )
