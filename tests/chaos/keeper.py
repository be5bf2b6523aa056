"""Keeps a process of the hub running, as a supervisor would, and lets it be killed."""

import asyncio
import os
import re
import signal
from contextlib import suppress

from tests.support.services_process import ServiceProcess

_AGAIN_S = 0.5
_END_LIMIT_S = 30.0
_HARD = "process.ended_hard"
_AT_WORK = re.compile(b"process.listening|Omnihub is running")


class Keeper:
    """Starts the process, and again whenever it has ended."""

    def __init__(self, process: ServiceProcess) -> None:
        self.process = process
        self.ends: list[str] = []
        """When it had worked and ended by itself."""
        self.starts = 0
        self.ended_hard = False
        """It had to end itself before all was closed."""
        self._may_run = asyncio.Event()
        self._may_run.set()
        self._killed = False
        self._leaving = False

    @property
    def name(self) -> str:
        """The process's."""
        return self.process.name

    async def run(self) -> None:
        """Keep it until ``leave``."""
        while not self._leaving:
            await self._may_run.wait()
            begins_at = await asyncio.to_thread(self._log_size)
            await self.process.start()
            self.starts += 1
            status = await self.process.ended()
            killed, self._killed = self._killed, False
            if not killed and not self._leaving:
                await asyncio.to_thread(self._note_end, status, begins_at)
                await asyncio.sleep(_AGAIN_S)

    def _log_size(self) -> int:
        log = self.process.log
        return log.stat().st_size if log.exists() else 0

    def _note_end(self, status: int, begins_at: int) -> None:
        """A start may fail while the broker is away; what has worked may not end by itself."""
        with self.process.log.open("rb") as log:
            log.seek(begins_at)
            worked = _AT_WORK.search(log.read()) is not None
        if worked:
            self.ends.append(f"end: {self.name} ended by itself with status {status}")

    async def kill(self, down_s: float) -> None:
        """SIGKILL, and let it start again after that time."""
        self._may_run.clear()
        self._killed = self.process.running
        self.send_signal(signal.SIGKILL)
        await asyncio.sleep(down_s)
        self._may_run.set()

    async def freeze(self, for_s: float) -> None:
        """SIGSTOP, and SIGCONT after that time."""
        self.send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(for_s)
        finally:
            self.send_signal(signal.SIGCONT)

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal if it runs just now."""
        if self.process.running:
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, number)

    async def leave(self) -> str | None:
        """End it in order; what was wrong with its end."""
        self._leaving = True
        self._may_run.set()
        if not self.process.running:
            return f"end: {self.name} does not run"
        try:
            status = await self.process.stop(limit_s=_END_LIMIT_S)
        except TimeoutError:
            return f"end: {self.name} did not end"
        # That it was not quick enough is for another test: here the machine may be busy.
        self.ended_hard = status != 0 and _HARD in self.process.tail()
        return f"end: {self.name} ended with status {status}" if status > self.ended_hard else None
