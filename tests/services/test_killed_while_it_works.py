"""Services are killed and the broker is restarted under load; then both ends are compared."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import structlog

from hub.services.broker import Broker
from router.partitions import ALL
from shared.bots.bus_transport import BusTransport
from shared.bots.echo import echo
from shared.bots.runner import Runner
from shared.collections import LEASES
from shared.partitions import lease_id
from shared.runtime import Ports, Service, running
from tests.support.crowd import Colleague, Crowd
from tests.support.far_ends import add_telegram, telegram_platform
from tests.support.ledger import Ledger, read_stored
from tests.support.services_process import ServicesProcess
from tests.support.set_ups import own_database, own_vhost

log = structlog.get_logger(__name__)

pytestmark = [
    pytest.mark.broker,
    pytest.mark.xdist_group("broker"),
    pytest.mark.timeout(240),
    pytest.mark.usefixtures("forked_programs"),
]

PEOPLE = {"sqlite": 24, "mongo": 8}
"""The wire server is slow."""
EACH = 10
TAKEOVER_S = 15.0
"""Five seconds are promised, and kept by a machine that does nothing else meanwhile."""


@asynccontextmanager
async def echo_bot(ports: Ports) -> AsyncIterator[None]:
    transport = BusTransport("echo", ports.bus, ports.store, ports.clock)
    bot = Runner("echo", echo, transport)
    async with running([Service("bot", bot.run)]):
        yield


async def holders(ports: Ports, ids: list[str]) -> dict[str, str]:
    """Who holds each of these leases at this moment."""
    rows = await ports.store.get_many(LEASES, ids)
    now = ports.clock.now()
    return {id: row.owner for id, row in rows.items() if row.until > now}


async def taken_over_after_s(ports: Ports, ids: list[str], pid: int, killed_at: float) -> float:
    """Seconds from the kill until others hold all these leases."""
    ours = f"/{pid}/"
    async with asyncio.timeout(30):
        while True:
            held = await holders(ports, ids)
            if len(held) == len(ids) and not any(ours in owner for owner in held.values()):
                return time.monotonic() - killed_at
            await asyncio.sleep(0.05)


PARTITIONS = [lease_id(number) for number in ALL]
CHANNEL = ["pull/shop", "dispatch/shop", "dispatch/site"]


async def kill_router(hub: ServicesProcess, ports: Ports) -> float:
    return await kill(hub, ports, "router-1", PARTITIONS)


async def kill_puller(hub: ServicesProcess, ports: Ports) -> float:
    async with asyncio.timeout(40):  # its library takes seconds to load
        held = await holders(ports, CHANNEL)
        while len(held) < len(CHANNEL):
            await ports.clock.sleep(0.1)
            held = await holders(ports, CHANNEL)
    pullers = ("connectors-1", "connectors-2")
    name = next(n for n in pullers if f"/{hub[n].pid}/" in held["pull/shop"])
    return await kill(hub, ports, name, CHANNEL)


async def kill(hub: ServicesProcess, ports: Ports, name: str, ids: list[str]) -> float:
    """Kill a process, wait until others hold what it held, and start it again."""
    pid = hub[name].pid
    await hub[name].kill()
    took_s = await taken_over_after_s(ports, ids, pid, time.monotonic())
    await hub[name].start()
    await hub[name].until_ready()
    return took_s


@pytest.fixture(params=["sqlite", "mongo"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return "sqlite:"
    return own_database(request.getfixturevalue("mongo_url"), tmp_path)


async def test_nothing_is_lost_doubled_or_disordered_by_killed_services_and_a_restarted_broker(
    own_broker: Broker,
    store_url: str,
    tmp_path: Path,
) -> None:
    bus_url = await asyncio.to_thread(own_vhost, own_broker.url, tmp_path)
    ledger = Ledger()
    people = PEOPLE["sqlite" if store_url == "sqlite:" else "mongo"]
    async with (
        telegram_platform() as telegram,
        ServicesProcess(tmp_path, bus_url, store_url, connectors=2) as hub,
        hub.ports() as ports,
        echo_bot(ports),
    ):
        await add_telegram(hub, telegram)
        crowd = Crowd(hub, telegram, ledger, people=people, each=EACH)
        colleague = Colleague(hub)
        took_s: dict[str, float] = {}

        async def kill_inbox() -> None:
            await hub["inbox-1"].kill()
            await hub["inbox-1"].start()
            await hub["inbox-1"].until_ready()

        async def restart_broker() -> None:
            await asyncio.to_thread(own_broker.restart)

        async def kill_a_router() -> None:
            took_s["router"] = await kill_router(hub, ports)

        async def kill_a_puller() -> None:
            took_s["connectors"] = await kill_puller(hub, ports)

        deeds: list[Callable[[], Awaitable[None]]] = [
            kill_a_router, kill_inbox, kill_a_puller, restart_broker,
        ]  # fmt: skip
        async with asyncio.TaskGroup() as group:
            group.create_task(crowd.run())
            group.create_task(colleague.run())
            for deed in deeds:
                crowd.allow(crowd.total // len(deeds))
                await asyncio.sleep(0.3)  # into the middle of the portion
                await deed()
            colleague.leave()
        wrong = await compare_when_quiet(hub, crowd, ledger)

        assert ledger.total == crowd.total
        assert wrong == []
        assert colleague.noted != {}
        assert await colleague.compare() == []
        assert await hub.items("/api/v1/dead-letters", state="open") == []
        log.info("measured", takeover_s=took_s)
        assert max(took_s.values()) < TAKEOVER_S


async def compare_when_quiet(hub: ServicesProcess, crowd: Crowd, ledger: Ledger) -> list[str]:
    """What is wrong once nothing moves any more, at most after a minute."""
    wrong = ["never compared"]
    for _ in range(60):
        wrong = ledger.compare(await read_stored(hub), await crowd.phones())
        if not wrong:
            break
        await asyncio.sleep(1)  # replies go out at the pace that the platform allows
    return wrong
