"""The service is cut off at random moments under load, again and again, and nothing is lost."""

import asyncio
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from connectors.registry import Registry
from connectors.runner import ChannelRunner
from connectors.service import ConnectorsService
from shared.model.delivery import Delivery
from tests.connectors.rig import SAMPLE, Rig, end, rig, until
from tests.contracts.connectors.sample.manifest import MANIFEST

THREADS, EACH = 10, 12
CUTS = 8


@pytest.fixture(autouse=True)
def _without_draining(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is killed brings nothing to its end."""

    async def cut_short(_runner: ChannelRunner, *, removed: bool = False) -> None:
        assert not removed

    monkeypatch.setattr(ChannelRunner, "drain", cut_short)


def another_start(made: Rig) -> ConnectorsService:
    """The service as a new process would start it, without a rate limit."""
    unlimited = MANIFEST.capabilities.model_copy(update={"rate_thread": None})
    manifest = replace(MANIFEST, capabilities=unlimited)
    return ConnectorsService(Registry({SAMPLE: manifest}), made.resources)


async def run_and_cut(made: Rig, group: asyncio.TaskGroup, random: Random) -> None:
    """Start and cut the service a few times, and leave it running at last."""
    for _ in range(CUTS):
        task = group.create_task(another_start(made).run())
        await asyncio.sleep(0.05 + 0.25 * random.random())
        await end(task)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_every_part_is_sent_once_or_unknown_and_in_order(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    async with rig(tmp_path, registry=Registry({})) as made, asyncio.TaskGroup() as group:
        await made.add_channel()
        parts = [
            made.message(f"+{thread}", f"{thread}:{number:03d}")
            for number in range(EACH)
            for thread in range(THREADS)
        ]
        cutting = group.create_task(run_and_cut(made, group, random))
        for start in range(0, len(parts), THREADS):
            await made.queue(*parts[start : start + THREADS])
            await asyncio.sleep(0.2 * random.random())
        await cutting
        last = group.create_task(another_start(made).run())

        states = await made.settled(*parts)

        await until(
            lambda: len({r.payload["part_id"] for r in made.of_kind("receipt")}) == len(parts)
        )
        await end(last)
        arrived = Counter(made.sent())
        assert set(states) <= {Delivery.SENT, Delivery.UNKNOWN}
        assert max(arrived.values()) == 1
        sent = [
            part.content.text
            for part, state in zip(parts, states, strict=True)
            if state is Delivery.SENT
        ]
        assert set(sent) <= set(arrived)
        for thread in range(THREADS):
            own = [text for text in made.sent() if text.startswith(f"{thread}:")]
            assert own == sorted(own)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("seed", [1, 2])
async def test_every_pulled_event_reaches_the_bus_in_order(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    async with rig(tmp_path, registry=Registry({})) as made, asyncio.TaskGroup() as group:
        await made.add_channel(mode="pull")
        cutting = group.create_task(run_and_cut(made, group, random))
        for number in range(100):
            await made.simulator.write("+7", f"{number:03d}")
            await asyncio.sleep(0.02 * random.random())
        await cutting
        last = group.create_task(another_start(made).run())

        await until(lambda: len({item.id for item in made.of_kind("inbound")}) == 100)

        await end(last)
        seen = dict.fromkeys(i.payload["content"]["text"] for i in made.of_kind("inbound"))
        assert list(seen) == [f"{number:03d}" for number in range(100)]
