"""The hub as separate processes: routers, inboxes and connectors, with a proxy before them."""

import asyncio
import os
import random
import signal
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Self

from aiohttp import ClientError, ClientSession, ClientTimeout, CookieJar

from shared.runtime import Ports, open_ports
from shared.settings import Settings
from tests.support import running_hub
from tests.support.front import Front, front_of
from tests.support.hub_process import ADMIN, PASSWORD
from tests.support.programs import Program, start_program

_START_LIMIT_S = 40.0
_STOP_LIMIT_S = 8.0
_CALL_LIMIT = ClientTimeout(total=15)
_LOOK = ClientTimeout(total=2)
_PORTS = (20_000, 32_000)
"""Below those that the system gives to whoever names none."""


class ServiceProcess:
    """One replica of one service, with an address that it keeps over restarts."""

    def __init__(
        self, folder: Path, name: str, arguments: Sequence[str], environ: Mapping[str, str]
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._arguments = arguments
        self.environ = {**environ, "HUB_PORT": str(self.port)}
        """What it finds at its next start."""
        self._process: Program | None = None

    @property
    def pid(self) -> int:
        """The process's number; it must be running."""
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Start it, and do not wait for anything."""
        self._process = await start_program(self._arguments, self.environ, self.log)

    async def until_ready(self) -> None:
        """Wait until it says that it can work."""
        async with asyncio.timeout(_START_LIMIT_S), ClientSession(timeout=_LOOK) as http:
            while not await self.is_ready(http):
                if self._process is None or self._process.returncode is not None:
                    raise RuntimeError(f"{self.name} ended at its start:\n{self.tail()}")
                await asyncio.sleep(0.05)

    async def is_ready(self, http: ClientSession) -> bool:
        """Whether it says so just now."""
        try:
            async with http.get(f"{self.url}/readyz") as answer:
                return answer.status == 200
        except (ClientError, TimeoutError):
            return False

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    async def ended(self) -> int:
        """Wait until it ends by itself or is made to; its exit status."""
        assert self._process is not None
        return await self._process.wait()

    async def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        os.kill(self.pid, signal.SIGKILL)
        await self._ended(5)

    async def stop(
        self, number: signal.Signals = signal.SIGTERM, *, limit_s: float = _STOP_LIMIT_S
    ) -> int:
        """Tell it to end; its exit status."""
        if self._process is None:
            return 0
        if self._process.returncode is None:
            os.kill(self.pid, number)
        return await self._ended(limit_s)

    async def _ended(self, limit_s: float) -> int:
        process, self._process = self._process, None
        assert process is not None
        try:
            async with asyncio.timeout(limit_s):
                return await process.wait()
        except TimeoutError:
            # With PYTHONFAULTHANDLER set it writes down where all its threads are.
            process.send_signal(signal.SIGABRT)
            await asyncio.wait([asyncio.create_task(process.wait())], timeout=1)
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            raise

    def tail(self, lines: int = 30) -> str:
        """The end of its log."""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])


class ServicesProcess:
    """Two routers, two inboxes and connectors on a broker and a store that others started."""

    def __init__(
        self,
        folder: Path,
        bus_url: str,
        store_url: str,
        *arguments: str,
        environ: Mapping[str, str] | None = None,
        routers: int = 2,
        inboxes: int = 2,
        connectors: int = 1,
    ) -> None:
        """``arguments`` are those of ``hub up`` that are settings as well."""
        self.folder = folder
        self.url = ""
        self.environ = {
            "HUB_BUS_URL": bus_url,
            "HUB_STORE_URL": store_url,
            "HUB_DATA_DIR": str(folder / "data"),
            "HUB_ADMIN_EMAIL": ADMIN,
            "HUB_ADMIN_PASSWORD": PASSWORD,
            "HUB_SIMULATORS": str("--simulators" in arguments).lower(),
            **(environ or {}),
        }
        folder.mkdir(parents=True, exist_ok=True)
        numbers = {"inbox": inboxes, "connectors": connectors, "router": routers}
        self.processes = {
            (name := f"{service}-{number}"): ServiceProcess(
                folder, name, [service], inherited() | self.environ
            )
            for service, replicas in numbers.items()
            for number in range(1, replicas + 1)
        }
        self.front: Front | None = None
        self._http: ClientSession | None = None
        self._stack = AsyncExitStack()

    def __getitem__(self, name: str) -> ServiceProcess:
        return self.processes[name]

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stop()

    async def _start(self) -> None:
        every = self.processes.values()
        await asyncio.gather(*(process.start() for process in every))
        await asyncio.gather(*(process.until_ready() for process in every))
        await asyncio.gather(*(until_site_chat(url) for url in self._urls("connectors")))
        self.front = await self._stack.enter_async_context(
            front_of(self._urls("inbox"), self._urls("connectors"))
        )
        self.url = self.front.url
        token = await admin_token(self.url)
        self._http = await self._stack.enter_async_context(
            ClientSession(headers={"Authorization": f"Bearer {token}"}, timeout=_CALL_LIMIT)
        )

    def _urls(self, service: str) -> list[str]:
        return [p.url for p in self.processes.values() if p.name.startswith(f"{service}-")]

    async def _stop(self) -> None:
        await self._stack.aclose()
        statuses = await asyncio.gather(*(process.stop() for process in self.processes.values()))
        assert set(statuses) <= {0}, dict(zip(self.processes, statuses, strict=True))

    @asynccontextmanager
    async def ports(self) -> AsyncIterator[Ports]:
        """The same bus and store, as one more process of the hub has them."""
        settings = Settings.model_validate(
            {name.removeprefix("HUB_").lower(): value for name, value in self.environ.items()}
        )
        async with open_ports(settings) as ports:
            yield ports

    @property
    def http(self) -> ClientSession:
        """A client that may do everything."""
        assert self._http is not None
        return self._http

    async def call(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """The JSON that a call of the API answers. Raises ``AssertionError`` on an error."""
        return await running_hub.call(self.http, self.url + path, method, body, **query)

    async def items(self, path: str, **query: str) -> list[Any]:
        """All items of a list, over its pages."""
        return await running_hub.items(self.http, self.url + path, **query)


async def admin_token(url: str) -> str:
    """A token of a program that may do everything, made by the hub's first admin."""
    jar = CookieJar(unsafe=True)  # the address is no name
    async with ClientSession(timeout=_CALL_LIMIT, cookie_jar=jar) as http:
        credentials = {"email": ADMIN, "password": PASSWORD}
        session = await running_hub.call(http, f"{url}/api/v1/session", "POST", credentials)
        http.headers[session["csrf_header"]] = session["csrf_token"]
        asked = {"name": "tests", "role": "admin"}
        made = await running_hub.call(http, f"{url}/api/v1/tokens", "POST", asked)
        token: str = made["token"]
        return token


async def until_site_chat(url: str, limit_s: float = _START_LIMIT_S) -> None:
    """Wait until the channel that a fresh hub has is at work there."""
    async with asyncio.timeout(limit_s), ClientSession(timeout=_LOOK) as http:
        while True:
            async with http.get(f"{url}/webchat/site/config") as answer:
                if answer.status == 200:
                    return
            await asyncio.sleep(0.05)


def inherited() -> dict[str, str]:
    """This process's environment without settings of a hub."""
    return {k: v for k, v in os.environ.items() if not k.startswith("HUB_")}


def free_port() -> int:
    """A port of this machine that nobody gets by chance while a process that has it is away."""
    while True:
        port = random.randrange(*_PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
