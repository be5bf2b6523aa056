"""What two hundred rules cost the router: items a second with them and without.

``python -m tests.bench.ruling``. The same customers' messages go through a partition of the
embedded hub, in which fifty agents stand and five thousand conversations wait, in turns without
rules and with two hundred that look at each message. Some of them fire in each turn.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Final

from shared.collections import AGENTS, CONVERSATIONS, RULE_FIRINGS, RULES, TOPICS
from shared.ids import PARTITIONS, Partition, partition_of_slot, slot_for
from shared.model.rule import Rule
from shared.ports.store import Put
from shared.topology import partition_queue
from tests.bench.dispatching import AGENTS_, WAITING, agent, waiting_case
from tests.router.world import CHANNEL, World, a_world, inbound, item_publication
from tests.shared.ruling import condition, on, rule, topic

RULES_MEASURED: Final = 200
ITEMS: Final = 1500
TURNS: Final = 5
_CHATS: Final = 50
_WORDS: Final = ("refund", "delivery", "broken screen", "invoice", "password", "возврат")
_TEXTS: Final = (
    "Hello, where is my order? It was promised for yesterday evening.",
    "The screen of my phone is broken, what shall I do now?",
    "Thank you very much, all is fine!",
    "Здравствуйте, когда будет доставка заказа?",
)


def many_rules(turn: int, count: int = RULES_MEASURED) -> list[Rule]:
    """Rules such as admins write, each with two conditions. What one of them sets has the turn's
    number, so that it fires anew in each turn."""
    made = []
    for n in range(count):
        first = (
            condition(type="words", words=[_WORDS[n % len(_WORDS)], f"word{n}"]),
            condition(type="label", labels=[f"label-{n}"]),
            condition(type="topic", topics=["money"]),
            condition(type="segment", segments=[f"segment-{n}"]),
            condition(type="channel_type", channel_types=["vk", "email"]),
        )[n % 5]
        second = condition(type="language", languages=["ru" if n % 2 else "en"])
        label = {"type": "add_labels", "labels": [f"fired-{turn}-{n}"]}
        made.append(
            rule(
                f"r{turn}-{n}",
                on("message"),
                label,
                conditions=[first, second] if n % 5 else [first],
                position=n,
            )
        )
    return made


async def measure_rules(items: int = ITEMS, turns: int = TURNS) -> float:
    """How many items a second the router handles with the rules, as a share of how many it does
    without; the median of some turns."""
    with tempfile.TemporaryDirectory() as folder:
        async with a_world(Path(folder)) as world:
            world.decree(TOPICS, topic("money"))
            await _fill(world)
            ratios = []
            for turn in range(turns):
                world.decree(RULES)
                without = await _rate(world, items)
                fired = await _fired(world)
                world.decree(RULES, *many_rules(turn))
                ratios.append(await _rate(world, items) / without)
                assert await _fired(world) > fired, "some of the rules fire"
    return statistics.median(ratios)


async def _fill(world: World) -> None:
    """Agents, and conversations that wait."""
    random, now = Random(7), world.clock.now()
    await world.store.commit([Put(AGENTS, agent(n, random, now)) for n in range(AGENTS_)])
    for start in range(0, WAITING, 500):
        some = range(start, start + 500)
        await world.store.commit([Put(CONVERSATIONS, waiting_case(n, random, now)) for n in some])


async def _fired(world: World) -> int:
    """How often rules have fired."""
    count, cursor = 0, None
    while True:
        page = await world.store.find(RULE_FIRINGS, equal={}, order="at", limit=500, cursor=cursor)
        count, cursor = count + len(page.items), page.next
        if cursor is None:
            return count


async def _rate(world: World, items: int) -> float:
    """Items a second of one partition, from the first to the last commit."""
    partition = Partition(0)
    chats = [name for name in (f"chat-{n}" for n in range(_CHATS * PARTITIONS * 2))
             if partition_of_slot(slot_for(CHANNEL, name)) == partition][:_CHATS]  # fmt: skip
    await world.bus.publish(
        [
            item_publication(inbound(chats[n % len(chats)], text=_TEXTS[n % len(_TEXTS)]))
            for n in range(items)
        ]
    )
    begun = time.perf_counter()
    await world.run_partition(partition)
    took = time.perf_counter() - begun
    assert (await world.bus.depth(partition_queue(partition))).items == 0
    return items / took


if __name__ == "__main__":
    ratio = asyncio.run(measure_rules())
    sys.stdout.write(f"with {RULES_MEASURED} rules: {ratio:.2f} of the rate without any\n")
