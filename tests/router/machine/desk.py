"""A hub on either store whose routers are driven item by item, and everything that it holds."""

import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from router.timers import Timers
from shared.clock import ManualClock
from shared.collections import (
    AGENT_LOADS,
    ALL_COLLECTIONS,
    CONVERSATIONS,
    COUNTERS,
    EVENT_LOG,
    IDENTITIES,
    MESSAGES,
    OUTCOMES,
    PARTS,
    TASKS,
    THREADS,
    TIMERS,
    thread_id,
)
from shared.commands import Command, publication
from shared.envelope import Envelope
from shared.ids import CommandId, ExternalId, MessageId, Partition, new_id, part_id, slot_for
from shared.ids import partition_of_slot as at_partition
from shared.model.conversation import Conversation, Thread
from shared.model.delivery import Delivery, Failure, FailureKind, Part
from shared.model.inbound import Inbound, Receipt
from shared.model.message import Direction, Message
from shared.model.people import Identity
from shared.model.queueing import AgentLoad
from shared.model.records import Outcome, Timer
from shared.model.task import Task
from shared.ports.bus import Publication
from shared.ports.store import Delete, Range, Store, Update
from shared.topology import DEAD_QUEUE
from tests.router.routers import Routers
from tests.router.world import (
    CHANNEL,
    START,
    World,
    add_channel,
    capabilities,
    item_publication,
    receipt_publication,
)
from tests.support.document_stores import IMPLEMENTATIONS
from tests.support.stores import open_embedded

HOMES = (Partition(1), Partition(3))
"""The partitions in which the threads stand."""
_MANY = 500


@dataclass(frozen=True)
class Held:
    """All that the hub holds of an example, at one moment."""

    now: object
    conversations: Mapping[str, Conversation]
    messages: Mapping[str, Sequence[Message]]
    parts: Mapping[str, Part]
    timers: Mapping[str, Timer]
    loads: Mapping[str, AgentLoad]
    counters: Mapping[str, int]
    threads: Mapping[str, Thread]
    identities: Mapping[str, Identity]
    tasks: Mapping[str, Task]
    resent: frozenset[str]
    """Messages that were taken back and sent after all."""


@dataclass
class Told:
    """What the log told of one conversation, in order."""

    conversations: list[Conversation] = field(default_factory=list)


