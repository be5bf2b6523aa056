"""What a surge does to the acknowledgements: a spell at the usual rate, then one at three times it.

``python -m tests.bench.surge``. Customers write to the routers of the embedded hub, which answer
each of them at once with the acknowledgement. Every message must be stored and acknowledged once;
the times are from publishing the message to handing its acknowledgement to the dispatcher.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared.collections import ACKNOWLEDGEMENTS, SLA_POLICIES
from shared.hints import HINT_KIND, Hint
from shared.ids import PARTITIONS, Partition
from shared.ports.bus import Bus, Exchange, Publication
from tests.router.answering import acknowledgement, sla
from tests.router.world import World, a_world, inbound, item_publication

USUAL_PER_S: Final = 20.0
SPELL_S: Final = 20.0
TIMES: Final = 3
_LIMIT_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Spell:
    """What came of one spell. Times in milliseconds."""

    per_s: float
    messages: int
    lost: int
    """Not stored, or not acknowledged."""
    doubled: int
    median_ms: float
    p95_ms: float

    def __str__(self) -> str:
        return (
            f"{self.per_s:g}/s: {self.messages} messages, {self.lost} lost, {self.doubled} doubled,"
            f" acknowledged in {self.median_ms:.0f} ms, p95 {self.p95_ms:.0f} ms"
        )


class WatchedBus:
    """A bus that notes when which customer's acknowledgement is handed to the dispatcher."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.handed: dict[str, list[float]] = {}
        self.consume = bus.consume
        self.dead_letter = bus.dead_letter
        self.depth = bus.depth

    async def publish(self, publications: Sequence[Publication]) -> None:
        await self._bus.publish(publications)
        for one in publications:
            if one.exchange is Exchange.OUTBOUND and one.envelope.kind == HINT_KIND:
                hint = Hint.model_validate(one.envelope.payload)
                if hint.added is not None:
                    thread = hint.added.part.thread
                    self.handed.setdefault(thread, []).append(time.perf_counter())


async def measure_surge(
    per_s: float = USUAL_PER_S, seconds: float = SPELL_S, times: int = TIMES
) -> tuple[Spell, Spell]:
    """The usual spell and the surge."""
    with tempfile.TemporaryDirectory() as folder:
        async with a_world(Path(folder)) as world:
            world.decree(SLA_POLICIES, sla())
            world.decree(ACKNOWLEDGEMENTS, acknowledgement(texts={"en": "We answer by {time}."}))
            bus = WatchedBus(world.bus)
            world.bus = bus
            async with _routers(world):
                usual = await _spell(world, bus, "usual", per_s, seconds)
                surge = await _spell(world, bus, "surge", per_s * times, seconds)
    return usual, surge


@asynccontextmanager
async def _routers(world: World) -> AsyncIterator[None]:
    """Every partition is held and works."""
    tasks = [await world.partition_task(Partition(number)) for number in range(PARTITIONS)]
    async with asyncio.TaskGroup() as group:
        for task in tasks:
            group.create_task(task.run())
        try:
            yield
        finally:
            for task in tasks:
                task.leave()


async def _spell(world: World, bus: WatchedBus, name: str, per_s: float, seconds: float) -> Spell:
    count = int(per_s * seconds)
    chats = [f"{name}-{number}" for number in range(count)]
    published: dict[str, float] = {}
    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number, chat in enumerate(chats):
            await asyncio.sleep(max(0.0, begun + number / per_s - time.perf_counter()))
            published[chat] = time.perf_counter()
            item = item_publication(inbound(chat, key=chat, text="where is my order?"))
            group.create_task(world.bus.publish([item]))
    await _all_handed(bus, chats)
    stored = [len(await world.texts(chat)) for chat in chats]
    handed = [bus.handed.get(chat, []) for chat in chats]
    took = [
        (times[0] - published[chat]) * 1000
        for chat, times in zip(chats, handed, strict=True)
        if times
    ]
    return Spell(
        per_s=per_s,
        messages=count,
        lost=sum(
            texts < 2 or not times  # the message and its acknowledgement
            for texts, times in zip(stored, handed, strict=True)
        ),
        doubled=sum(
            texts > 2 or len(times) > 1  # the same
            for texts, times in zip(stored, handed, strict=True)
        ),
        median_ms=statistics.median(took),
        p95_ms=statistics.quantiles(took, n=20)[-1],
    )


async def _all_handed(bus: WatchedBus, chats: Sequence[str]) -> None:
    try:
        async with asyncio.timeout(_LIMIT_S):
            while any(chat not in bus.handed for chat in chats):  # noqa: ASYNC110 - looked at seldom
                await asyncio.sleep(0.05)
    except TimeoutError:
        return  # the figures say what is lost


if __name__ == "__main__":
    for spell in asyncio.run(measure_surge()):
        sys.stdout.write(f"{spell}\n")
