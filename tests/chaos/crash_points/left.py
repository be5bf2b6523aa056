"""What a process of the hub finds undone in its own bus and store."""

from collections.abc import Mapping
from typing import Any

from router.partitions import ALL
from shared.collections import CHANNELS, EVENT_LOG, LEASES, PARTS
from shared.ids import Partition
from shared.partitions import lease_id
from shared.ports.bus import Bus
from shared.ports.store import Range, Store
from shared.topology import DURABLE_QUEUES


async def left_undone(
    bus: Bus, store: Store, published: Mapping[Partition, int], *, wholly: bool
) -> list[str]:
    """Queued items, parts that are in no final state, and unpublished events.

    ``wholly``: also parts of which it is not noted that the router was told; that is noted later.
    ``published`` is the last event of each partition that this process has published.
    """
    found = []
    for queue in DURABLE_QUEUES:
        depth = await bus.depth(queue)
        if depth.items:
            found.append(f"{queue.name} holds {depth.items}")
    channels = await store.find(CHANNELS, equal={}, limit=200)
    for channel in channels.items:
        for flag in ("open", "unreported") if wholly else ("open",):
            order = "order" if flag == "open" else "changed_at"
            equal: dict[str, Any] = {"channel_id": channel.id, flag: True}
            page = await store.find(PARTS, equal=equal, order=order)
            found += [f"part {part.id} is {flag}: {part.state}" for part in page.items]
    leases = await store.get_many(LEASES, [lease_id(partition) for partition in ALL])
    for partition in ALL:
        lease = leases.get(lease_id(partition))
        out = max(lease.published_seq if lease else 0, published.get(partition, 0))
        page_of_log = await store.find(
            EVENT_LOG, equal={"partition": partition}, range=Range("seq", gt=out), order="seq"
        )
        for entry in page_of_log.items:
            found.append(f"event {entry.seq} of partition {partition} was not published")
    return found
