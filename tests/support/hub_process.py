"""The hub as a user runs it: a process of its own, on a free port, with a data directory."""

import asyncio
import json
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.support import running_hub
from tests.support.programs import Program, start_program

ADMIN = "admin@example.com"
PASSWORD = "correct horse battery staple"
_START_LIMIT_S = 30.0
_CALL_LIMIT = ClientTimeout(total=15)


class HubProcess:
    """Starts, kills and restarts ``hub up``, and calls its API as its owner."""

    def __init__(
        self, folder: Path, *arguments: str, environ: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "hub.log"
        self.url = ""
        self._arguments: Sequence[str] = arguments
        self._environ = dict(environ or {})
        self._process: Program | None = None
        self._http: ClientSession | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def pid(self) -> int:
        """The process's number; it must be running."""
        if self._process is None:
            raise RuntimeError("the hub does not run")
        return self._process.pid

    async def start(self) -> None:
        """Start it and wait until it answers that it is ready."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("HUB_")}
        environ = inherited | {
            "HUB_DATA_DIR": str(self.data),
            "HUB_PORT": "0",
            "HUB_ADMIN_EMAIL": ADMIN,
            "HUB_ADMIN_PASSWORD": PASSWORD,
            **self._environ,
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        self._process = await start_program(["hub", "up", *self._arguments], environ, self.log)
        async with asyncio.timeout(_START_LIMIT_S):
            await self._until_ready()

    async def _until_ready(self) -> None:
        control = self.data / "hub.json"
        while True:
            if self._process is None or self._process.returncode is not None:
                raise RuntimeError(f"the hub ended at its start:\n{self.tail()}")
            try:
                found = json.loads(control.read_text(encoding="utf-8"))
                if found["pid"] == self.pid:
                    self.url, token = found["url"], found["token"]
                    await self._open(token)
                    async with self.http.get(f"{self.url}/readyz") as answer:
                        if answer.status == 200:
                            return
            except (OSError, ValueError, ClientError):
                pass  # not there yet; the caller's limit ends the wait
            await asyncio.sleep(0.05)

    async def _open(self, token: str) -> None:
        await self._close_http()
        self._http = ClientSession(
            headers={"Authorization": f"Bearer {token}"}, timeout=_CALL_LIMIT
        )

    @property
    def http(self) -> ClientSession:
        """A client that may do everything."""
        if self._http is None:
            raise RuntimeError("the hub does not run")
        return self._http

    async def call(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """The JSON that a call of the API answers. Raises ``AssertionError`` on an error."""
        return await running_hub.call(self.http, self.url + path, method, body, **query)

    async def items(self, path: str, **query: str) -> list[Any]:
        """All items of a list, over its pages."""
        return await running_hub.items(self.http, self.url + path, **query)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    async def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        self.signal(signal.SIGKILL)
        await self._ended(5)

    async def stop(self) -> int:
        """SIGTERM; its exit status."""
        if self._process is None:
            return 0
        if self._process.returncode is None:
            self.signal(signal.SIGTERM)
        return await self._ended(10)

    async def _ended(self, limit_s: float) -> int:
        await self._close_http()
        process, self._process = self._process, None
        if process is None:
            return 0
        try:
            async with asyncio.timeout(limit_s):
                return await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
            raise

    async def _close_http(self) -> None:
        http, self._http = self._http, None
        if http is not None:
            await http.close()

    def tail(self, lines: int = 30) -> str:
        """The end of its log."""
        try:
            return "\n".join(self.log.read_text(encoding="utf-8").splitlines()[-lines:])
        except OSError:
            return ""
