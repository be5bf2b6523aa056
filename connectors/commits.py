"""Commits under a lease: what several threads want at the same moment goes in one."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from shared.errors import Unavailable
from shared.leases import Leases
from shared.model.records import Lease
from shared.ports.store import Change, Store


@dataclass(slots=True, eq=False)
class _Waiting:
    """Changes of one caller, and where it hears what became of them."""

    changes: Sequence[Change]
    heard: "asyncio.Future[None]"

    def tell(self, error: Exception | None = None) -> None:
        if self.heard.done():
            return
        if error is None:
            self.heard.set_result(None)
        else:
            self.heard.set_exception(error)


class Commits:
    """The commits of one lease's holder. Each caller's changes happen together or not at all."""

    def __init__(self, store: Store, lease: Lease) -> None:
        self._store = store
        self._fence = Leases.fence(lease)
        self._waiting: list[_Waiting] = []
        self._wake = asyncio.Event()
        self._gathers = False

    async def commit(self, changes: Sequence[Change]) -> None:
        """Apply these, or none of them, if the lease is still held. Raises like a store's commit.

        While ``run`` runs they share a commit with what others ask for until it begins.
        """
        if not self._gathers:
            await self._store.commit([self._fence, *changes])
            return
        waiting = _Waiting(changes, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._wake.set()
        await waiting.heard

    async def run(self) -> None:
        """Gather for ever: one commit at a time, and what comes meanwhile in the next."""
        self._gathers = True
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                batch = [waiting for waiting in self._waiting if not waiting.heard.done()]
                self._waiting.clear()
                await self._commit(batch)
        finally:
            self._gathers = False

    async def _commit(self, batch: Sequence[_Waiting]) -> None:
        if not batch:
            return
        changes = [change for waiting in batch for change in waiting.changes]
        try:
            await self._store.commit([self._fence, *changes])
        except Unavailable as error:
            for waiting in batch:
                waiting.tell(error)
        except Exception as error:  # noqa: BLE001 - it is for whoever asked for the change
            if len(batch) == 1:
                batch[0].tell(error)
                return
            # The one that cannot be must not keep back the others.
            for waiting in batch:
                await self._commit([waiting] if not waiting.heard.done() else [])
        else:
            for waiting in batch:
                waiting.tell()
