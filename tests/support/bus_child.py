"""A process that publishes, takes and acknowledges by a seeded plan until it is killed.

It writes down what it is about to do and what it has done, one line each, unbuffered: the parent
compares that with what it finds. Usage: ``bus_child <implementation> <folder> <seed> <first>``.
"""

import asyncio
import os
import random
import signal
import sys
import threading
from pathlib import Path

from shared.ports.bus import Bus, Subscription
from tests.support.buses import IMPLEMENTATIONS, inbound, numbers, queue_of, take_exactly


def note(word: str, items: list[int]) -> None:
    """Write one line to the parent."""
    os.write(1, f"{word} {' '.join(map(str, items))}\n".encode())


class Plan:
    """What the process does, and when it dies."""

    def __init__(self, seed: int, first: int) -> None:
        self.random = random.Random(seed)
        self.next = first
        self.steps_left = self.random.randint(1, 60)

    def step(self) -> None:
        """Between two calls: perhaps the last moment."""
        self.steps_left -= 1
        if self.steps_left == 0:
            if self.random.random() < 0.5:
                os.kill(os.getpid(), signal.SIGKILL)
            # Or within one of the next calls.
            delay_s = self.random.uniform(0, 0.004)
            threading.Timer(delay_s, os.kill, (os.getpid(), signal.SIGKILL)).start()


async def publish(bus: Bus, plan: Plan) -> int:
    """Publish a few items."""
    count = plan.random.randint(1, 5)
    items = list(range(plan.next, plan.next + count))
    plan.next += count
    note("publishing", items)
    await bus.publish([inbound(item) for item in items])
    note("published", items)
    return count


async def consume(subscription: Subscription, plan: Plan, waiting: int) -> int:
    """Take some of what waits and acknowledge a part of it; returns how many went."""
    taken = await take_exactly(subscription, min(waiting, plan.random.randint(1, 6)))
    note("taken", numbers(taken))
    plan.step()
    done = taken[: plan.random.randint(0, len(taken))]
    note("acking", numbers(done))
    await subscription.ack(done)
    note("acked", numbers(done))
    return len(taken)


async def main(implementation: str, folder: str, seed: int, first: int) -> None:
    """Run until killed."""
    plan = Plan(seed, first)
    async with IMPLEMENTATIONS[implementation].open(Path(folder)) as opened:
        waiting = (await opened.bus.depth(queue_of())).items
        async with opened.bus.consume(queue_of(), prefetch=1000) as subscription:
            while True:
                plan.step()
                waiting += await publish(opened.bus, plan)
                plan.step()
                waiting -= await consume(subscription, plan, waiting)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
