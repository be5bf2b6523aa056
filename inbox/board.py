"""The supervisor's board: how the queues and the agents stand, and what is overdue, at a moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from pydantic import BaseModel

from inbox.counts import Counts
from inbox.presences import Place, Presences
from shared.clock import Clock
from shared.collections import CONVERSATIONS, LINES, QUEUES, TEAMS
from shared.ids import AgentId, ConversationId, TeamId
from shared.model.base import Utc
from shared.model.conversation import Conversation, Priority, Status
from shared.model.deadlines import Deadline, Target
from shared.model.presence import PresenceState
from shared.model.queueing import QueueState, queue_id
from shared.policies.book import Book, read_book
from shared.policies.queueing import queueing_of
from shared.ports.store import Range, Store

_QUEUES: Final = 500
_OLDEST: Final = 200
"""Without the assigner the longest wait is looked for among so many that wait."""
_OVERDUE: Final = 100
_WAITING_BY: Final = "open/queue/"


class BoardQueue(BaseModel):
    """One queue: a team's line."""

    id: str
    team_id: str | None
    team_name: str | None
    line: str | None
    line_name: str | None
    waiting: int
    oldest_at: Utc | None
    """Since when the one waits that has waited longest; None where nothing waits, and, while the
    assignment is off, where it is none of the 200 conversations that were opened first."""
    expected_wait_s: float | None
    """What the next one has to wait; None while nobody is there or the assignment is off."""
    agents: int | None
    """Who serve it and are there; None while the assignment is off."""
    overflows: bool
    """It waits so long that another team answers too."""


class BoardAgent(BaseModel):
    """One agent."""

    agent_id: AgentId
    name: str
    team_ids: list[str]
    state: PresenceState
    reason: str | None
    since: Utc | None
    """Since when they are in this state; None where nobody was told."""
    load: int
    """How much of the capacity is taken."""
    capacity: int
    conversations: int
    viewing: ConversationId | None
    """The conversation that is open on their screen."""
    viewing_name: str | None
    """Whose it is."""
    viewing_since: Utc | None


class BoardBreach(BaseModel):
    """A conversation in which something should have happened by now."""

    conversation_id: ConversationId
    number: int | None
    contact_name: str | None
    status: Status
    priority: Priority
    target: Target | None
    """What should have happened; None: somebody should have called back."""
    due_at: Utc
    assignee_id: AgentId | None
    assignee_name: str | None
    team_id: TeamId | None
    line: str | None


class Board(BaseModel):
    """Everything that the supervisor's board shows."""

    at: Utc
    assignment: bool
    """Whether conversations find their agents by themselves: the assigner then keeps the queues."""
    waiting: int
    """In all queues."""
    oldest_at: Utc | None
    queues: list[BoardQueue]
    agents: list[BoardAgent]
    breaches: list[BoardBreach]
    """The longest overdue first; a hundred at most."""
    more_breaches: bool
    """There are more than that."""

    def is_like(self, other: Self | None) -> bool:
        """Whether it shows the same as another one."""
        return other is not None and self.model_copy(update={"at": other.at}) == other


