"""A running hub with everything around it, each part by its name, so that faults can strike it."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

from aiohttp import ClientSession, ClientTimeout
from yarl import URL

from hub.services.broker import Broker, add_vhost
from shared.settings import Settings
from tests.chaos.channel import CHANNELS, OWN_CHANNEL
from tests.chaos.far_end import FarEnd, Platform
from tests.chaos.fault import LEASE_S, PROCESSES, STORE_TIMEOUT_S, links
from tests.chaos.keeper import Keeper
from tests.support import running_hub
from tests.support.far_ends import platform
from tests.support.front import front_of
from tests.support.hub_process import ADMIN, PASSWORD
from tests.support.places import place_of
from tests.support.services_process import ServiceProcess, inherited
from tests.support.set_ups import own_database
from tests.support.tcp_proxy import TcpProxy, tcp_proxy

Programs = Mapping[str, Sequence[str]]
"""What stands behind ``python -m``, by service."""
PROGRAMS: Final[Programs] = {
    "hub": ("hub", "up"),
    "router": ("router",),
    "inbox": ("inbox",),
    "connectors": ("connectors",),
}
_CALL_LIMIT: Final = ClientTimeout(total=15)
_PLATFORM: Final = "=platform"
"""The end of the link to all platforms; each of their doors has a link of its own."""


@dataclass
class Stage:
    """See ``tests.support.running_hub.RunningHub``; the rest is for those who break it."""

    folder: Path
    url: str
    """Where agents and customers reach the hub, whatever becomes of its processes."""
    far_ends: Mapping[str, FarEnd]
    """By channel, the hub's own left out."""
    links: Mapping[str, TcpProxy]
    """``<one>=<other>``, and to platforms ``<one>=<channel>.<setting>``."""
    broker: Broker | None
    environ: Mapping[str, str]
    """Settings with which its store can be opened, past all links."""
    keepers: Mapping[str, Keeper] = field(default_factory=dict)
    http: ClientSession | None = None

    @property
    def store_file(self) -> Path:
        """The SQLite file, where the store is one."""
        return self.folder / "data" / "hub.db"

    def ports_of(self, channel: str) -> dict[str, int]:
        """Where the hub reaches a platform, by the setting that says it."""
        marked = f"={channel}."
        return {
            link.partition(".")[2]: proxy.port
            for link, proxy in self.links.items()
            if marked in link
        }

    @property
    def settings(self) -> Settings:
        """The same as ``environ``."""
        own = {
            name.removeprefix("HUB_").lower(): text
            for name, text in self.environ.items()
            if name.startswith("HUB_")
        }
        return Settings.model_validate(own)

    async def call(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """The JSON that a call of the API answers. Raises ``AssertionError`` on an error."""
        assert self.http is not None
        return await running_hub.call(self.http, self.url + path, method, body, **query)

    async def items(self, path: str, **query: str) -> list[Any]:
        """All items of a list, over its pages."""
        assert self.http is not None
        return await running_hub.items(self.http, self.url + path, **query)


@asynccontextmanager
async def open_stage(
    set_up: str,
    channels: Iterable[str],
    folder: Path,
    broker: Broker | None,
    mongo: str | None,
    programs: Programs,
) -> AsyncIterator[Stage]:
    """Everything but the processes themselves, which their keepers start.

    The folder is there, by its absolute path; ``broker`` and ``mongo`` are running servers, where
    the set-up needs them.
    """
    async with AsyncExitStack() as stack:
        environ = _environment(set_up, folder, broker, mongo)
        if broker is not None:
            await asyncio.to_thread(add_vhost, broker.management_port, place_of(folder))
            stack.push_async_callback(_forget_vhost, broker, folder)
        processes = {
            name: ServiceProcess(folder, name, _program(name, programs), inherited() | environ)
            for name in PROCESSES[set_up]
        }
        targets = _targets(processes.values(), environ)
        proxies = {
            link: await stack.enter_async_context(tcp_proxy(targets[link.partition("=")[2]]))
            for link in links(set_up)
            if not link.endswith(_PLATFORM)
        }
        url = await _front(set_up, proxies, stack)
        far_ends = {
            channel: await _far_end(channel, url, stack)
            for channel in channels
            if channel != OWN_CHANNEL
        }
        one = next(link for link in links(set_up) if link.endswith(_PLATFORM))
        for name, far_end in far_ends.items():
            for setting, port in far_end.doors().items():
                link = f"{one.removesuffix(_PLATFORM)}={name}.{setting}"
                proxies[link] = await stack.enter_async_context(tcp_proxy(port))
        for process in processes.values():
            process.environ.update(
                _paths_of(process.name, proxies, environ),
                HUB_PUBLIC_URL=url,
                # Of a webhook channel the far end is called at this machine, too.
                HUB_PRIVATE_NETWORKS="127.0.0.1",
            )
        made = Stage(
            folder=folder,
            url=url,
            far_ends=far_ends,
            links=proxies,
            broker=broker,
            environ=environ,
            keepers={name: Keeper(process) for name, process in processes.items()},
        )
        for name, far_end in far_ends.items():
            far_end.go_by(made.ports_of(name))
        yield made


async def _far_end(channel: str, url: str, stack: AsyncExitStack) -> FarEnd:
    """The platform of a channel; it tells the hub of its news at the hub's address."""
    opened = platform(CHANNELS[channel].type, channel, webhook_url=f"{url}/hooks/{channel}")
    return FarEnd(channel, cast(Platform, await stack.enter_async_context(opened)))


def _environment(
    set_up: str, folder: Path, broker: Broker | None, mongo: str | None
) -> dict[str, str]:
    environ = {
        "HUB_DATA_DIR": str(folder / "data"),
        "HUB_ADMIN_EMAIL": ADMIN,
        "HUB_ADMIN_PASSWORD": PASSWORD,
        "HUB_LEASE_S": str(LEASE_S),
        "HUB_STORE_TIMEOUT_S": str(STORE_TIMEOUT_S),
        "PYTHONFAULTHANDLER": "1",
    }
    if set_up != "embedded":
        assert broker is not None, "services need a broker"
        url = URL(broker.url).with_path(f"/{place_of(folder)}").with_fragment(None)
        environ["HUB_BUS_URL"] = str(url)
    if set_up == "services-mongo":
        assert mongo is not None, "this set-up needs a MongoDB server"
        # Directly: it would name its own address for us to go on with, past the link.
        environ["HUB_STORE_URL"] = own_database(mongo, folder) + "?directConnection=true"
        environ["HUB_STORE_TIMEOUT_S"] = "20"
    return environ


def _program(name: str, programs: Programs) -> Sequence[str]:
    service = name.partition("-")[0]
    return {**PROGRAMS, **programs}[service]


def _targets(processes: Iterable[ServiceProcess], environ: Mapping[str, str]) -> dict[str, int]:
    """The port behind each name."""
    targets = {process.name: process.port for process in processes}
    for name, variable in (("broker", "HUB_BUS_URL"), ("mongo", "HUB_STORE_URL")):
        if variable in environ:
            targets[name] = URL(environ[variable]).port or 0
    return targets


async def _front(set_up: str, proxies: Mapping[str, TcpProxy], stack: AsyncExitStack) -> str:
    if set_up == "embedded":
        return f"http://127.0.0.1:{proxies['customers=hub'].port}"
    urls = {
        link.partition("=")[2]: f"http://127.0.0.1:{proxy.port}"
        for link, proxy in proxies.items()
        if link.startswith("front=")
    }
    inboxes = [url for name, url in urls.items() if name.startswith("inbox-")]
    connectors = [url for name, url in urls.items() if name.startswith("connectors-")]
    return (await stack.enter_async_context(front_of(inboxes, connectors))).url


def _paths_of(
    process: str, proxies: Mapping[str, TcpProxy], environ: Mapping[str, str]
) -> dict[str, str]:
    """The addresses of broker and store as this process is to reach them."""
    paths = {}
    for name, variable in (("broker", "HUB_BUS_URL"), ("mongo", "HUB_STORE_URL")):
        proxy = proxies.get(f"{process}={name}")
        if proxy is not None:
            paths[variable] = str(URL(environ[variable]).with_port(proxy.port))
    return paths


async def _forget_vhost(broker: Broker, folder: Path) -> None:
    """Its queues would make every later restart of the broker slower."""
    path = f"/api/vhosts/{place_of(folder)}"
    await asyncio.to_thread(broker.manage, "DELETE", path)
