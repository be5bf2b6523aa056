"""A working day on a clock that is moved: who writes, answers, comes and goes, and what is seen of
it. The routers, the assigner, the rules and the store are the real ones."""

import heapq
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any, Final

from router.timers import Timers
from shared.commands import Command, HandOff, Reply, Resolve, publication
from shared.eventlog import EventLog
from shared.events import PromiseSettled
from shared.ids import PARTITIONS, CommandId, Partition, new_id
from shared.model.content import Entry
from shared.model.conversation import Conversation, Status
from shared.model.deadlines import PromiseState
from shared.model.people import Actor, ActorKind, Agent
from shared.model.presence import PresenceState
from shared.ports.bus import Publication
from tests.router.office import Office, actor
from tests.router.routers import Routers
from tests.router.world import World, inbound, item_publication

TICK_S: Final = 15
"""Everything happens at a whole one."""
LEFT_AFTER_S: Final = 120
BOT: Final = Actor(kind=ActorKind.BOT, id="bot-menu", name="menu")


@dataclass
class Day:
    """What happens, in its order, and what is seen of it."""

    office: Office
    routers: Routers
    people: Mapping[str, Agent]
    random: Random
    seen: dict[str, Conversation] = field(default_factory=dict)
    open: dict[str, Conversation] = field(default_factory=dict)
    agenda: list[tuple[int, int, str, tuple[Any, ...]]] = field(default_factory=list)
    numbers: Any = field(default_factory=count)
    online: set[str] = field(default_factory=set)
    causes: Counter[str] = field(default_factory=Counter)
    settled: Counter[PromiseState] = field(default_factory=Counter)
    """Promises that the log told to be kept or broken."""
    handed: Counter[str] = field(default_factory=Counter)
    """Cases that bots gave to people: by themselves, and because they were silent."""
    story: list[tuple[float, str, Status, str | None, str]] = field(default_factory=list)
    """When what became of whose case: second, thread, status, assignee and why it was theirs."""
    gone_at_s: dict[str, float] = field(default_factory=dict)
    returned: int = 0
    """How many came back to the queue."""
    bot_lives: bool = True
    now_s: float = 0.0
    _given: list[Publication] = field(default_factory=list)

    @property
    def world(self) -> World:
        return self.office.world

    def plan(self, at_s: float, what: str, *about: Any) -> None:
        """Let it happen at the first tick from then on."""
        tick = max(int(-(-at_s // TICK_S)), int(self.now_s // TICK_S) + 1)
        heapq.heappush(self.agenda, (tick, next(self.numbers), what, about))

    async def pass_by(self) -> None:
        """The whole day, and what of it is left in the evening."""
        while self.agenda:
            tick = self.agenda[0][0]
            await self._until(tick * TICK_S)
            while self.agenda and self.agenda[0][0] <= tick:
                _, _, what, about = heapq.heappop(self.agenda)
                await getattr(self, what)(*about)
            await self._handle()
            await self.decide()
            self.check()

    async def _until(self, at_s: float) -> None:
        await self.office.clock.advance(at_s - self.now_s)
        self.now_s = at_s
        await Timers(self.world.bus, self.world.store, self.office.clock).fire()
        await self.routers.settle()

    async def _handle(self) -> None:
        given, self._given = self._given, []
        await self.world.bus.publish(given)
        await self.routers.settle()

    async def decide(self) -> None:
        """Let the assigner do what there is to do, and the partitions what it asks for."""
        await self.office.clock.advance(1.1)
        self.now_s += 1.1
        for _ in range(20):
            await self.hear()
            await self.office.tenure.step()
            if not self.office.tenure.floor.asked:
                return
            await self.routers.settle()
        raise AssertionError("what was decided is never done")

    async def hear(self) -> None:
        log = EventLog(self.world.store, self.world.bus)
        positions = self.office.positions
        for number in range(PARTITIONS):
            partition = Partition(number)
            while positions.get(partition, 0) < self.routers.seq(partition):
                events = await log.between(partition, positions.get(partition, 0))
                if not events:
                    break
                self.office.tenure.heard(events)
                positions[partition] = events[-1].seq or 0
                for event in events:
                    self._told(event.kind, event.payload)

    def _told(self, kind: str, payload: Mapping[str, Any]) -> None:
        if kind == PromiseSettled.kind:
            self.settled[PromiseState(payload["promise"]["state"])] += 1
        system = (payload.get("message") or {}).get("system")
        if system is not None and system["name"] == "handed_off":
            self.handed[system["details"].get("why", "itself")] += 1
        if payload.get("conversation") is not None:
            self.observe(Conversation.model_validate(payload["conversation"]))

    def observe(self, now: Conversation) -> None:
        """Something happened to a conversation: whoever got it answers and finishes."""
        before = self.seen.get(now.id)
        if before is not None and before.version > now.version:
            return
        self.seen[now.id] = now
        cause = str(now.assignment.cause)
        self.story.append((self.now_s, now.thread, now.status, now.assignee_id, cause))
        if now.status is Status.RESOLVED:
            self.open.pop(now.id, None)
        else:
            self.open[now.id] = now
        if now.bot_id is not None and before is None:
            self.plan(self.now_s + 5, "bot_answers", now.id)
        was = before.assignee_id if before is not None else None
        self.returned += was is not None and now.assignee_id is None
        if now.assignee_id is None or now.assignee_id == was:
            return
        self.causes[cause] += 1
        self.check_fits(now, self.people[now.assignee_id])
        reply_s = self.random.uniform(20, 150)
        self.plan(self.now_s + reply_s, "reply", now.id, now.assignee_id)
        resolve_s = reply_s + self.random.uniform(120, 900)
        self.plan(self.now_s + resolve_s, "resolve", now.id, now.assignee_id)

    def check(self) -> None:
        """Nobody is over capacity, and nobody waits whom somebody could serve."""
        held: Counter[str] = Counter()
        for one in self.open.values():
            if one.assignee_id is not None and one.status in (Status.OPEN, Status.PENDING):
                held[one.assignee_id] += one.assignment.weight
        for id, load in held.items():
            assert load <= (self.people[id].duties.capacity or 0), f"{id} holds {load}"
        free = [
            person
            for id, person in self.people.items()
            if id in self.online and held[id] < (person.duties.capacity or 0)
        ]
        for one in self.open.values():
            if one.bot_id is not None:
                continue
            if one.assignee_id is None:
                idle = [person.id for person in free if self.fits(one, person)]
                assert not idle, f"{one.thread} waits while {idle} are free"
            elif one.waiting_since is not None:
                gone_s = self.now_s - self.gone_at_s.get(one.assignee_id, self.now_s)
                assert gone_s < LEFT_AFTER_S + 2 * TICK_S, f"{one.thread} is left by its agent"

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

    async def arrive(self, chat: str, text: str, ref: str) -> None:
        """A customer comes by a link and writes."""
        now = self.office.clock.now()
        entry = Entry(kind="deep_link", ref=ref)
        item = inbound(
            chat, key=f"{chat}-1", text=text, entry=entry, occurred_at=now, received_at=now
        )
        self._given.append(item_publication(item))

    async def reply(self, id: str, by: str) -> None:
        """The agent answers, if they still have it and are there."""
        one = self.seen[id]
        if one.assignee_id == by and one.status is Status.OPEN and by in self.online:
            self.give(Reply(conversation_id=one.id, actor=actor(by), text="hello"))

    async def resolve(self, id: str, by: str) -> None:
        """The agent is done with it; who has left does so when they are back."""
        one = self.seen[id]
        if one.assignee_id != by or one.status is not Status.OPEN:
            return
        if by in self.online:
            self.give(Resolve(conversation_id=one.id, actor=actor(by)))
        else:
            self.plan(self.now_s + 300, "resolve", id, by)

    async def bot_answers(self, id: str) -> None:
        """The bot asks for the order's number and gives the case to people, if it lives."""
        one = self.seen[id]
        if self.bot_lives and one.bot_id == BOT.id:
            about: dict[str, Any] = {"conversation_id": one.id, "actor": BOT}
            self.give(HandOff(reason="a person is needed", collected={"order": "7"}, **about))

    async def bot_dies(self) -> None:
        self.bot_lives = False

    async def bot_is_back(self) -> None:
        """It goes on with new cases; those it was silent in are with people."""
        self.bot_lives = True

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

    async def router_dies(self, partition: int) -> None:
        """Another router has the partition and remembers nothing."""
        await self.routers.change_hands(Partition(partition))

    def give(self, command: Command) -> None:
        """Ask for it at the end of this tick."""
        id, at = CommandId(new_id("x")), self.office.clock.now()
        self._given.append(publication(command, id, at=at, source="inbox", trace_id="t"))
