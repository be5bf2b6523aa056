"""The set-ups that are measured, each as somebody would run it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from aiohttp import ClientSession

from tests.bench.driving import Driving
from tests.bench.updates import TOKEN
from tests.support.bot_process import bot_process
from tests.support.hub_process import HubProcess
from tests.support.running_hub import RunningHub
from tests.support.services_process import ServicesProcess, inherited
from tests.support.set_ups import own_vhost

CHANNEL: Final = "bench"
BROKER: Final = "rabbitmq"
_PUBLIC: Final = "http://hub.example"
_CALLS_PER_S: Final = 10_000
"""The stand-in is a Bot API server of one's own: Telegram's 30 per second are not its limits."""


@dataclass(frozen=True, slots=True)
class Target:
    """A set-up that runs: where the platform writes to, what the agent looks at, its processes."""

    webhook_url: str
    webhook_secret: str
    live_url: str | None
    authorization: str
    pids: Mapping[str, int]
    stored: Callable[[], int] | None = None
    """How many messages of customers are in the store, where no screen shows them."""


@dataclass(frozen=True, slots=True)
class Node:
    """The broker's node: its address as the tests have it, and its process."""

    url: str
    management_port: int
    pid: int | None
    """None: it is not this machine's, or nobody knows."""

    @property
    def pids(self) -> dict[str, int]:
        """As a set-up's processes are named."""
        return {} if self.pid is None else {BROKER: self.pid}


@dataclass(frozen=True, slots=True)
class Place:
    """What a run is given: a folder of its own, the driver, and the broker where it needs one."""

    folder: Path
    driving: Driving
    node: Node | None
    environ: Mapping[str, str]
    """For the set-up's processes, beside their settings."""

    @property
    def profiled(self) -> bool:
        """The processes listen for a profiler's signals."""
        return bool(self.environ)

    @property
    def broker(self) -> Node:
        """The broker's node, by a set-up that needs one."""
        assert self.node is not None
        return self.node

    async def bus_url(self) -> str:
        """The address of a virtual host of the run's own."""
        return await asyncio.to_thread(own_vhost, self.broker.url, self.folder)

    def whole_environ(self) -> dict[str, str]:
        """What a process of the set-up finds in its environment."""
        return inherited() | dict(self.environ)


SetUp = Callable[[Place], AbstractAsyncContextManager[Target]]


@asynccontextmanager
async def embedded(place: Place) -> AsyncIterator[Target]:
    """One process that needs no server: ``hub up --echo-bot``."""
    environ = {"HUB_PUBLIC_URL": _PUBLIC, **place.environ}
    async with HubProcess(place.folder, "--echo-bot", environ=environ) as hub:
        url, secret = await _add_channel(hub, place.driving)
        yield Target(
            webhook_url=hub.url + url,
            webhook_secret=secret,
            live_url=f"{hub.url}/api/v1/live",
            authorization=_authorization(hub.http),
            pids={"hub": hub.pid},
        )


@asynccontextmanager
async def services(place: Place) -> AsyncIterator[Target]:
    """A router, an inbox, connectors and a bot as processes, on RabbitMQ and SQLite."""
    bus_url = await place.bus_url()
    environ = {
        "HUB_PUBLIC_URL": _PUBLIC,
        "HUB_BROKER_MANAGEMENT_URL": f"http://guest:guest@127.0.0.1:{place.broker.management_port}",
        **place.environ,
    }
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(
            ServicesProcess(place.folder, bus_url, "sqlite:", environ=environ, routers=1, inboxes=1)
        )
        made = await hub.call("POST", "/api/v1/bots", {"name": "echo"})
        bot = await stack.enter_async_context(
            bot_process(place.folder, "echo", BOT_URL=made["broker_url"], **place.environ)
        )
        url, secret = await _add_channel(hub, place.driving)
        pids = {name.removesuffix("-1"): one.pid for name, one in hub.processes.items()}
        yield Target(
            webhook_url=hub["connectors-1"].url + url,
            webhook_secret=secret,
            live_url=f"{hub['inbox-1'].url}/api/v1/live",
            authorization=_authorization(hub.http),
            pids={**pids, "bot": bot.pid, **place.broker.pids},
        )


async def _add_channel(hub: RunningHub, driving: Driving) -> tuple[str, str]:
    """The path and the secret that the channel told the platform for its webhook."""
    settings = {
        "token": TOKEN,
        "mode": "webhook",
        "api_base": driving.api_base,
        "calls_per_s": _CALLS_PER_S,
    }
    body = {"id": CHANNEL, "type": "telegram", "name": "Bench", "settings": settings}
    await hub.call("POST", "/api/v1/channels", body, check="false")
    told = await driving.order("webhook")
    return urlsplit(told["url"]).path, told["secret"]


def _authorization(http: ClientSession) -> str:
    return str(http.headers["Authorization"])
