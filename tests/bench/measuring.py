"""One run of one set-up: warm up, closed loop, paced, and the books."""

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.bench.driving import Driving
from tests.bench.figures import percentile
from tests.bench.set_ups import BROKER, Place, SetUp, Target
from tests.bench.usage import cpu_ms_per_message, usage_of


@dataclass(frozen=True, slots=True)
class Plan:
    """How much load."""

    clients: int = 32
    warm_up_s: float = 2.0
    closed_s: float = 10.0
    closed_messages: int | None = None
    """The closed loop ends with that many at the latest; None: by its time alone."""
    paced_s: float = 12.0
    """0: no paced phase."""
    per_s: float = 50.0


@dataclass(frozen=True, slots=True)
class Run:
    """The figures of one run. Times in milliseconds."""

    messages: int
    per_s: float
    """Messages whose reply has arrived, per second of the closed loop."""
    closed_p50_ms: float
    closed_p99_ms: float
    paced_p50_ms: float | None
    paced_p99_ms: float | None
    screen_p50_ms: float | None
    """Paced: until the message stood on the agent's screen."""
    screen_p99_ms: float | None
    cpu_ms: Mapping[str, float]
    """Processor time per message of the closed loop, by process."""
    paced_cpu_ms: Mapping[str, float]
    rss_mb: Mapping[str, float]
    """By process, at the end."""
    pids: Mapping[str, int] = field(default_factory=dict)
    books: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    """Why the run does not count, if so."""


async def measure(set_up: SetUp, place: Place, plan: Plan) -> Run:
    """Start the set-up, drive the load through it, and end it."""
    async with set_up(place) as target:
        driving = place.driving
        await driving.order(
            "aim", url=target.webhook_url, secret=target.webhook_secret, clients=plan.clients
        )
        if target.live_url is not None:
            await driving.order("watch", url=target.live_url, authorization=target.authorization)
        await driving.order("warm_up", seconds=plan.warm_up_s)
        return await _measured(target, place, plan)


async def _measured(target: Target, place: Place, plan: Plan) -> Run:
    driving = place.driving
    pids = {**target.pids, "driver": driving.pid}
    start = usage_of(pids)
    _tell_profilers(target, place, signal.SIGUSR1)
    closed = await driving.order("closed", seconds=plan.closed_s, messages=plan.closed_messages)
    _tell_profilers(target, place, signal.SIGUSR2)
    middle = usage_of(pids)
    phases, paced = [closed], None
    if plan.paced_s > 0:
        paced = await driving.order("paced", seconds=plan.paced_s, per_s=plan.per_s)
        phases.append(paced)
    end = usage_of(pids)
    books = await _books(target, driving)
    paced_messages = paced["messages"] if paced else 0
    return Run(
        messages=closed["messages"],
        per_s=closed["messages"] / closed["seconds"],
        closed_p50_ms=_ms(closed, "replies_s", 50) or 0.0,
        closed_p99_ms=_ms(closed, "replies_s", 99) or 0.0,
        paced_p50_ms=_ms(paced, "replies_s", 50),
        paced_p99_ms=_ms(paced, "replies_s", 99),
        screen_p50_ms=_ms(paced, "shows_s", 50),
        screen_p99_ms=_ms(paced, "shows_s", 99),
        cpu_ms=cpu_ms_per_message(start, middle, closed["messages"]),
        paced_cpu_ms=cpu_ms_per_message(middle, end, paced_messages) if paced_messages else {},
        rss_mb={name: usage.rss_mb for name, usage in end.items()},
        pids=pids,
        books=books,
        problems=problems_of(phases, books),
    )


def _tell_profilers(target: Target, place: Place, number: signal.Signals) -> None:
    if place.profiled:
        for name, pid in target.pids.items():
            if name != BROKER:
                os.kill(pid, number)


async def _books(target: Target, driving: Driving) -> dict[str, Any]:
    books = await driving.order("books")
    if target.stored is not None:
        books["stored"] = target.stored()
    return books


def _ms(phase: dict[str, Any] | None, name: str, percent: float) -> float | None:
    values = phase[name] if phase else []
    return percentile(values, percent) * 1000 if values else None


def problems_of(phases: list[dict[str, Any]], books: Mapping[str, Any]) -> tuple[str, ...]:
    """What is wrong with a run: each message must be answered and shown, or stored, once."""
    found = [problem for phase in phases for problem in phase["problems"]]
    for name in ("unanswered", "answered_twice", "shown_less", "shown_more", "strangers"):
        if books.get(name):
            found.append(f"{name}: {books[name]} of {books['sent']} messages")
    if books.get("stored", books["sent"]) != books["sent"]:
        found.append(f"stored: {books['stored']} of {books['sent']} messages")
    if books.get("feed_ended"):
        found.append(f"the agent's feed ended: {books['feed_ended']}")
    found += [f"a call that the platform did not understand: {it}" for it in books["strange"]]
    return tuple(found[:10])
