"""The expected wait is the real one within a quarter, in a queue that is simulated on a moved
clock."""

import heapq
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from router.assigner.cases import Case
from router.assigner.decisions import next_one
from router.assigner.floor import Floor
from router.assigner.queues import helpers, queue_states
from shared.collections import LINES, QUEUEING
from shared.ids import AgentId
from shared.model.conversation import Conversation, Status
from shared.model.line import Line
from shared.model.presence import Attendance
from shared.model.queueing import QueueState, place_in
from shared.policies.book import Book, book_of
from tests.inbox.stage import a_conversation
from tests.router.office import agent, kept, queueing
from tests.router.world import START

BOOK = book_of(1, {QUEUEING.name: [queueing()]})
HANDLE_S = 300.0
WARM_UP = 300
"""Until then the averages are learnt and the queue is filled."""


@dataclass
class Shop:
    """A floor whose customers come and go by a random plan that is the same every time."""

    floor: Floor
    random: random.Random
    line: str | None = None

    def __post_init__(self) -> None:
        self.cases: dict[str, Conversation] = {}
        self.ends: list[tuple[datetime, str]] = []
        self.told: dict[str, float] = {}
        self.waited: dict[str, float] = {}

    async def run(self, customers: int, every_s: float) -> None:
        """So many customers come, one every so many seconds on average."""
        at = START
        for n in range(customers):
            at += timedelta(seconds=self.random.expovariate(1 / every_s))
            await self.until(at)
            await self.arrive(n, at)

    async def until(self, at: datetime) -> None:
        """Cases end, and each makes room for the next."""
        while self.ends and self.ends[0][0] <= at:
            self.floor.now, id = heapq.heappop(self.ends)
            self.see(id, status=Status.RESOLVED, resolved_at=self.floor.now)
            await self.give()
        self.floor.now = at

    async def arrive(self, n: int, at: datetime) -> None:
        """A customer comes and is told how long it takes."""
        one = a_conversation(f"c{n}", created_at=at, waiting_since=at, line=self.line)
        if n >= WARM_UP:
            wait_s = place_in(self.state(), one.id).wait_s
            assert wait_s is not None
            self.told[one.id] = wait_s
        self.cases[one.id] = one
        self.floor.saw(one)
        await self.give()

    def state(self) -> QueueState:
        """The queue as it is told."""
        return next(one for one in queue_states(self.floor) if one.line == self.line)

    async def give(self) -> None:
        """Everybody who has room gets the next one."""
        self.floor.help_out(helpers(self.floor, queue_states(self.floor)))
        while (decision := await next_one(self.floor, nobody)) is not None:
            id, now = decision.case.id, self.floor.now
            since = self.cases[id].waiting_since or now
            self.waited[id] = (now - since).total_seconds()
            self.see(id, assignee_id=AgentId(decision.agent_id or ""), assigned_at=now)
            took = timedelta(seconds=self.random.expovariate(1 / HANDLE_S))
            heapq.heappush(self.ends, (now + took, id))

    def see(self, id: str, **fields: object) -> None:
        """The conversation is another by now."""
        one = self.cases[id]
        self.cases[id] = one.model_copy(update={**fields, "version": one.version + 1})
        self.floor.saw(self.cases[id])


async def nobody(case: Case) -> str | None:
    """Nobody served the contact before."""
    del case
    return None


def open_shop(seed: int, capacities: Sequence[int], book: Book, line: str | None = None) -> Shop:
    """Everybody is there."""
    floor = Floor(book, START)
    people = [agent(f"a{n}", capacity=capacity) for n, capacity in enumerate(capacities)]
    floor.hire(people)
    attend(floor, [one.id for one in people])
    return Shop(floor, random.Random(seed), line)


def attend(floor: Floor, ids: Sequence[str]) -> None:
    """They are there all the time."""
    always = START + timedelta(days=1000)
    rows = {
        id: [
            Attendance(
                id=f"{id}/p", agent_id=AgentId(id), process="p", connections=1,
                active_at=always, until=always,
            )
        ]
        for id in ids
    }  # fmt: skip
    floor.attend({}, rows)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("capacities", [(1, 1, 1, 1), (1, 2, 3), (6, 6)])
async def test_the_expected_wait_is_within_a_quarter_of_the_real_one(
    seed: int, capacities: Sequence[int]
) -> None:
    shop = open_shop(seed, capacities, BOOK)
    busy = HANDLE_S / sum(capacities)

    # A little more come than can be served: the queue is long, and grows.
    await shop.run(1500, every_s=busy * 0.97)

    both = [(shop.told[id], shop.waited[id]) for id in shop.told if id in shop.waited]
    told, real = sum(one for one, _ in both), sum(one for _, one in both)
    assert len(both) > 500
    assert real > 0
    assert told == pytest.approx(real, rel=0.25)


async def test_a_line_that_waits_too_long_is_helped_by_the_next_and_only_then() -> None:
    rule = {"overflow_wait_s": 900, "overflow_line": "L2"}
    lines = [kept(Line, "L1", position=1, **rule), kept(Line, "L2", position=2)]
    book = book_of(1, {QUEUEING.name: [queueing()], LINES.name: lines})
    floor = Floor(book, START)
    floor.hire([agent("first", capacity=1, lines={"L1": 1.0}), agent("second", lines={"L2": 1.0})])
    attend(floor, ["first", "second"])
    shop = Shop(floor, random.Random(1), "L1")

    for n in range(2):
        await shop.arrive(n, START)
    short = {one.assignee_id for one in shop.cases.values()}
    was = shop.state()
    await shop.arrive(2, START)
    await shop.give()

    assert (was.waiting, was.wait_s, was.overflows) == (1, 600, False)
    assert short == {"first", None}
    assert "second" in {one.assignee_id for one in shop.cases.values()}
