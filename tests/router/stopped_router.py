"""A process with one partition, which stops itself between deciding and its first commit.

Its bus is its own and holds one item; its store is shared with the test.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from router.health import Troubles
from router.ledger import Ledger
from router.partition import PartitionTask
from router.policy import Policy
from shared.bus.embedded import EmbeddedBus
from shared.clock import SystemClock
from shared.collections import ALL_COLLECTIONS
from shared.ids import partition_of_slot, slot_for
from shared.leases import Leases
from shared.metrics import Metrics
from shared.partitions import lease_id
from shared.ports.store import Change
from shared.sqlite import Database
from shared.store.sqlite import SqliteStore
from tests.router.world import CHANNEL, inbound, item_publication

HOME = partition_of_slot(slot_for(CHANNEL, "chat-1"))


class StoppingStore:
    """Stops the process before a commit of handled items."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self.get = store.get
        self.get_many = store.get_many
        self.find = store.find
        self.search = store.search

    async def commit(self, changes: Sequence[Change]) -> None:
        if any(change.collection.name == "event_log" for change in changes):
            os.kill(os.getpid(), signal.SIGSTOP)
        await self._store.commit(changes)


async def main(folder: Path) -> None:
    """Handle one item, and say whether the partition was lost over it."""
    clock = SystemClock()
    async with (
        await Database.open(folder / "data" / "hub.db", exclusive=False) as shared,
        await Database.open(folder / "own" / "bus.db", exclusive=True) as own,
    ):
        store = SqliteStore(shared)
        await store.prepare(ALL_COLLECTIONS)
        bus = await EmbeddedBus.open(own, clock)
        await bus.publish([item_publication(inbound(text="late"))])
        lease = await Leases(store, clock, "stopped", for_s=0.3).claim(lease_id(HOME))
        if lease is None:
            raise SystemExit("the partition is not free")
        troubles = Troubles()
        stopping = StoppingStore(store)
        ledger = Ledger(stopping, clock, troubles, partition=HOME, lease=lease)
        task = PartitionTask(bus, stopping, clock, ledger, Policy(), troubles, Metrics())
        await task.run()
        print("lost" if task.lost else "kept")  # noqa: T201 - the test reads it
        await bus.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
