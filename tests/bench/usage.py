"""What processes take of the machine: time of its processors, and memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import psutil  # type: ignore[import-untyped]  # it brings no types

_MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Usage:
    """Of a process and what it has started: processor seconds so far, memory now."""

    cpu_s: float
    rss_mb: float


def usage_of(pids: Mapping[str, int]) -> dict[str, Usage]:
    """By the names of the processes. Raises ``RuntimeError`` naming one that has ended."""
    return {name: _of(name, pid) for name, pid in pids.items()}


def _of(name: str, pid: int) -> Usage:
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        raise RuntimeError(f"{name} has ended") from None
    return Usage(_cpu_s(family), _rss_mb(family))


def _cpu_s(family: Sequence[psutil.Process]) -> float:
    total = 0.0
    for member in family:
        try:
            times = member.cpu_times()
        except psutil.NoSuchProcess:
            continue  # a helper that came and went
        total += times.user + times.system
    return total


def _rss_mb(family: Sequence[psutil.Process]) -> float:
    total = 0.0
    for member in family:
        try:
            total += member.memory_info().rss / _MEGABYTE
        except psutil.NoSuchProcess:
            continue
    return total


def cpu_ms_per_message(
    before: Mapping[str, Usage], after: Mapping[str, Usage], messages: int
) -> dict[str, float]:
    """Milliseconds of a processor that each process took for one message."""
    count = max(1, messages)
    return {
        name: (after[name].cpu_s - before[name].cpu_s) * 1000 / count
        for name in before
        if name in after
    }
