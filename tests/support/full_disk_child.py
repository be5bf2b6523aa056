"""A process whose disk becomes full, as far as it can tell, and has room again later.

Usage: ``full_disk_child <folder>``; prints one JSON object.
"""

import asyncio
import json
import resource
import sys
from collections.abc import Awaitable
from pathlib import Path
from typing import Final

from shared.errors import Unavailable
from shared.ports.store import Put
from tests.support.blob_stores import chunks
from tests.support.buses import inbound
from tests.support.document_stores import COLLECTIONS, THINGS, Place, Thing
from tests.support.stores import Embedded, open_embedded

ROOM_BYTES: Final = 100_000
LARGE: Final = Place(city="x" * 5000)


def limit(size_bytes: int) -> None:
    """No file may become larger than this."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))


async def works(call: Awaitable[object]) -> bool:
    """Whether the call succeeded; False when a part was away."""
    try:
        await call
    except Unavailable:
        return False
    return True


async def fill(hub: Embedded, prefix: str, count: int) -> list[str]:
    """Commit large documents; returns those that were confirmed."""
    names = [f"{prefix}{number}" for number in range(count)]
    return [
        name
        for name in names
        if await works(hub.store.commit([Put(THINGS, Thing(id=name, place=LARGE))]))
    ]


async def main(folder: Path) -> None:
    """Before, while and after the disk is full."""
    async with open_embedded(folder, collections=COLLECTIONS) as hub:
        confirmed = await fill(hub, "before", 20)
        written = (folder / "hub.db-wal").stat().st_size
        limit(written + ROOM_BYTES)
        while_full = await fill(hub, "full", 100)
        limit(1)
        report: dict[str, object] = {
            "store_when_full": await works(
                hub.store.commit([Put(THINGS, Thing(id="no", place=LARGE))])
            ),
            "bus_when_full": await works(hub.bus.publish([inbound(n) for n in range(500)])),
            "blobs_when_full": await works(
                hub.blobs.put(chunks(b"x" * 3 * 1024 * 1024), max_bytes=10**8)
            ),
            "probe_when_full": await works(hub.database.probe()),
            "read_when_full": await hub.store.get(THINGS, "before3") is not None,
        }
        limit(resource.RLIM_INFINITY)
        healed = await fill(hub, "after", 20)
        report |= {
            "bus_after": await works(hub.bus.publish([inbound(1)])),
            "blobs_after": await works(hub.blobs.put(chunks(b"y" * 3_000_000), max_bytes=10**8)),
            "probe_after": await works(hub.database.probe()),
            "healed": len(healed),
            "confirmed": [*confirmed, *while_full, *healed],
            "refused": 100 - len(while_full),
        }
        sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
