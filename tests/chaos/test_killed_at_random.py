"""The hub is killed at random under load; afterwards both ends are compared."""

import asyncio
import os
import random
from pathlib import Path

import pytest

from connectors.base import Simulator
from tests.support.far_ends import Visitor, add_telegram, telegram_platform
from tests.support.hub_process import HubProcess
from tests.support.ledger import Ledger, read_stored

THREADS = 50
MESSAGES = 1000
KILLS = 20
SEED = int(os.environ.get("SEED", "1"))


class Traffic:
    """1,000 messages of 50 customers, half on Telegram, half in the site chat, let out in
    portions."""

    def __init__(self, hub: HubProcess, telegram: Simulator, ledger: Ledger) -> None:
        self._telegram = telegram
        self._ledger = ledger
        self._allowed = asyncio.Semaphore(0)
        self.visitors = [Visitor(hub, f"visitor{n:02d}") for n in range(THREADS // 2)]
        self.people = [f"person{n:02d}" for n in range(THREADS - THREADS // 2)]

    def allow(self, count: int) -> None:
        """Let so many more messages out."""
        for _ in range(count):
            self._allowed.release()

    async def run(self) -> None:
        """Write everything; ends when the last message was accepted."""
        async with asyncio.TaskGroup() as group:
            for visitor in self.visitors:
                group.create_task(self._visit(visitor))
            for person in self.people:
                group.create_task(self._text(person))

    async def _visit(self, visitor: Visitor) -> None:
        for number in range(MESSAGES // THREADS):
            await self._allowed.acquire()
            text = f"{visitor.name} says {number}"
            await visitor.write(text)
            self._ledger.accept(visitor.name, text)

    async def _text(self, person: str) -> None:
        for number in range(MESSAGES // THREADS):
            await self._allowed.acquire()
            text = f"{person} says {number}"
            await self._telegram.write(person, text)
            self._ledger.accept(person, text)

    async def phones(self) -> dict[str, list[str]]:
        """The replies that arrived, by customer, in order."""
        shown = {
            person: [str(m["text"]) for m in self._telegram.phone(person) if m["from"] == "hub"]
            for person in self.people
        }
        for visitor in self.visitors:
            items = await visitor.shown()
            shown[visitor.name] = [m["text"] for m in items if m["from"] == "hub"]
        return shown


async def kill_while_it_works(hub: HubProcess, traffic: Traffic, seed: int) -> None:
    """Kill and restart the hub at seeded moments while portions of the traffic pass."""
    moments = random.Random(seed)
    for _ in range(KILLS):
        traffic.allow(MESSAGES // KILLS)
        await asyncio.sleep(moments.uniform(0.05, 0.8))  # the seeded moment itself
        await hub.kill()
        await hub.start()


@pytest.mark.timeout(400)
async def test_nothing_is_lost_doubled_or_disordered_by_twenty_kills(tmp_path: Path) -> None:
    ledger = Ledger()
    async with (
        telegram_platform() as telegram,
        HubProcess(tmp_path, "--echo-bot") as hub,
    ):
        await add_telegram(hub, telegram)
        traffic = Traffic(hub, telegram, ledger)

        async with asyncio.TaskGroup() as group:
            group.create_task(traffic.run())
            await kill_while_it_works(hub, traffic, SEED)
        wrong = await compare_when_quiet(hub, traffic, ledger)

        assert ledger.total == MESSAGES
        assert wrong == []
        assert await hub.items("/api/v1/dead-letters", state="open") == []


async def compare_when_quiet(hub: HubProcess, traffic: Traffic, ledger: Ledger) -> list[str]:
    """What is wrong once nothing moves any more, at most after two minutes."""
    wrong = ["never compared"]
    for _ in range(120):
        wrong = ledger.compare(await read_stored(hub), await traffic.phones())
        if not wrong:
            break
        await asyncio.sleep(1)  # replies go out at the pace that the platform allows
    return wrong
