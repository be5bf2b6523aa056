"""Who is there and how much they hold, and what agents choose of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from inbox.audit import audited
from inbox.news import News
from inbox.people import People
from shared.clock import Clock
from shared.collections import AGENT_LOADS, ATTENDANCE, PRESENCE
from shared.errors import BadRequest, Conflict
from shared.ids import AgentId, ConversationId
from shared.model.people import Actor, Agent, Role
from shared.model.presence import Attendance, Presence, PresenceState, Standing, standing
from shared.model.queueing import AgentLoad, Queueing
from shared.policies.book import read_book
from shared.policies.queueing import capacity_of, queueing_of
from shared.ports.store import ABSENT, Collection, D, Put, Store

_TRIES: Final = 5
_PAGE: Final = 500
_ROWS: Final = 200
"""Connections of one agent: one for each process of the inbox."""


@dataclass(frozen=True, slots=True)
class Place:
    """An agent's presence, and how much of their capacity is taken."""

    agent: Agent
    standing: Standing
    load: int
    capacity: int
    conversations: int = 0
    """How many conversations that is."""
    viewing: ConversationId | None = None
    """The conversation that is open on their screen."""
    viewing_since: datetime | None = None


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
        loads = await self._by_id(AGENT_LOADS, lambda load: load.id)
        chosen = await self._by_id(PRESENCE, lambda presence: presence.id)
        rows = await self._by_id(ATTENDANCE, lambda row: row.agent_id)
        return [
            self._place(
                agent,
                queueing,
                next(iter(loads.get(agent.id, ())), None),
                next(iter(chosen.get(agent.id, ())), None),
                rows.get(agent.id, []),
            )
            for agent in agents
        ]

    async def of(self, agent_id: str) -> Place:
        """One agent's. Raises ``NotFound``."""
        agent = await self.people.get(agent_id)
        return self._place(
            agent,
            queueing_of(await read_book(self.store)),
            await self.store.get(AGENT_LOADS, agent.id),
            await self.store.get(PRESENCE, agent.id),
            await self._rows(agent.id),
        )

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

    def _place(
        self,
        agent: Agent,
        queueing: Queueing,
        load: AgentLoad | None,
        chosen: Presence | None,
        rows: Sequence[Attendance],
    ) -> Place:
        at = self.clock.now()
        now = standing(AgentId(agent.id), chosen, rows, at, queueing.idle_after_s)
        looking = [row for row in rows if row.until > at and row.viewing is not None]
        last = max(looking, key=lambda row: row.viewing_since or at, default=None)
        return Place(
            agent,
            now,
            load.weight if load is not None else 0,
            capacity_of(queueing, agent.duties),
            load.conversations if load is not None else 0,
            last.viewing if last is not None else None,
            last.viewing_since if last is not None else None,
        )

    async def _by_id(
        self, collection: Collection[D], key: Callable[[D], str]
    ) -> Mapping[str, list[D]]:
        found: dict[str, list[D]] = {}
        cursor = None
        while True:
            page = await self.store.find(collection, equal={}, cursor=cursor, limit=_PAGE)
            for one in page.items:
                found.setdefault(key(one), []).append(one)
            cursor = page.next
            if cursor is None:
                return found

    async def _rows(self, agent_id: str) -> list[Attendance]:
        page = await self.store.find(ATTENDANCE, equal={"agent_id": agent_id}, limit=_ROWS)
        return list(page.items)
