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
from tests.bench.intake.set_ups import SET_UPS, Intake, bare
from tests.bench.intake.taking import Taken, taken, until_taken
from tests.bench.intake.webhooks import KINDS
from tests.bench.set_ups import Node
from tests.bench.usage import usage_of

_IDLE_PERCENT: Final = 15.0
_IDLE_LIMIT_S: Final = 8.0
_LOOK_EVERY_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Load:
    """How much, for each kind of webhook."""

    clients: int = 32
    warm_up_s: float = 1.0
    slices: int = 4
    """Of the hub's and of the baseline's turns."""
    slice_s: float = 0.5
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
            found[name] = await measured_set_up(name, place, node, load, numbers)
            await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)
            say(f"{number + 1}/{load.rounds} intake, {name}: {_line(found[name])}")
        rounds.append(found)
    parse_us = await medians_us()
    mail = await mail_taken()
    return Measured(rounds=rounds, parse_us=parse_us, mail=mail)


def _line(found: Mapping[str, Mapping[str, float]]) -> str:
    rates = {kind: (of["messages_per_s"], of["bare_per_s"]) for kind, of in found.items()}
    return ", ".join(
        f"{kind} {ours:.0f}/s, {ours / theirs:.2f} of bare's"
        for kind, (ours, theirs) in rates.items()
    )


async def measured_set_up(
    name: str, folder: Path, node: Node, load: Load, numbers: Iterator[int]
) -> dict[str, Mapping[str, float]]:
    """By kind of webhook: what was taken, beside the baseline that is there as well."""
    found: dict[str, Mapping[str, float]] = {}
    async with bare(folder / "bare", node) as baseline, SET_UPS[name](folder, node) as intake:
        # All of them: a connector that still loads would take from the others' time.
        for kind in intake.urls:
            await until_taken(intake.urls[kind], KINDS[kind], next(numbers))
        for kind in intake.urls:
            found[kind] = await _one(intake, baseline, kind, load, numbers)
    return found


async def _one(
    intake: Intake, baseline: Intake, name: str, load: Load, numbers: Iterator[int]
) -> dict[str, float]:
    """In slices by turns, so that what disturbs the machine disturbs both."""
    kind, url = KINDS[name], intake.urls[name]
    await taken(url, kind, numbers, clients=load.clients, seconds=load.warm_up_s)
    await _until_idle(intake.pid)
    ours, theirs, cpu_s = Taken(0, 0.0), Taken(0, 0.0), 0.0
    for _ in range(load.slices):
        for their, whose in baseline.urls.items():
            theirs += await taken(
                whose, KINDS[their], numbers, clients=load.clients, seconds=load.slice_s
            )
        before_s = usage_of({name: intake.pid})[name].cpu_s
        ours += await taken(url, kind, numbers, clients=load.clients, seconds=load.slice_s)
        cpu_s += usage_of({name: intake.pid})[name].cpu_s - before_s
    return {
        "requests_per_s": ours.per_s,
        "messages_per_s": ours.per_s * kind.messages,
        "bare_per_s": theirs.per_s,
        "cpu_ms": cpu_s * 1000 / max(1, ours.requests * kind.messages),
    }


async def _until_idle(pid: int) -> None:
    """Wait until the process has dealt with what it took before; not for ever."""
    process = psutil.Process(pid)
    process.cpu_percent()
    loop = asyncio.get_running_loop()
    until = loop.time() + _IDLE_LIMIT_S
    while loop.time() < until:
        await asyncio.sleep(_LOOK_EVERY_S)
        if process.cpu_percent() < _IDLE_PERCENT:
            return
