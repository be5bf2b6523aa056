"""A working day on a clock that is moved: ten agents, a thousand conversations, four languages,
three lines. The router, the assigner and the store are the real ones; customers and agents are
drawn with a fixed seed."""

import asyncio
import heapq
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any

import pytest

from router import timeline
from router.consequences import CONSEQUENCES, settle
from router.happening import Happening
from router.partition import PartitionTask
from router.unit import Mark
from router.work import Work
from shared.collections import AGENT_LOADS
from shared.commands import Command, Reply, Resolve, publication
from shared.eventlog import EventLog
from shared.ids import PARTITIONS, CommandId, Partition, new_id
from shared.model.conversation import Conversation, Priority, Status
from shared.model.people import Agent
from shared.model.presence import PresenceState
from shared.topology import partition_queue
from tests.router.office import Office, actor, agent, open_office
from tests.router.world import World, inbound, item_publication

CONVERSATIONS_ = 1_000
DAY_S = 8 * 3600
LANGUAGES = ("ru", "en", "kk", "de")
SKILLS = ("refunds", "repairs")
LINES = ("L1", "L2", "L3")
LEFT_AFTER_S = 120
MOMENT_S = 5


def staff(random: Random) -> list[Agent]:
    """Ten people; for everything that is asked for there is somebody."""
    people = []
    for number in range(10):
        first, second = LANGUAGES[number % 4], LANGUAGES[(number + 1) % 4]
        people.append(
            agent(
                f"agent{number}",
                languages=(first, second),
                lines=dict.fromkeys(LINES if number < 4 else LINES[:2], 1.0),
                skills={skill: random.randint(1, 5) for skill in SKILLS} if number % 2 else {},
                capacity=random.randint(3, 6),
            )
        )
    return people


@dataclass
class Day:
    """What happens, in its order, and what is seen of it."""

    office: Office
    people: Mapping[str, Agent]
    random: Random
    seen: dict[str, Conversation] = field(default_factory=dict)
    agenda: list[tuple[float, int, str, tuple[Any, ...]]] = field(default_factory=list)
    numbers: Any = field(default_factory=count)
    online: set[str] = field(default_factory=set)
    causes: Counter[str] = field(default_factory=Counter)
    gone_at_s: dict[str, float] = field(default_factory=dict)
    returned: int = 0
    """How many came back to the queue."""
    now_s: float = 0.0

    @property
    def world(self) -> World:
        return self.office.world

    def plan(self, at_s: float, what: str, *about: Any) -> None:
        heapq.heappush(self.agenda, (at_s, next(self.numbers), what, about))

    def is_online(self, agent_id: str) -> bool:
        return agent_id in self.online

    async def pass_by(self) -> None:
        """The whole day, and what of it is left in the evening."""
        while self.agenda:
            at_s = self.agenda[0][0]
            if at_s > self.now_s:
                await self.office.clock.advance(at_s - self.now_s)
                self.now_s = at_s
            while self.agenda and self.agenda[0][0] <= self.now_s:
                _, _, what, about = heapq.heappop(self.agenda)
                await getattr(self, what)(*about)
            await self.decide()
            self.check()

    async def decide(self) -> None:
        """Let the assigner do what there is to do, and the partitions what it asks for."""
        await self.office.clock.advance(1.1)
        self.now_s += 1.1
        for _ in range(20):
            await self.hear()
            await self.office.tenure.step()
            if not self.office.tenure.floor.asked:
                return
            await self.settle()
        raise AssertionError("what was decided is never done")

    async def hear(self) -> None:
        log = EventLog(self.world.store, self.world.bus)
        positions = self.office.positions
        for number in range(PARTITIONS):
            partition = Partition(number)
            while events := await log.between(partition, positions.get(partition, 0)):
                self.office.tenure.heard(events)
                positions[partition] = events[-1].seq or 0
                for event in events:
                    told = event.payload.get("conversation")
                    if told is not None:
                        self.observe(Conversation.model_validate(told))

    def observe(self, now: Conversation) -> None:
        """Something happened to a conversation: agents who got it answer and finish."""
        before = self.seen.get(now.id)
        if before is not None and before.version > now.version:
            return
        self.seen[now.id] = now
        was = before.assignee_id if before is not None else None
        self.returned += was is not None and now.assignee_id is None
        if now.assignee_id is None or now.assignee_id == was:
            return
        self.causes[str(now.assignment.cause)] += 1
        self.check_fits(now, self.people[now.assignee_id])
        reply_s = self.random.uniform(20, 150)
        self.plan(self.now_s + reply_s, "reply", now.id, now.assignee_id)
        resolve_s = reply_s + self.random.uniform(120, 900)
        self.plan(self.now_s + resolve_s, "resolve", now.id, now.assignee_id)

    def check(self) -> None:
        """Nobody is over capacity, and nobody waits whom somebody could serve."""
        held: Counter[str] = Counter()
        for one in self.seen.values():
            if one.assignee_id is not None and one.status in (Status.OPEN, Status.PENDING):
                held[one.assignee_id] += one.assignment.weight
        for id, load in held.items():
            assert load <= (self.people[id].duties.capacity or 0), f"{id} holds {load}"
        free = [
            person
            for id, person in self.people.items()
            if self.is_online(id) and held[id] < (person.duties.capacity or 0)
        ]
        for one in self.seen.values():
            if one.status is Status.OPEN and one.assignee_id is None:
                idle = [p.id for p in free if self.fits(one, p)]
                assert not idle, f"{one.thread} waits while {idle} are free"
            elif one.status is Status.OPEN and one.waiting_since is not None:
                gone_s = self.now_s - self.gone_at_s.get(one.assignee_id or "", self.now_s)
                assert gone_s < LEFT_AFTER_S + MOMENT_S, f"{one.thread} waits for {one.assignee_id}"

    def check_fits(self, conversation: Conversation, person: Agent) -> None:
        assert self.fits(conversation, person), f"{conversation.thread} is not for {person.id}"

    @staticmethod
    def fits(one: Conversation, person: Agent) -> bool:
        """Said once more, in the plainest way."""
        duties = person.duties
        levels = (need.split(":") for need in one.skills)
        return (
            one.language in duties.languages
            and one.line in duties.lines
            and all(duties.skills.get(key, 0) >= int(level) for key, level in levels)
        )

    async def arrive(self, chat: str) -> None:
        """A customer writes."""
        await self.world.bus.publish([item_publication(inbound(chat, key=f"{chat}-1"))])
        await self.settle()

    async def reply(self, id: str, by: str) -> None:
        """The agent answers, if they still have it and are there."""
        one = self.seen[id]
        if one.assignee_id == by and one.status is Status.OPEN and self.is_online(by):
            await self.give(Reply(conversation_id=one.id, actor=actor(by), text="hello"))

    async def resolve(self, id: str, by: str) -> None:
        """The agent is done with it; who has left does so when they are back."""
        one = self.seen[id]
        if one.assignee_id != by or one.status is not Status.OPEN:
            return
        if self.is_online(by):
            await self.give(Resolve(conversation_id=one.id, actor=actor(by)))
        else:
            self.plan(self.now_s + 300, "resolve", id, by)

    async def come(self, who: str) -> None:
        self.online.add(who)
        self.gone_at_s.pop(who, None)
        await self.office.come(who)

    async def leave(self, who: str) -> None:
        self.online.discard(who)
        self.gone_at_s[who] = self.now_s
        await self.office.leave(who)

    async def lunch(self, who: str) -> None:
        self.online.discard(who)
        self.gone_at_s[who] = self.now_s
        await self.office.choose(who, PresenceState.AWAY)

    async def back(self, who: str) -> None:
        self.online.add(who)
        self.gone_at_s.pop(who, None)
        await self.office.choose(who, PresenceState.ONLINE)
        await self.office.come(who)

    async def look(self) -> None:
        """Nothing happens but that time goes by."""

    async def crash(self) -> None:
        """The assigner dies; another begins."""
        await self.office.succeed()

    async def give(self, command: Command) -> None:
        id = CommandId(new_id("x"))
        at = self.office.clock.now()
        await self.world.bus.publish(
            [publication(command, id, at=at, source="inbox", trace_id="t")]
        )
        await self.settle()

    async def settle(self) -> None:
        """Wait until the partitions have handled everything."""
        async with asyncio.timeout(20):
            for number in range(PARTITIONS):
                queue = partition_queue(Partition(number))
                while (await self.world.bus.depth(queue)).items:  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(0)


