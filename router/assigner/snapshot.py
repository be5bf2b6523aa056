"""What the assigner reads at the start of its tenure: everything by index, nothing by a scan."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shared.collections import (
    AGENT_LOADS,
    AGENTS,
    ATTENDANCE,
    CONVERSATIONS,
    IDENTITIES,
    OUTCOMES,
    PRESENCE,
    QUEUES,
    RESERVATIONS,
)
from shared.model.conversation import Conversation, Status
from shared.model.people import Agent
from shared.model.presence import Attendance, Presence
from shared.model.queueing import AgentLoad, QueueState, Reservation
from shared.ports.store import Collection, D, Store

_PAGE: Final = 500
_MOST_IDENTITIES: Final = 50
_MOST_CASES: Final = 5
"""Of an identity: who served the contact is in the latest of them."""
HELD: Final = (Status.OPEN, Status.PENDING)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the store. All methods raise ``Unavailable``."""

    store: Store

    async def waiting(self) -> AsyncIterator[Conversation]:
        """Every conversation that waits, the oldest first."""
        equal = {"status": Status.OPEN.value, "assignee_id": None, "bot_id": None}
        cursor = None
        while True:
            page = await self.store.find(
                CONVERSATIONS, equal=equal, order="created_at", cursor=cursor, limit=_PAGE
            )
            for conversation in page.items:
                yield conversation
            if page.next is None:
                return
            cursor = page.next

    async def held_by(
        self, agent_id: str, statuses: Sequence[Status] = HELD
    ) -> AsyncIterator[Conversation]:
        """What an agent holds, in these statuses."""
        for status in statuses:
            equal = {"status": status.value, "assignee_id": agent_id}
            cursor = None
            while True:
                page = await self.store.find(
                    CONVERSATIONS, equal=equal, order="last_activity_at", cursor=cursor, limit=_PAGE
                )
                for conversation in page.items:
                    yield conversation
                if page.next is None:
                    break
                cursor = page.next

    async def agents(self) -> Sequence[Agent]:
        """All of them."""
        return await self._all(AGENTS)

    async def chosen(self) -> Mapping[str, Presence]:
        """What agents chose, by agent."""
        return {one.id: one for one in await self._all(PRESENCE)}

    async def attendances(self) -> Mapping[str, Sequence[Attendance]]:
        """Who is connected where, by agent."""
        found: dict[str, list[Attendance]] = {}
        for row in await self._all(ATTENDANCE):
            found.setdefault(row.agent_id, []).append(row)
        return found

    async def reservations(self) -> Sequence[Reservation]:
        """Those whose commands have no outcome yet, and those that have one, in this order of
        being asked: what came to an end meanwhile is left out."""
        rows = await self._all(RESERVATIONS)
        known = await self.store.get_many(OUTCOMES, [row.command_id for row in rows])
        return [row for row in rows if row.command_id not in known]

    async def reserved_ids(self) -> Sequence[str]:
        """The conversations of all reservations that are kept."""
        return [row.id for row in await self._all(RESERVATIONS)]

    async def loads(self) -> Mapping[str, AgentLoad]:
        """The kept figures, by agent."""
        return {one.id: one for one in await self._all(AGENT_LOADS)}

    async def queues(self) -> Sequence[QueueState]:
        """The queues as they were told last."""
        return await self._all(QUEUES)

    async def last_agent(self, contact_id: str) -> str | None:
        """Who last served the contact, in any conversation."""
        identities = await self.store.find(
            IDENTITIES, equal={"contact_id": contact_id}, order="created_at", limit=_MOST_IDENTITIES
        )
        served = [one for who in identities.items for one in await self._latest(who.id)]
        served.sort(key=lambda one: one.last_activity_at, reverse=True)
        agents = (one.assignee_id or one.assignment.last_agent_id for one in served)
        return next((agent for agent in agents if agent is not None), None)

    async def _latest(self, identity_id: str) -> Sequence[Conversation]:
        page = await self.store.find(
            CONVERSATIONS,
            equal={"identity_id": identity_id},
            order="last_activity_at",
            descending=True,
            limit=_MOST_CASES,
        )
        return page.items

    async def _all(self, collection: Collection[D]) -> Sequence[D]:
        found: list[D] = []
        cursor = None
        while True:
            page = await self.store.find(collection, equal={}, cursor=cursor, limit=_PAGE)
            found.extend(page.items)
            if page.next is None:
                return found
            cursor = page.next
