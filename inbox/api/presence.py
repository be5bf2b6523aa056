"""Presence and queues, as routes."""

from dataclasses import dataclass
from typing import Final, Self

from pydantic import BaseModel, Field

from inbox.attendances import Attendances
from inbox.permissions import Permission
from inbox.presences import Place, Presences
from inbox.queues import PlaceInQueue, Queues, QueuesNow
from inbox.rest.route import Answer, Call, Nothing, Route
from inbox.rest.shapes import Items
from shared.errors import Forbidden
from shared.ids import AgentId
from shared.model.base import Strict, Utc
from shared.model.presence import PresenceState

_LONGEST_S: Final = 12 * 3600


class PresenceView(BaseModel):
    """An agent's presence as it is now, and how much of their capacity is taken."""

    agent_id: str
    name: str
    state: PresenceState
    reason: str | None
    since: Utc | None
    load: int
    capacity: int

    @classmethod
    def of(cls, place: Place) -> Self:
        """As it is told."""
        return cls(
            agent_id=place.agent.id,
            name=place.agent.name,
            state=place.standing.state,
            reason=place.standing.reason,
            since=place.standing.since,
            load=place.load,
            capacity=place.capacity,
        )


class PresenceRequest(Strict):
    """What is chosen."""

    state: PresenceState
    reason: str | None = Field(default=None, max_length=100)
    """``lunch``, ``training``: for the colleagues."""
    until: Utc | None = None
    """After that it is as if nothing had been chosen."""


class OwnPresenceRequest(PresenceRequest):
    """What agents choose of themselves."""

    connected_for_s: float | None = Field(default=None, gt=0, le=_LONGEST_S)
    """Whoever works without a live connection is there for so long; said again, longer."""


@dataclass(frozen=True, slots=True)
class PresenceApi:
    """The routes of ``/presence`` and ``/queues``."""

    presences: Presences
    attendances: Attendances
    queues: Queues

    def routes(self) -> list[Route]:
        """What they are."""
        read, lead, tag = Permission.PEOPLE_READ, Permission.PRESENCE_MANAGE, "presence"
        return [
            Route(
                "GET", "/presence", self.page, read, "Who is there and how much they hold", tag,
                answer=Items[PresenceView],
            ),
            Route(
                "PUT", "/presence/me", self.choose_own, Permission.SIGNED_IN,
                "Say whether I am there", tag, body=OwnPresenceRequest, answer=PresenceView,
            ),
            Route(
                "PUT", "/presence/{id}", self.choose, lead, "Say whether an agent is there", tag,
                body=PresenceRequest, answer=PresenceView,
            ),
            Route(
                "GET", "/queues", self.all_queues, read,
                "What waits, who serves it and how long it takes", "queues", answer=QueuesNow,
            ),
            Route(
                "POST", "/queues/rebalance", self.rebalance, lead,
                "Move what nobody has begun to answer to those with less", "queues", status=202,
            ),
            Route(
                "GET", "/conversations/{id}/queue", self.place, Permission.CONVERSATIONS_READ,
                "Where a conversation stands in its queue", "queues", answer=PlaceInQueue,
            ),
        ]  # fmt: skip

    async def page(self, call: Call[Nothing, Nothing]) -> Items[PresenceView]:
        """Every agent."""
        del call
        places = await self.presences.all()
        return Items[PresenceView](items=[PresenceView.of(place) for place in places])

    async def choose_own(self, call: Call[Nothing, OwnPresenceRequest]) -> PresenceView:
        """Of the caller."""
        agent = call.caller.agent
        if agent is None:
            raise Forbidden("this token belongs to no agent")
        body = call.body
        if body.connected_for_s is not None:
            await self.attendances.attend(AgentId(agent.id), body.connected_for_s)
        actor = call.caller.actor
        await self.presences.choose(agent.id, body.state, body.reason, body.until, actor)
        return PresenceView.of(await self.presences.of(agent.id))

    async def choose(self, call: Call[Nothing, PresenceRequest]) -> PresenceView:
        """Of somebody else: who is ill is absent, and what they hold goes to others."""
        id, body = call.path["id"], call.body
        await self.presences.choose(id, body.state, body.reason, body.until, call.caller.actor)
        return PresenceView.of(await self.presences.of(id))

    async def all_queues(self, call: Call[Nothing, Nothing]) -> QueuesNow:
        """As the assigner told last, a few seconds ago at most."""
        del call
        return await self.queues.now()

    async def rebalance(self, call: Call[Nothing, Nothing]) -> Answer:
        """Ask the assigner for it."""
        await self.queues.rebalance(call.caller.actor)
        return Answer(None, 202)

    async def place(self, call: Call[Nothing, Nothing]) -> PlaceInQueue:
        """For a conversation that waits."""
        return await self.queues.place(call.path["id"])