async def ask(work: Work, happening: Happening) -> None:
    """Stands for the rules: what a new case asks for is said in the commit that begins it."""
    for change in happening.changes:
        if change.before is None:
            draw = Random(change.after.thread)
            asked = {
                "language": draw.choice(LANGUAGES),
                "line": draw.choices(LINES, (6, 3, 1))[0],
                "skills": _skills(draw),
                "priority": draw.choice(tuple(Priority)),
            }
            timeline.change(work, change.after, "routing", asked)


def _skills(draw: Random) -> tuple[str, ...]:
    needs_some = draw.random() < 0.2
    return (f"{draw.choice(SKILLS)}:{draw.randint(1, 2)}",) if needs_some else ()


async def settled(work: Work, since: Mark) -> None:
    await settle(work, since, (ask, *CONSEQUENCES))


def planned(day: Day) -> None:
    """When everybody comes and goes, and the customers' messages through the day."""
    for number, id in enumerate(day.people):
        day.plan(60.0 * number, "come", id)
        noon = DAY_S / 2 + day.random.uniform(-3600, 3600)
        day.plan(noon, "lunch", id)
        day.plan(noon + 1800, "back", id)
    day.plan(DAY_S / 4, "leave", "agent9")
    for minutes in range(0, DAY_S // 60 + 60, 4):
        day.plan(60.0 * minutes, "look")
    day.plan(DAY_S / 3, "crash")
    day.plan(DAY_S * 0.7, "crash")
    for number in range(CONVERSATIONS_):
        at_s = day.random.uniform(0, DAY_S * 0.9)
        day.plan(at_s, "arrive", f"customer{number}")


@asynccontextmanager
async def partitions(world: World) -> AsyncIterator[None]:
    """Every partition is held and works."""
    tasks: list[PartitionTask] = [
        await world.partition_task(Partition(number)) for number in range(PARTITIONS)
    ]
    async with asyncio.TaskGroup() as group:
        for task in tasks:
            group.create_task(task.run())
        yield
        for task in tasks:
            task.leave()


@pytest.mark.timeout(300)
async def test_a_working_day(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("router.deciding.settle", settled)
    random = Random(2026)
    people = staff(random)
    office = await open_office(world, *people, idle_after_s=1e6, left_after_s=LEFT_AFTER_S)
    day = Day(office, {one.id: one for one in people}, random)
    planned(day)

    async with partitions(world):
        await day.pass_by()

    statuses = Counter(one.status for one in day.seen.values())
    loads = await world.store.find(AGENT_LOADS, equal={}, limit=50)
    assert statuses == {Status.RESOLVED: CONVERSATIONS_}
    assert [load.weight for load in loads.items] == [0] * len(loads.items)
    assert day.causes["least_loaded_with"] >= CONVERSATIONS_
    assert day.returned > 0
