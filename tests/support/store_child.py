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


class Death:
    """Comes within one of the next calls once so many commits are confirmed, by the seed."""

    def __init__(self, seed: int) -> None:
        chance = random.Random(seed)
        self._commits_left = chance.randint(1, 24)
        self._delay_s = chance.uniform(0, 0.02)

    def confirmed(self) -> None:
        """One commit more is."""
        self._commits_left -= 1
        if self._commits_left == 0:
            threading.Timer(self._delay_s, os.kill, (os.getpid(), signal.SIGKILL)).start()


async def work(store: ManagedStore, prefix: str, death: Death) -> None:
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
        death.confirmed()
        number += 1


async def main(implementation: str, folder: str, seed: int) -> None:
    """Open the store and work."""
    death = Death(seed)
    opened = IMPLEMENTATIONS[implementation].open(Path(folder), COLLECTIONS)
    async with opened as store, asyncio.TaskGroup() as group:
        for task in range(TASKS):
            group.create_task(work(store, f"{seed}-{task}", death))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
