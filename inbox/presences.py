"""Who is there and how much they hold, and what agents choose of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from inbox.audit import audited
from inbox.news import News
from inbox.people import People
from shared.clock import Clock
from shared.collections import AGENT_LOADS, ATTENDANCE, PRESENCE
from shared.errors import BadRequest, Conflict
from shared.ids import AgentId
from shared.model.people import Actor, Agent, Role
from shared.model.presence import Attendance, Presence, PresenceState, Standing, standing
from shared.model.queueing import Queueing
from shared.policies.book import read_book
from shared.policies.queueing import capacity_of, queueing_of
from shared.ports.store import ABSENT, Put, Store

_TRIES: Final = 5
_ROWS: Final = 200
"""Connections of one agent: one for each process of the inbox."""


@dataclass(frozen=True, slots=True)
class Place:
    """An agent's presence, and how much of their capacity is taken."""

    agent: Agent
    standing: Standing
    load: int
    capacity: int


@dataclass(frozen=True, slots=True)
class Presences:
    """Reads and chooses presences. All methods raise ``Unavailable``."""

    store: Store
    clock: Clock
    news: News
    people: People

    async def all(self) -> list[Place]:
        """Every agent who may answer."""
        queueing = queueing_of(await read_book(self.store))
        agents = [one async for one in self.people.all() if one.active and one.role is not Role.BOT]
        return [await self._place(agent, queueing) for agent in agents]

    async def of(self, agent_id: str) -> Place:
        """One agent's. Raises ``NotFound``."""
        agent = await self.people.get(agent_id)
        return await self._place(agent, queueing_of(await read_book(self.store)))

    async def choose(
        self,
        agent_id: str,
        state: PresenceState,
        reason: str | None,
        until: datetime | None,
        by: Actor,
    ) -> None:
        """Let the agent be away, absent, or there. Raises ``NotFound``, ``BadRequest``."""
        await self.people.get(agent_id)
        now = self.clock.now()
        if until is not None and until <= now:
            raise BadRequest("is over already", field="until")
        for _ in range(_TRIES):
            before = await self.store.get(PRESENCE, agent_id)
            chosen = Presence(
                id=agent_id,
                state=state,
                reason=reason,
                until=until,
                changed_at=now,
                version=before.version + 1 if before is not None else 1,
            )
            expect = {"version": before.version} if before is not None else ABSENT
            entry = audited(by, "presence.chosen", agent_id, at=now, state=state.value)
            try:
                await self.store.commit([Put(PRESENCE, chosen, expect=expect), entry])
            except Conflict:
                continue
            await self.news.changed(PRESENCE.name, agent_id)
            return
        raise Conflict(f"presence/{agent_id}")

    async def _place(self, agent: Agent, queueing: Queueing) -> Place:
        load = await self.store.get(AGENT_LOADS, agent.id)
        rows = await self._rows(agent.id)
        chosen = await self.store.get(PRESENCE, agent.id)
        now = standing(AgentId(agent.id), chosen, rows, self.clock.now(), queueing.idle_after_s)
        capacity = capacity_of(queueing, agent.duties)
        return Place(agent, now, load.weight if load is not None else 0, capacity)

    async def _rows(self, agent_id: str) -> list[Attendance]:
        page = await self.store.find(ATTENDANCE, equal={"agent_id": agent_id}, limit=_ROWS)
        return list(page.items)
