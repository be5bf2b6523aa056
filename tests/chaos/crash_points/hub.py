"""The hub under test: forked processes on crash points, started anew when they kill themselves."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout

from shared.bots.bus_transport import BusTransport
from shared.bots.echo import echo
from shared.bots.runner import Runner
from shared.runtime import Service, open_ports, running
from shared.settings import Settings
from tests.chaos.crash_points.conductor import Conductor, Killed, Line
from tests.chaos.crash_points.link import AT_ONCE, NAME, PORT
from tests.support import running_hub
from tests.support.fork_server import Forked, ForkServer
from tests.support.front import front_of
from tests.support.hub_process import ADMIN, PASSWORD
from tests.support.services_process import admin_token, free_port, inherited, until_site_chat
from tests.support.waiting import until

_CALL_LIMIT: Final = ClientTimeout(total=10)
_START_LIMIT_S: Final = 20.0
_CHILD: Final = "tests.chaos.crash_points.child"


class Process:
    """One process of the hub; it keeps its address over restarts."""

    def __init__(
        self,
        forks: ForkServer,
        conductor: Conductor,
        folder: Path,
        name: str,
        arguments: tuple[str, ...],
        environ: Mapping[str, str],
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._forks = forks
        self._conductor = conductor
        self._arguments = arguments
        own = {PORT: str(conductor.port), NAME: name, "HUB_PORT": str(port)}
        self.environ = inherited() | own | dict(environ)
        self._forked: Forked | None = None
        self.line: Line | None = None

    async def start(self, *, at_once: str = "") -> None:
        """Fork it and wait until it has opened its ports.

        ``at_once`` is a point that is armed from its first call on, or ``RECORD``.
        """
        environ = self.environ | {AT_ONCE: at_once}
        self._forked = await self._forks.start(_CHILD, self._arguments, environ, self.log)
        self.line = await self._conductor.line(self.name, self._forked.pid)

    async def is_ready(self, http: ClientSession) -> bool:
        """Whether it says so."""
        try:
            async with http.get(f"{self.url}/readyz") as answer:
                return answer.status == 200
        except (ClientError, TimeoutError):
            return False

    async def order(self, **order: str) -> dict[str, Any]:
        """Have it do something. Raises ``ConnectionError`` when it is gone."""
        assert self.line is not None
        return await self.line.order(**order)

    async def record(self) -> None:
        """Note from now on which points it reaches."""
        assert self.line is not None
        self.line.reached.clear()
        await self.order(do="record")

    async def recorded(self) -> list[str]:
        """The points that it has reached; nothing more is noted."""
        await self.order(do="disarm")
        assert self.line is not None
        return list(self.line.reached)

    async def ended(self) -> Killed:
        """Wait until it has killed itself; where."""
        assert self.line is not None
        await self.line.ended.wait()
        assert self._forked is not None
        await self._forked.ended()
        assert self.line.killed is not None, f"{self.name} ended by itself: {self.log}"
        return self.line.killed

    async def stop(self) -> None:
        """Kill it, if it lives: how a process ends in order is told elsewhere."""
        if self._forked is None or self.line is None or self.line.ended.is_set():
            return
        os.kill(self._forked.pid, signal.SIGKILL)
        await self._forked.ended()


@dataclass
class PointedHub:
    """A hub as its owner uses it; see ``tests.support.running_hub.RunningHub``."""

    url: str
    http: ClientSession
    processes: Mapping[str, Process]
    """Those that can be killed, by name."""

    async def call(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """The JSON that a call of the API answers. Raises ``AssertionError`` on an error."""
        return await running_hub.call(self.http, self.url + path, method, body, **query)

    async def items(self, path: str, **query: str) -> list[Any]:
        """All items of a list, over its pages."""
        return await running_hub.items(self.http, self.url + path, **query)

    async def left(self, *, wholly: bool) -> list[str]:
        """What is undone; see ``left_undone``. Raises ``ConnectionError`` when a process is
        gone."""
        # The outbox is the router's: only the process that publishes knows how far it is.
        asked = self.processes.get("router") or self.processes["hub"]
        how = "wholly" if wholly else "briefly"
        found: list[str] = (await asked.order(do="left", how=how))["left"]
        return found


def _settings(folder: Path, **environ: str) -> dict[str, str]:
    return {
        "HUB_DATA_DIR": str(folder / "data"),
        "HUB_ADMIN_EMAIL": ADMIN,
        "HUB_ADMIN_PASSWORD": PASSWORD,
        "HUB_UNDO_S": "0",
        **environ,
    }


@asynccontextmanager
async def _opened(
    url: str, processes: Sequence[Process], killable: Sequence[str]
) -> AsyncIterator[PointedHub]:
    """A hub of these processes, once it is ready."""
    try:
        await asyncio.gather(*(process.start() for process in processes))
        async with ClientSession(timeout=_CALL_LIMIT) as http:
            for process in processes:
                await until(partial(process.is_ready, http), limit_s=_START_LIMIT_S)
            http.headers["Authorization"] = f"Bearer {await admin_token(url)}"
            by_name = {process.name: process for process in processes}
            yield PointedHub(url, http, {name: by_name[name] for name in killable})
    finally:
        await asyncio.gather(*(process.stop() for process in processes))


@asynccontextmanager
async def embedded_hub(
    forks: ForkServer, conductor: Conductor, folder: Path
) -> AsyncIterator[PointedHub]:
    """``hub up`` with its echo bot, in one process; ready."""
    hub = Process(forks, conductor, folder, "hub", ("hub", "up", "--echo-bot"), _settings(folder))
    hub.environ["HUB_PUBLIC_URL"] = hub.url
    async with _opened(hub.url, [hub], ["hub"]) as opened:
        yield opened


@asynccontextmanager
async def services_hub(
    forks: ForkServer, conductor: Conductor, folder: Path, bus_url: str
) -> AsyncIterator[PointedHub]:
    """Inbox, connectors and router on a broker and SQLite, and a bot beside them; ready."""
    environ = _settings(folder, HUB_BUS_URL=bus_url, HUB_LEASE_S="0.8")
    inbox, connectors, router = (
        Process(forks, conductor, folder, name, (name,), environ)
        for name in ("inbox", "connectors", "router")
    )
    connectors.environ["HUB_PUBLIC_URL"] = connectors.url
    every = (inbox, connectors, router)
    async with (
        front_of([inbox.url], [connectors.url]) as front,
        _opened(inbox.url, every, ["connectors", "router"]) as opened,
        _echo_bot(environ),
    ):
        await until_site_chat(connectors.url)
        yield replace(opened, url=front.url)


@asynccontextmanager
async def _echo_bot(environ: Mapping[str, str]) -> AsyncIterator[None]:
    settings = Settings.model_validate(
        {name.removeprefix("HUB_").lower(): value for name, value in environ.items()}
    )
    async with open_ports(settings) as ports:
        bot = Runner("echo", echo, BusTransport("echo", ports.bus, ports.store, ports.clock))
        async with running([Service("bot", bot.run)]):
            yield
