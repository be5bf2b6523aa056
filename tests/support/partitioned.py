"""Data as a hub with another number of partitions leaves it."""

from datetime import UTC, datetime

from shared.collections import LEASES
from shared.ids import Partition
from shared.model.records import Lease
from shared.partitions import lease_id
from shared.ports.store import Put, Store

_OVER = datetime(2026, 1, 5, tzinfo=UTC)


async def hold_partitions(store: Store, number: int) -> None:
    """Write the rows of so many partitions, given up by a router that ended in order."""
    leases = [
        Lease(id=lease_id(Partition(one)), owner="before", epoch=1, until=_OVER)
        for one in range(number)
    ]
    await store.commit([Put(LEASES, lease) for lease in leases])