@dataclass(frozen=True, slots=True)
class Boards:
    """Makes the board of what is kept: nothing is counted for it. All methods raise
    ``Unavailable``."""

    store: Store
    clock: Clock
    presences: Presences

    async def now(self) -> Board:
        """As it stands."""
        now = self.clock.now()
        book = await read_book(self.store)
        assignment = queueing_of(book).assignment
        queues = await (self._assigned(book) if assignment else self._taken_by_hand(book))
        places = await self.presences.all()
        viewed = [place.viewing for place in places if place.viewing is not None]
        open_ones = await self.store.get_many(CONVERSATIONS, viewed) if viewed else {}
        breaches = await self._breaches(now)
        return Board(
            at=now,
            assignment=assignment,
            waiting=sum(one.waiting for one in queues),
            oldest_at=min((one.oldest_at for one in queues if one.oldest_at), default=None),
            queues=queues,
            agents=[_agent(place, open_ones) for place in places],
            breaches=breaches[:_OVERDUE],
            more_breaches=len(breaches) > _OVERDUE,
        )

    async def _assigned(self, book: Book) -> list[BoardQueue]:
        """As the assigner told last, a few seconds ago at most."""
        page = await self.store.find(QUEUES, equal={}, limit=_QUEUES)
        return [_queue(book, state, assignment=True) for state in page.items]

    async def _taken_by_hand(self, book: Book) -> list[BoardQueue]:
        """By the counters that the router keeps."""
        counts = await Counts(self.store).group(_WAITING_BY)
        oldest = await self._oldest()
        found = []
        for key, count in sorted(counts.items()):
            id = key.removeprefix(_WAITING_BY)
            team, _, line = id.partition("/")
            state = QueueState(
                id=id,
                team_id=team if team != "-" else None,
                line=line if line != "-" else None,
                waiting=max(0, count),
                oldest_at=oldest.get(id) if count > 0 else None,
                at=self.clock.now(),
            )
            found.append(_queue(book, state, assignment=False))
        return found

    async def _oldest(self) -> Mapping[str, datetime]:
        page = await self.store.find(
            CONVERSATIONS,
            equal={"status": Status.OPEN.value, "assignee_id": None, "bot_id": None},
            order="created_at",
            limit=_OLDEST,
        )
        found: dict[str, datetime] = {}
        for one in page.items:
            if one.merged_into is not None:
                continue
            id = queue_id(one.team_id, one.line)
            since = one.waiting_since or one.last_inbound_at or one.created_at
            found[id] = min(since, found.get(id, since))
        return found

    async def _breaches(self, now: datetime) -> list[BoardBreach]:
        found: list[Conversation] = []
        for status in (Status.OPEN, Status.PENDING, Status.SNOOZED):
            page = await self.store.find(
                CONVERSATIONS,
                equal={"status": status.value},
                range=Range("due_at", le=now),
                order="due_at",
                limit=_OVERDUE + 1,
            )
            found.extend(one for one in page.items if one.merged_into is None)
        breaches = [_breach(one, one.due_at) for one in found if one.due_at is not None]
        return sorted(breaches, key=lambda one: one.due_at)


def _queue(book: Book, state: QueueState, *, assignment: bool) -> BoardQueue:
    team, line = book.get(TEAMS, state.team_id), book.get(LINES, state.line)
    return BoardQueue(
        id=state.id,
        team_id=state.team_id,
        team_name=team.name if team is not None else None,
        line=state.line,
        line_name=line.name if line is not None else None,
        waiting=state.waiting,
        oldest_at=state.oldest_at,
        expected_wait_s=state.wait_s if assignment else None,
        agents=state.agents if assignment else None,
        overflows=state.overflows,
    )


def _agent(place: Place, open_ones: Mapping[str, Conversation]) -> BoardAgent:
    viewed = open_ones.get(place.viewing) if place.viewing is not None else None
    return BoardAgent(
        agent_id=AgentId(place.agent.id),
        name=place.agent.name,
        team_ids=list(place.agent.team_ids),
        state=place.standing.state,
        reason=place.standing.reason,
        since=place.standing.since,
        load=place.load,
        capacity=place.capacity,
        conversations=place.conversations,
        viewing=place.viewing,
        viewing_name=(viewed.contact_name or viewed.title) if viewed is not None else None,
        viewing_since=place.viewing_since,
    )


def _breach(conversation: Conversation, due_at: datetime) -> BoardBreach:
    return BoardBreach(
        conversation_id=conversation.id,
        number=conversation.number,
        contact_name=conversation.contact_name or conversation.title,
        status=conversation.status,
        priority=conversation.priority,
        target=_target(conversation, due_at),
        due_at=due_at,
        assignee_id=conversation.assignee_id,
        assignee_name=conversation.assignee_name,
        team_id=conversation.team_id,
        line=conversation.line,
    )


def _target(conversation: Conversation, due_at: datetime) -> Target | None:
    held = conversation.deadlines
    if held is None:
        return None
    return next((one for one in Target if _is_due(held.of(one), due_at)), None)


def _is_due(deadline: Deadline | None, due_at: datetime) -> bool:
    return deadline is not None and deadline.met_at is None and deadline.due_at == due_at
