"""The rows of the partitions in the store, and whether this hub reads all that wrote the data."""

from shared.collections import LEASES
from shared.errors import PartitionsDiffer
from shared.ids import PARTITIONS, SLOTS, Partition
from shared.ports.store import Store
from shared.topology import partition_key


def lease_id(partition: Partition) -> str:
    """The id of a partition's lease."""
    return f"partition/{partition_key(partition)}"


async def check_partitions(store: Store) -> None:
    """What waits in a partition that this hub does not have would never be read.

    Raises ``PartitionsDiffer`` when the data has one, ``Unavailable``.
    """
    beyond = {lease_id(Partition(number)): number for number in range(PARTITIONS, SLOTS)}
    found = await store.get_many(LEASES, list(beyond))
    if found:
        written = max(beyond[id] for id in found) + 1
        raise PartitionsDiffer(
            f"the stored data has {written} partitions, this version of the hub {PARTITIONS}: run"
            " the version that wrote it, or begin with a new data directory or database and, on"
            " RabbitMQ, a new virtual host"
        )
