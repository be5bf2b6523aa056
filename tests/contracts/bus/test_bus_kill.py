"""A process that uses the bus is killed between and within its calls: nothing confirmed is lost."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.buses import BusImplementation, numbers, queue_of, take_exactly
from tests.support.processes import run_module
from tests.support.waiting import until

KILLS_PER_SEED = 4


@dataclass
class Ledger:
    """What the killed processes said."""

    begun: set[int] = field(default_factory=set)
    published: set[int] = field(default_factory=set)
    taken: set[int] = field(default_factory=set)
    acking: set[int] = field(default_factory=set)
    acked: set[int] = field(default_factory=set)

    def read(self, lines: list[str]) -> None:
        sets = {
            "publishing": self.begun,
            "published": self.published,
            "taken": self.taken,
            "acking": self.acking,
            "acked": self.acked,
        }
        for line in lines:
            word, *items = line.split()
            sets[word].update(map(int, items))


@pytest.mark.timeout(240)  # several processes, one after another
@pytest.mark.parametrize("seed", range(5))
async def test_a_killed_process_loses_nothing_and_keeps_the_order(
    implementation: BusImplementation, tmp_path: Path, seed: int
) -> None:
    ledger = Ledger()
    for kill in range(KILLS_PER_SEED):
        status, lines = await run_module(
            "tests.support.bus_child",
            implementation.name,
            str(tmp_path),
            str(seed * 100 + kill),
            str(max(ledger.begun, default=0) + 1),
        )
        ledger.read(lines)
        assert status == -9

    async with implementation.open(tmp_path) as opened:

        async def is_back() -> bool:
            """A busy broker sees late that a process is gone; then it has what that held."""
            return (await opened.bus.depth(queue_of())).items >= len(certain)

        certain = ledger.published - ledger.acking
        await until(is_back, limit_s=30)
        count = (await opened.bus.depth(queue_of())).items
        async with opened.bus.consume(queue_of(), prefetch=100_000) as subscription:
            found = await take_exactly(subscription, count)

    left = numbers(found)
    repeats = {int(one.envelope.id) for one in found if one.redelivered}
    assert left == sorted(set(left))
    assert certain <= set(left) <= ledger.begun
    assert not ledger.acked & set(left)
    assert ledger.taken & set(left) <= repeats
