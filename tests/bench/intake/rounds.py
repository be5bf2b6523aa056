"""Rounds of the intake's measurements: every set-up and every kind of webhook, in turns."""

import asyncio
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

import psutil  # type: ignore[import-untyped]  # it brings no types

from tests.bench.intake.mail import mail_taken
from tests.bench.intake.measured import Measured, Round
from tests.bench.intake.parsing import medians_us
from tests.bench.intake.set_ups import SET_UPS, Intake
from tests.bench.intake.taking import Taken, taken, until_taken
from tests.bench.intake.webhooks import KINDS
from tests.bench.set_ups import Node
from tests.bench.usage import usage_of

_IDLE_PERCENT: Final = 15.0
_IDLE_LIMIT_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Load:
    """How much, for each kind of webhook."""

    clients: int = 32
    warm_up_s: float = 1.0
    seconds: float = 4.0
    rounds: int = 3


async def measured_intake(
    folder: Path, node: Node, load: Load, say: Callable[[str], None]
) -> Measured:
    """Everything that is measured of the intake; ``say`` is told how it goes."""
    rounds: list[Round] = []
    numbers = count()
    for number in range(load.rounds):
        found: dict[str, Mapping[str, Mapping[str, float]]] = {}
        for name in SET_UPS:
            place = folder / f"intake-{name}-{number}"
            found[name] = await _measured(name, place, node, load, numbers)
            await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)
            say(f"{number + 1}/{load.rounds} intake, {name}: {_line(found[name])}")
        rounds.append(found)
    parse_us = await medians_us()
    mail = await mail_taken()
    return Measured(rounds=rounds, parse_us=parse_us, mail=mail)


def _line(found: Mapping[str, Mapping[str, float]]) -> str:
    return ", ".join(f"{kind} {of['messages_per_s']:.0f}/s" for kind, of in found.items())


async def _measured(
    name: str, folder: Path, node: Node, load: Load, numbers: Iterator[int]
) -> dict[str, Mapping[str, float]]:
    """By kind of webhook: requests and messages per second, and processor time of a message."""
    found: dict[str, Mapping[str, float]] = {}
    async with SET_UPS[name](folder, node) as intake:
        for kind in intake.urls:
            found[kind] = await _one(intake, kind, load, numbers)
    return found


async def _one(intake: Intake, name: str, load: Load, numbers: Iterator[int]) -> dict[str, float]:
    kind, url = KINDS[name], intake.urls[name]
    await until_taken(url, kind, next(numbers))
    await taken(url, kind, numbers, clients=load.clients, seconds=load.warm_up_s)
    await _until_idle(intake.pid)
    before = usage_of({name: intake.pid})[name]
    done: Taken = await taken(url, kind, numbers, clients=load.clients, seconds=load.seconds)
    cpu_s = usage_of({name: intake.pid})[name].cpu_s - before.cpu_s
    return {
        "requests_per_s": done.per_s,
        "messages_per_s": done.per_s * kind.messages,
        "cpu_ms": cpu_s * 1000 / max(1, done.requests * kind.messages),
    }


async def _until_idle(pid: int) -> None:
    """Wait until the process has dealt with what it took before; not for ever."""
    process = psutil.Process(pid)
    process.cpu_percent()
    async with asyncio.timeout(_IDLE_LIMIT_S):
        while True:
            await asyncio.sleep(0.5)
            if process.cpu_percent() < _IDLE_PERCENT:
                return