class Desk:
    """The partitions of an example's threads, each held by a router that remembers."""

    def __init__(self, world: World, routers: Routers) -> None:
        self.world = world
        self._routers = routers
        self._numbers = itertools.count(1)
        self._seen: dict[Partition, int] = {}
        self._counted: dict[str, int] = {}
        self.chats: Sequence[str] = ()
        self.agents: Sequence[str] = ()
        self.told: dict[str, Told] = {}
        self._parts: set[str] = set()
        self.resent: set[str] = set()
        self._example = 0

    async def begin(self, homes: Sequence[Partition], agents: Sequence[str]) -> None:
        """New threads, one in each of these partitions, and nothing known of them."""
        self._example += 1
        self.chats = [self._chat(place, home) for place, home in enumerate(homes)]
        self.agents = [f"{name}{self._example}" for name in agents]
        self.told, self._parts, self.resent = {}, set(), set()
        timers = await self.world.store.find(TIMERS, equal={}, order="due_at", limit=_MANY)
        if timers.items:
            await self.world.store.commit([Delete(TIMERS, one.id) for one in timers.items])
        for home in HOMES:
            await self.change_hands(home)
            self._seen[home] = self._routers.seq(home)
        self._counted = dict(await self._counters())

    def _chat(self, place: int, home: Partition) -> str:
        names = (f"e{self._example}-{place}-{number}" for number in itertools.count())
        return next(name for name in names if at_partition(slot_for(CHANNEL, name)) == home)

    async def change_hands(self, home: Partition) -> None:
        """Another router holds the partition from now on, and remembers nothing."""
        await self._routers.change_hands(home)

    async def tell(self, *items: Inbound) -> list[Publication]:
        """Inbound events, in one batch of their partition."""
        publications = [item_publication(item) for item in items]
        await self.handle(publications)
        return publications

    async def ask(self, command: Command) -> tuple[Outcome, Publication]:
        """A command and its outcome."""
        id = CommandId(f"x{self._example}-{next(self._numbers)}")
        at = self.world.clock.now()
        made = publication(command, id, at=at, source="inbox", trace_id="t")
        await self.handle([made])
        outcome = await self.world.store.get(OUTCOMES, id)
        assert outcome is not None, f"no outcome of {command.kind}"
        return outcome, made

    async def handle(self, publications: Sequence[Publication]) -> None:
        """Publish, and let the routers handle what waits until nothing does."""
        await self.world.bus.publish(publications)
        await self._routers.settle()

    async def pass_time(self, seconds: float) -> None:
        """Let the time pass, and what is due then happen, and what follows from that."""
        await self.world.clock.advance(seconds)
        for _ in range(30):
            await Timers(self.world.bus, self.world.store, self.world.clock).fire()
            await self.handle([])
            due = await self.world.store.find(
                TIMERS,
                equal={},
                range=Range("due_at", le=self.world.clock.now()),
                order="due_at",
                limit=5,
            )
            if not due.items:
                return
        raise AssertionError(f"timers never end: {[one.id for one in due.items]}")

    async def send(self, part: Part, state: Delivery) -> None:
        """As a dispatcher does with a part that is due: write the row, tell the router."""
        failure = Failure(kind=FailureKind.REJECTED, reason="no")
        failed = failure if state is Delivery.FAILED else None
        ids = (ExternalId(f"o{part.id}"),) if state is Delivery.SENT else ()
        now = self.world.clock.now()
        values = {"state": state, "open": False, "external_ids": ids, "failure": failed}
        await self.world.store.commit([Update(PARTS, part.id, {**values, "changed_at": now})])
        receipt = Receipt(
            channel_id=part.channel_id,
            thread=part.thread,
            state=state,
            part_id=part.id,
            message_id=part.message_id,
            index=0,
            total=1,
            external_ids=ids,
            failure=failed,
            at=now,
        )
        home = at_partition(slot_for(CHANNEL, part.thread))
        await self.handle([receipt_publication(receipt, partition=home, id=new_id("r"))])

    async def dead(self) -> int:
        """How many items were put aside."""
        return (await self.world.bus.depth(DEAD_QUEUE)).items

    async def look(self) -> Held:
        """Everything, and note what was told since the last look."""
        await self._hear()
        store = self.world.store
        conversations = await store.get_many(CONVERSATIONS, list(self.told))
        messages = {}
        for id in conversations:
            page = await store.find(
                MESSAGES, equal={"conversation_id": id}, order="seq", limit=_MANY
            )
            messages[id] = page.items
            self._parts |= {
                part_id(MessageId(one.id), 0)
                for one in page.items
                if one.direction is not Direction.INBOUND
            }
        timers = await store.find(TIMERS, equal={}, order="due_at", limit=_MANY)
        now = await self._counters()
        moved = {key: value - self._counted.get(key, 0) for key, value in now.items()}
        rows = await store.get_many(THREADS, [thread_id(CHANNEL, chat) for chat in self.chats])
        owners = [one.identity_id for one in conversations.values()]
        tasks = [one.task_id for c in conversations.values() for one in c.escalation.hops]
        return Held(
            now=self.world.clock.now(),
            conversations=conversations,
            messages=messages,
            parts=await store.get_many(PARTS, sorted(self._parts)) if self._parts else {},
            timers={one.id: one for one in timers.items},
            loads=await store.get_many(AGENT_LOADS, self.agents),
            counters={key: value for key, value in moved.items() if value},
            threads={row.thread: row for row in rows.values()},
            identities=await store.get_many(IDENTITIES, owners) if owners else {},
            tasks=await store.get_many(TASKS, tasks) if tasks else {},
            resent=frozenset(self.resent),
        )

    async def _hear(self) -> None:
        for home in HOMES:
            page = await self.world.store.find(
                EVENT_LOG,
                equal={"partition": home},
                range=Range("seq", gt=self._seen[home]),
                order="seq",
                limit=_MANY,
            )
            for entry in page.items:
                self._seen[home] = entry.seq
                about = Envelope.from_text(entry.envelope).payload.get("conversation")
                if about is not None:
                    one = Conversation.model_validate(about)
                    self.told.setdefault(one.id, Told()).conversations.append(one)

    async def _counters(self) -> Mapping[str, int]:
        sums: dict[str, int] = {}
        cursor = None
        while True:
            page = await self.world.store.find(COUNTERS, equal={}, cursor=cursor, limit=_MANY)
            for row in page.items:
                sums[row.key] = sums.get(row.key, 0) + row.value
            cursor = page.next
            if cursor is None:
                return sums


@asynccontextmanager
async def open_desk(name: str, folder: Path) -> AsyncIterator[Desk]:
    """A hub on this kind of store; the bus is the embedded one."""
    clock = ManualClock(START)
    async with AsyncExitStack() as stack:
        embedded = await stack.enter_async_context(open_embedded(folder, clock=clock))
        store: Store = embedded.store
        if name != "sqlite":
            opening = IMPLEMENTATIONS[name].open(folder, ALL_COLLECTIONS)
            store = await stack.enter_async_context(opening)
        await add_channel(store, capabilities())
        world = World(embedded.bus, store, clock, embedded)
        routers = Routers(world, HOMES, stack)
        await routers.begin()
        yield Desk(world, routers)
