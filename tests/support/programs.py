"""Starting a program of the hub, ``python -m NAME``: a process that is made anew, or forked.

A new Python works for two seconds before it is the hub. A folder of tests that start many hubs, and
are about something else, has the fixture ``forked_programs`` of ``tests/conftest.py`` used.
"""

import asyncio
import os
import runpy
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from tests.support.fork_server import Forked, fork

FORKS: Final = "HUB_TEST_FORKS"
"""Names the port of the fork server in the environment of the tests, where there is one."""


class Program(Protocol):
    """A running program, as ``asyncio.subprocess.Process`` has it."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None: ...
    async def wait(self) -> int: ...
    def send_signal(self, signal: int, /) -> None: ...
    def kill(self) -> None: ...


async def start_program(arguments: Sequence[str], environ: Mapping[str, str], log: Path) -> Program:
    """Start it, and wait for nothing; what it writes is added to the log."""
    port = os.environ.get(FORKS)
    if port is not None:
        return ForkedProgram(await fork(int(port), __name__, arguments, environ, log))
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", *arguments,
            env=environ, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output,
        )  # fmt: skip


class ForkedProgram:
    """See ``Program``."""

    def __init__(self, forked: Forked) -> None:
        self.pid = forked.pid
        self._end = asyncio.create_task(forked.ended())

    @property
    def returncode(self) -> int | None:
        """Its exit status once it has ended, negative where a signal ended it."""
        return self._end.result() if self._end.done() else None

    async def wait(self) -> int:
        """Wait for its end; its exit status."""
        return await asyncio.shield(self._end)

    def send_signal(self, number: int, /) -> None:
        """Send it a signal, if it lives."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL, if it lives."""
        self.send_signal(signal.SIGKILL)


def main(arguments: Sequence[str]) -> None:
    """Be ``python -m ARGUMENTS``, in a forked process."""
    name, *given = arguments
    sys.argv = [name, *given]
    sys.modules.pop(f"{name}.__main__", None)  # it was imported, and is to be run
    runpy.run_module(name, run_name="__main__", alter_sys=True)
