"""How fast the assigner decides and begins: ``python -m tests.bench.dispatching``.

Fifty agents with skills, languages and lines, and thousands of conversations that wait, on the
embedded store. Two figures: one decision in memory (with the whole queue waiting), and a new
assigner's way from its claim to its first decisions written down and asked for.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

from router.assigner.cases import Case
from router.assigner.decisions import next_one
from router.assigner.tenure import Tenure
from router.policy import Policy
from shared.clock import SystemClock
from shared.collections import AGENTS, ATTENDANCE, CONVERSATIONS, LINES, QUEUEING, SKILLS
from shared.ids import (
    AgentId,
    ChannelId,
    ChannelType,
    ContactId,
    ExternalId,
    IdentityId,
    new_conversation_id,
    slot_for,
)
from shared.leases import Leases
from shared.model.conversation import Conversation, Priority
from shared.model.line import Line
from shared.model.people import Agent
from shared.model.presence import Attendance
from shared.model.queueing import Duties, Queueing
from shared.model.skill import Skill
from shared.policies.book import Book, book_of
from shared.ports.store import Put
from tests.support.stores import Embedded, open_embedded

AGENTS_: Final = 50
WAITING: Final = 5_000
DECISIONS: Final = 300
_SKILLS: Final = ("refunds", "repairs", "delivery", "accounts", "business")
_LANGUAGES: Final = ("ru", "en", "kk", "de")
_LINES: Final = ("L1", "L2", "L3")
_CAPACITY: Final = 6


@dataclass(frozen=True, slots=True)
class AssignmentFigures:
    """What was measured."""

    agents: int
    waiting: int
    decisions: int
    decision_median_ms: float
    decision_p99_ms: float
    takeover_s: float
    """From the claim of the lease until everything waiting is known and everybody who is there
    has what fits, written down and asked for."""


async def measure_assignment(
    agents: int = AGENTS_, waiting: int = WAITING, decisions: int = DECISIONS
) -> AssignmentFigures:
    """Measure on a fresh store in a folder that is removed."""
    random = Random(7)
    with TemporaryDirectory() as folder:
        async with _filled(Path(folder), agents, waiting, random) as hub:
            policy = Policy()
            policy.shelf.book = _book()
            began = time.perf_counter()
            tenure = await _tenure(hub, policy)
            await tenure.step()
            takeover_s = time.perf_counter() - began
            took_ms = await _decisions(tenure, decisions, random)
    return AssignmentFigures(
        agents=agents,
        waiting=waiting,
        decisions=len(took_ms),
        decision_median_ms=round(median(took_ms), 3),
        decision_p99_ms=round(sorted(took_ms)[int(len(took_ms) * 0.99)], 3),
        takeover_s=round(takeover_s, 2),
    )


async def _decisions(tenure: Tenure, count: int, random: Random) -> Sequence[float]:
    """Everybody is full; again and again somebody has room for one, and it is decided what comes
    next."""
    floor, took_ms = tenure.floor, []
    full = list(floor.asked.values())
    random.shuffle(full)
    for one in full[:count]:
        floor.loads.reserve(one.case.id, None)
        began = time.perf_counter()
        decision = await next_one(floor, _nobody)
        took_ms.append((time.perf_counter() - began) * 1000)
        if decision is not None and decision.agent_id is not None:
            floor.waiting.discard(decision.case.id)
            floor.loads.reserve(decision.case.id, (decision.agent_id, decision.case.weight))
    return took_ms


async def _nobody(_case: Case) -> str | None:
    return None


async def _tenure(hub: Embedded, policy: Policy) -> Tenure:
    clock = SystemClock()
    lease = await Leases(hub.store, clock, "bench", exclusive=True).claim("assigner")
    if lease is None:
        raise RuntimeError("the lease is not free")
    tenure = Tenure(hub.bus, hub.store, clock, policy, lease)
    await tenure.begin()
    return tenure


@asynccontextmanager
async def _filled(
    folder: Path, agents: int, waiting: int, random: Random
) -> AsyncIterator[Embedded]:
    now = datetime.now(UTC)
    async with open_embedded(folder) as hub:
        people = [agent(n, random, now) for n in range(agents)]
        rows = [_attendance(agent.id, now) for agent in people]
        await hub.store.commit(
            [*(Put(AGENTS, one) for one in people), *(Put(ATTENDANCE, row) for row in rows)]
        )
        for start in range(0, waiting, 500):
            some = range(start, min(start + 500, waiting))
            await hub.store.commit([Put(CONVERSATIONS, waiting_case(n, random, now)) for n in some])
        yield hub


def agent(number: int, random: Random, now: datetime) -> Agent:
    """One with skills, languages and lines."""
    duties = Duties(
        skills={skill: random.randint(1, 5) for skill in random.sample(_SKILLS, 3)},
        languages=tuple(random.sample(_LANGUAGES, 2)),
        lines=dict.fromkeys(random.sample(_LINES, 2), 1.0),
        capacity=_CAPACITY,
    )
    id = f"agent{number:02d}"
    return Agent(id=id, email=f"{id}@example.org", name=id, duties=duties, created_at=now)


def _attendance(agent_id: str, now: datetime) -> Attendance:
    return Attendance(
        id=f"{agent_id}/bench",
        agent_id=AgentId(agent_id),
        process="bench",
        connections=1,
        active_at=now,
        until=now + timedelta(hours=1),
    )


def waiting_case(number: int, random: Random, now: datetime) -> Conversation:
    """A conversation that waits for somebody who knows its language and matter."""
    channel, key = ChannelId("site"), f"chat{number}"
    since = now - timedelta(seconds=random.randint(0, 86_400))
    return Conversation(
        id=new_conversation_id(slot_for(channel, key)),
        channel_id=channel,
        channel_type=ChannelType(random.choice(("webchat", "telegram", "email"))),
        thread=ExternalId(key),
        contact_id=ContactId(f"k{number}"),
        identity_id=IdentityId(f"i{number}"),
        skills=tuple(f"{skill}:{random.randint(1, 3)}" for skill in random.sample(_SKILLS, 1)),
        language=random.choice(_LANGUAGES),
        line=random.choice(_LINES),
        priority=random.choice(tuple(Priority)),
        waiting_since=since,
        last_inbound_at=since,
        last_activity_at=since,
        created_at=since,
    )


def _book() -> Book:
    at = datetime.now(UTC)
    times: dict[str, Any] = {"created_at": at, "updated_at": at}
    return book_of(
        1,
        {
            QUEUEING.name: [Queueing(id="queueing", name="Queueing", assignment=True, **times)],
            LINES.name: [Line(id=id, name=id, **times) for id in _LINES],
            SKILLS.name: [Skill(id=f"sk-{key}", name=key, key=key, **times) for key in _SKILLS],
        },
    )


def main() -> int:
    """Measure and tell."""
    figures = asyncio.run(measure_assignment())
    sys.stdout.write(f"{json.dumps(asdict(figures), indent=2)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
