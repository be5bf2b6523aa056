"""Does to a stage what the plan says."""

import asyncio
import resource
import signal
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import structlog

from tests.chaos.bot import AnsweringBot
from tests.chaos.fault import Fault, Lane
from tests.chaos.stage import Stage
from tests.chaos.timing import Timing
from tests.support.tcp_proxy import TcpProxy

log = structlog.get_logger(__name__)

_SLOW_S: Final = 0.08
_FROZEN_S: Final = 0.2
_AWAKE_S: Final = 0.05
_LOCK_LIMIT_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Struck:
    """A fault that happened: from when until when, in seconds of the run."""

    fault: Fault
    began_s: float
    ended_s: float


class Mischief:
    """Strikes; everything is whole again when ``run`` has returned."""

    def __init__(self, stage: Stage, bot: AnsweringBot, timing: Timing) -> None:
        self._stage = stage
        self._bot = bot
        self._timing = timing
        self.struck: list[Struck] = []

    async def run(self, faults: Sequence[Fault]) -> None:
        """Each lane one after another, the lanes side by side."""
        lanes: dict[Lane, list[Fault]] = {}
        for fault in faults:
            lanes.setdefault(fault.lane, []).append(fault)
        try:
            async with asyncio.TaskGroup() as group:
                for lane in lanes.values():
                    group.create_task(self._lane(lane))
        finally:
            for fault in lanes.get(Lane.PLATFORM, ()):
                self._stage.far_ends[fault.target].platform.fault(fault.kind, 0)

    async def _lane(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            await self._timing.until(fault.at_s)
            began_s = self._timing.now()
            log.info("chaos.strikes", at_s=round(began_s, 2), fault=fault.kind, on=fault.target)
            ended_s = await self._strike(fault)
            self.struck.append(Struck(fault, began_s, ended_s))

    async def _strike(self, fault: Fault) -> float:
        """When it was over: of a process's death the moment itself, for its start is recovery; of
        the broker's when it is back."""
        began_s = self._timing.now()
        match fault.kind:
            case "kill" | "restart":
                await self._kill(fault)
                return self._timing.now() if fault.target == "broker" else began_s
            case "stop":
                await self._freeze(fault)
            case "stutter":
                await self._stutter(fault)
            case "cut" | "half_open" | "held_up" | "slow":
                await self._disturb(fault)
            case "disk_full":
                await self._fill_disk(fault)
            case "locked":
                await asyncio.to_thread(self._lock_store, fault.lasts_s)
            case _:
                self._stage.far_ends[fault.target].platform.fault(fault.kind, fault.times)
        return self._timing.now()

    async def _kill(self, fault: Fault) -> None:
        broker = self._stage.broker
        if fault.target == "bot":
            await self._bot.kill(fault.lasts_s)
        elif fault.target != "broker":
            await self._stage.keepers[fault.target].kill(fault.lasts_s)
        elif broker is not None:
            if fault.kind == "kill":
                await asyncio.to_thread(broker.kill)
            await asyncio.to_thread(broker.restart)

    async def _freeze(self, fault: Fault) -> None:
        broker = self._stage.broker
        if fault.target != "broker":
            await self._stage.keepers[fault.target].freeze(fault.lasts_s)
        elif broker is not None:
            broker.send_signal(signal.SIGSTOP)
            try:
                await asyncio.sleep(fault.lasts_s)
            finally:
                broker.send_signal(signal.SIGCONT)

    async def _stutter(self, fault: Fault) -> None:
        until_s = self._timing.now() + fault.lasts_s
        while self._timing.now() < until_s:
            await self._stage.keepers[fault.target].freeze(_FROZEN_S)
            await asyncio.sleep(_AWAKE_S)

    async def _disturb(self, fault: Fault) -> None:
        proxies = [
            proxy
            for link, proxy in self._stage.links.items()
            if link == fault.target
            or (fault.target.endswith("=platform") and link.startswith(_one_of(fault.target)))
        ]
        await asyncio.gather(*(_DISTURBANCES[fault.kind](p, fault.lasts_s) for p in proxies))

    async def _fill_disk(self, fault: Fault) -> None:
        """No file of the process can grow, as on a full disk."""
        process = self._stage.keepers[fault.target].process
        if not process.running:
            return
        pid = process.pid
        _limit_files(pid, 1)
        try:
            await asyncio.sleep(fault.lasts_s)
        finally:
            _limit_files(pid, resource.RLIM_INFINITY)

    def _lock_store(self, for_s: float) -> None:
        """Hold the write lock of the store, as a backup or a slow disk would. Blocks."""
        file = self._stage.store_file
        if not file.exists():
            return
        connection = sqlite3.connect(file, timeout=_LOCK_LIMIT_S, isolation_level=None)
        try:
            with suppress(sqlite3.OperationalError):  # nobody lets us have it: slow enough
                connection.execute("BEGIN IMMEDIATE")
                time.sleep(for_s)
                connection.execute("ROLLBACK")
        finally:
            connection.close()


def _one_of(link: str) -> str:
    return f"{link.partition('=')[0]}="


def _limit_files(pid: int, size_bytes: int) -> None:
    with suppress(ProcessLookupError):
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size_bytes, hard))


async def _cut(proxy: TcpProxy, _for_s: float) -> None:
    proxy.cut()


async def _half_open(proxy: TcpProxy, for_s: float) -> None:
    """Nothing comes through and nobody is told; in the end the connections are gone."""
    proxy.stall()
    try:
        await asyncio.sleep(for_s)
    finally:
        proxy.cut()
        proxy.resume()


async def _hold_up(proxy: TcpProxy, for_s: float) -> None:
    """Everything comes through, but later."""
    proxy.stall()
    try:
        await asyncio.sleep(for_s)
    finally:
        proxy.resume()


async def _slow_down(proxy: TcpProxy, for_s: float) -> None:
    proxy.delay_s = _SLOW_S
    try:
        await asyncio.sleep(for_s)
    finally:
        proxy.delay_s = 0.0


_DISTURBANCES: Final[dict[str, Callable[[TcpProxy, float], Awaitable[None]]]] = {
    "cut": _cut,
    "half_open": _half_open,
    "held_up": _hold_up,
    "slow": _slow_down,
}
