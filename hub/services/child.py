"""One service as a child process, its output with its name before every line."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from aiohttp import ClientError, ClientSession, ClientTimeout

_START_LIMIT_S: Final = 60.0
_STOP_LIMIT_S: Final = 8.0
_LOOK: Final = ClientTimeout(total=2)


@dataclass
class Child:
    """A running service."""

    name: str
    url: str
    _process: Process
    _pump: asyncio.Task[None]

    @classmethod
    async def start(
        cls, group: asyncio.TaskGroup, name: str, command: Sequence[str], environ: Mapping[str, str]
    ) -> Self:
        """Start it; its lines are passed on by a task of the group."""
        process = await asyncio.create_subprocess_exec(
            *command,
            env=dict(environ),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            # Ctrl-C is for whoever started it all: the services end in their order.
            start_new_session=True,
        )
        url = f"http://127.0.0.1:{environ['HUB_PORT']}"
        return cls(name, url, process, group.create_task(_pass_on(name, process)))

    async def until_ready(self) -> None:
        """Wait until it says that it can work. Raises ``RuntimeError`` when it does not."""
        try:
            async with asyncio.timeout(_START_LIMIT_S), ClientSession(timeout=_LOOK) as http:
                while not await self._is_ready(http):
                    if self._process.returncode is not None:
                        raise RuntimeError(f"{self.name} ended at its start; its lines stand above")
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise RuntimeError(f"{self.name} was not ready within {_START_LIMIT_S:g} s") from None

    async def _is_ready(self, http: ClientSession) -> bool:
        try:
            async with http.get(f"{self.url}/readyz") as answer:
                return answer.ok
        except (ClientError, TimeoutError):
            return False

    async def ended(self) -> int:
        """Wait for its end; its status."""
        return await self._process.wait()

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL for what does not heed it."""
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(_STOP_LIMIT_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._pump


async def _pass_on(name: str, process: Process) -> None:
    assert process.stdout is not None  # noqa: S101 - it was asked for
    async for line in process.stdout:
        sys.stderr.write(f"{name:<10} | {line.decode(errors='replace').rstrip()}\n")
        sys.stderr.flush()
