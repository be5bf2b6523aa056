"""Two routers on RabbitMQ and SQLite, one of which is killed while it assigns."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from shared.collections import AGENTS, ATTENDANCE, AUDIT, CONVERSATIONS, LEASES
from shared.ids import AgentId
from shared.model.people import Agent
from shared.model.presence import Attendance
from shared.model.queueing import Duties
from shared.ports.store import Put
from shared.runtime import Ports
from tests.support.flood import written
from tests.support.services_process import ServicesProcess
from tests.support.set_ups import own_vhost

pytestmark = [
    pytest.mark.broker,
    pytest.mark.xdist_group("broker"),
    pytest.mark.timeout(120),
    pytest.mark.usefixtures("forked_programs"),
]
AGENT_IDS = tuple(f"agent{n}" for n in range(8))
CAPACITY = 5
_LIMIT_S = 40


@pytest.fixture
async def hub(broker_url: str, tmp_path: Path) -> AsyncIterator[ServicesProcess]:
    bus_url = await asyncio.to_thread(own_vhost, broker_url, tmp_path)
    async with ServicesProcess(tmp_path, bus_url, "sqlite:", inboxes=1) as running:
        yield running


@pytest.fixture
async def ports(hub: ServicesProcess) -> AsyncIterator[Ports]:
    async with hub.ports() as opened:
        yield opened


async def come(ports: Ports) -> None:
    """Eight agents, all of them online."""
    now = ports.clock.now()
    for id in AGENT_IDS:
        agent = Agent(
            id=id,
            email=f"{id}@example.org",
            name=id,
            duties=Duties(capacity=CAPACITY),
            created_at=now,
        )
        row = Attendance(
            id=f"{id}/p",
            agent_id=AgentId(id),
            process="p",
            connections=1,
            active_at=now,
            until=now + timedelta(hours=1),
        )
        await ports.store.commit([Put(AGENTS, agent), Put(ATTENDANCE, row)])


async def held(ports: Ports) -> Counter[str]:
    page = await ports.store.find(
        CONVERSATIONS, equal={"status": "open"}, order="last_activity_at", limit=500
    )
    return Counter(one.assignee_id for one in page.items if one.assignee_id is not None)


async def until_held(ports: Ports, count: int) -> None:
    async with asyncio.timeout(_LIMIT_S):
        while (await held(ports)).total() < count:
            await ports.clock.sleep(0.1)


async def assigning(hub: ServicesProcess, ports: Ports) -> str:
    """The process that assigns."""
    lease = await ports.store.get(LEASES, "assigner")
    assert lease is not None
    pid = int(lease.owner.split("/")[1])
    return next(name for name, one in hub.processes.items() if one.pid == pid)


async def test_the_one_that_assigns_is_killed_and_nobody_gets_too_much_nor_anything_twice(
    hub: ServicesProcess, ports: Ports
) -> None:
    await come(ports)
    body = {"name": "Queueing", "assignment": True}
    await hub.call("PUT", "/api/v1/queueing/queueing", body)
    await ports.bus.publish([written(f"early{n}", 1) for n in range(20)])
    await until_held(ports, 20)

    name = await assigning(hub, ports)
    await ports.bus.publish([written(f"late{n}", 1) for n in range(60)])
    await hub[name].kill()
    await until_held(ports, CAPACITY * len(AGENT_IDS))
    await hub[name].start()
    await hub[name].until_ready()

    page = await ports.store.find(AUDIT, equal={}, order="at", limit=500)
    given = Counter(entry.conversation_id for entry in page.items if entry.action == "assign")
    assert await held(ports) == dict.fromkeys(AGENT_IDS, CAPACITY)
    assert set(given.values()) == {1}
