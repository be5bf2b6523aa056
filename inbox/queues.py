"""The queues as the assigner tells them, and where a conversation stands in one."""

from dataclasses import dataclass

from pydantic import BaseModel

from inbox.audit import audited
from shared.clock import Clock
from shared.collections import CONVERSATIONS, LINES, QUEUES, SETTINGS
from shared.errors import NotFound
from shared.model.conversation import waits
from shared.model.line import MANY_LINES
from shared.model.people import Actor
from shared.model.queueing import QueueState, place_in, queue_id
from shared.policies.book import read_book
from shared.policies.queueing import REBALANCE, queueing_of
from shared.ports.store import Increment, Store


class QueuesNow(BaseModel):
    """Every queue, and what is odd about them."""

    assignment: bool
    """Whether conversations find their agents by themselves; the queues are kept only then."""
    items: list[QueueState]
    warnings: list[str]


class PlaceInQueue(BaseModel):
    """Where a conversation stands."""

    waiting: bool
    """It waits for an agent; the other fields say nothing where it does not."""
    position: int | None = None
    """1 is the next one; None beyond a hundred, and where nobody counts."""
    waiting_in_queue: int = 0
    expected_wait_s: float | None = None
    """None while nobody is there who serves the queue."""


@dataclass(frozen=True, slots=True)
class Queues:
    """All methods raise ``Unavailable``."""

    store: Store
    clock: Clock

    async def now(self) -> QueuesNow:
        """All of them."""
        book = await read_book(self.store)
        page = await self.store.find(QUEUES, equal={}, limit=500)
        lines, warnings = len(book.all(LINES)), []
        if lines > MANY_LINES:
            warnings.append(
                f"there are {lines} lines: above {MANY_LINES} customers are passed on more than "
                "they are helped"
            )
        waiting_alone = [one.id for one in page.items if one.waiting and not one.agents]
        if waiting_alone:
            warnings.append(f"nobody is there for {', '.join(waiting_alone)}")
        assignment = queueing_of(book).assignment
        return QueuesNow(
            assignment=assignment, items=list(page.items) if assignment else [], warnings=warnings
        )

    async def place(self, conversation_id: str) -> PlaceInQueue:
        """Of one conversation. Raises ``NotFound``."""
        conversation = await self.store.get(CONVERSATIONS, conversation_id)
        if conversation is None:
            raise NotFound("there is no such conversation")
        if not waits(conversation):
            return PlaceInQueue(waiting=False)
        id = queue_id(conversation.team_id, conversation.line)
        state = await self.store.get(QUEUES, id)
        if state is None:
            return PlaceInQueue(waiting=True)
        position = None
        if conversation.id in state.first:
            position = state.first.index(conversation.id) + 1
        return PlaceInQueue(
            waiting=True,
            position=position,
            waiting_in_queue=state.waiting,
            expected_wait_s=place_in(state, conversation.id).wait_s,
        )

    async def rebalance(self, by: Actor) -> None:
        """Wish for it; the assigner does it within a second or two."""
        wish = Increment(SETTINGS, REBALANCE, {"version": 1}, on_insert={"value": None})
        entry = audited(by, "queues.rebalance", REBALANCE, at=self.clock.now())
        await self.store.commit([wish, entry])
