"""A process whose tasks commit to the store until it is killed.

Each commit writes a pair of documents and adds to a counter. It notes every commit once it is
confirmed, unbuffered. Usage: ``store_child <implementation> <folder> <seed>``.
"""

import asyncio
import os
import random
import signal
import sys
import threading
from pathlib import Path
from typing import Final

from shared.ports.store import ABSENT, Increment, Put
from tests.support.document_stores import (
    COLLECTIONS,
    IMPLEMENTATIONS,
    OWNERS,
    THINGS,
    ManagedStore,
    Owner,
    Thing,
)

TASKS: Final = 8


async def work(store: ManagedStore, prefix: str) -> None:
    """Commit until killed."""
    number = 0
    while True:
        name = f"{prefix}-{number}"
        await store.commit(
            [
                Put(THINGS, Thing(id=name, name="стол", labels=("a", "b")), expect=ABSENT),
                Put(OWNERS, Owner(id=name, number=number), expect=ABSENT),
                Increment(OWNERS, "all", {"total": 1}),
            ]
        )
        os.write(1, f"{name}\n".encode())
        number += 1


async def main(implementation: str, folder: str, seed: int) -> None:
    """Open the store, set the hour of death, work."""
    async with IMPLEMENTATIONS[implementation].open(Path(folder), COLLECTIONS) as store:
        delay_s = random.Random(seed).uniform(0.02, 0.3)
        threading.Timer(delay_s, os.kill, (os.getpid(), signal.SIGKILL)).start()
        async with asyncio.TaskGroup() as group:
            for task in range(TASKS):
                group.create_task(work(store, f"{seed}-{task}"))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
