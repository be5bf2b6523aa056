"""An assigner in a test: agents who come and go, and a tenure that is driven step by step."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from router.assigner.tenure import Tenure
from shared.clock import ManualClock
from shared.collections import (
    AGENT_LOADS,
    AGENTS,
    ATTENDANCE,
    CONVERSATIONS,
    LINES,
    PRESENCE,
    QUEUEING,
    SKILLS,
    TEAMS,
)
from shared.commands import Assign, Resolve
from shared.eventlog import EventLog
from shared.ids import PARTITIONS, AgentId, Partition, new_id
from shared.leases import Leases
from shared.model.conversation import Conversation, Status
from shared.model.line import Line
from shared.model.people import Actor, ActorKind, Agent, Role
from shared.model.presence import Attendance, Presence, PresenceState
from shared.model.queueing import Duties, Queueing
from shared.model.records import Lease, Outcome
from shared.model.skill import Skill
from shared.model.team import Team
from shared.ports.bus import Bus
from shared.ports.store import Put, Store, Update
from tests.router.world import START, World, inbound

MANY = 500


def kept(kind: Any, id: str, **fields: Any) -> Any:
    """A policy document of this kind."""
    values = {"id": id, "name": id, "created_at": START, "updated_at": START}
    return kind(**(values | fields))


def queueing(**fields: Any) -> Queueing:
    """The hub assigns, unless the fields say otherwise."""
    made: Queueing = kept(Queueing, "queueing", **({"assignment": True} | fields))
    return made


def skill(key: str) -> Skill:
    """A skill with this key."""
    made: Skill = kept(Skill, f"sk-{key}", key=key)
    return made


def agent(id: str, role: Role = Role.AGENT, **fields: Any) -> Agent:
    """An agent; what is no field of theirs is one of their duties."""
    own = {name: fields.pop(name) for name in ("team_ids", "active", "notify") if name in fields}
    return Agent(
        id=id,
        email=f"{id}@example.org",
        name=id.capitalize(),
        role=role,
        duties=Duties(**fields),
        created_at=START,
        **own,
    )


def actor(agent_id: str) -> Actor:
    """The agent as who commands."""
    return Actor(kind=ActorKind.AGENT, id=agent_id, name=agent_id.capitalize())


@dataclass
class Office:
    """Agents, and an assigner that works when it is told to."""

    world: World
    tenure: Tenure
    positions: dict[Partition, int] = field(default_factory=dict)

    @property
    def clock(self) -> ManualClock:
        """Moved by tests."""
        return self.world.clock

    async def come(self, *agent_ids: str, for_s: float = 100_000) -> None:
        """They are there, and have just done something."""
        now = self.clock.now()
        rows = [
            Attendance(
                id=f"{id}/inbox-1",
                agent_id=AgentId(id),
                process="inbox-1",
                connections=1,
                active_at=now,
                until=now + timedelta(seconds=for_s),
            )
            for id in agent_ids
        ]
        await self.world.store.commit([Put(ATTENDANCE, row) for row in rows])
        self.tenure.presence_changed()

    async def leave(self, agent_id: str) -> None:
        """The agent is gone."""
        await self.world.store.commit(
            [Update(ATTENDANCE, f"{agent_id}/inbox-1", {"until": self.clock.now()})]
        )
        self.tenure.presence_changed()

    async def choose(self, agent_id: str, state: PresenceState) -> None:
        """The agent chooses a presence."""
        chosen = Presence(id=agent_id, state=state, changed_at=self.clock.now())
        await self.world.store.commit([Put(PRESENCE, chosen)])
        self.tenure.presence_changed()

    async def block(self, agent_id: str) -> None:
        """An admin deactivates the agent."""
        await self.world.store.commit([Update(AGENTS, agent_id, {"active": False})])
        self.tenure.people_changed = True

    async def hear(self) -> None:
        """Pass the events that the log has by now on to the tenure."""
        log = EventLog(self.world.store, self.world.bus)
        for number in range(PARTITIONS):
            partition = Partition(number)
            while events := await log.between(partition, self.positions.get(partition, 0)):
                self.tenure.heard(events)
                self.positions[partition] = events[-1].seq or 0

    async def work(self, after_s: float = 1.1) -> None:
        """Let time go by and everything be decided that there is to decide."""
        await self.clock.advance(after_s)
        await self.world.settle()
        for _ in range(20):
            await self.hear()
            await self.tenure.step()
            if not self.tenure.floor.asked:
                return
            await self.world.settle()

    async def arrive(self, *chats: str, **fields: Any) -> None:
        """Customers write."""
        await self.world.tell(*(inbound(chat, **fields) for chat in chats))

    async def stamp(self, chat: str, **fields: Any) -> None:
        """Let the conversation ask for this, as routing by rules would."""
        conversation = await self.world.conversation(chat)
        version = conversation.version + 1
        update = Update(CONVERSATIONS, conversation.id, {**fields, "version": version})
        await self.world.store.commit([update])

    async def take(self, chat: str, who: str, **fields: Any) -> Outcome:
        """The agent takes it."""
        conversation = await self.world.conversation(chat)
        values: dict[str, Any] = {"agent_id": AgentId(who), "actor": actor(who)}
        command = Assign(conversation_id=conversation.id, **(values | fields))
        return await self.world.ask(command)

    async def resolve(self, chat: str, by: str = "anna") -> Outcome:
        """The case is done."""
        conversation = await self.world.conversation(chat)
        return await self.world.ask(Resolve(conversation_id=conversation.id, actor=actor(by)))

    async def holder(self, chat: str) -> str | None:
        """Who holds it."""
        return (await self.world.conversation(chat)).assignee_id

    async def held(self) -> Mapping[str, int]:
        """How many open conversations each agent holds, as the store has it."""
        found: dict[str, int] = {}
        for one in await self.conversations():
            if one.assignee_id is not None and one.status in (Status.OPEN, Status.PENDING):
                found[one.assignee_id] = found.get(one.assignee_id, 0) + one.assignment.weight
        return found

    async def conversations(self) -> list[Conversation]:
        """Every conversation of the channel."""
        found: list[Conversation] = []
        for status in Status:
            page = await self.world.store.find(
                CONVERSATIONS,
                equal={"status": status.value},
                order="last_activity_at",
                limit=MANY,
            )
            found.extend(page.items)
        return found

    async def loads(self) -> Mapping[str, int]:
        """The kept figures that are not zero."""
        page = await self.world.store.find(AGENT_LOADS, equal={}, limit=MANY)
        return {load.id: load.weight for load in page.items if load.weight}

    async def why(self, chat: str) -> list[str | None]:
        """The causes of its assignments, as the conversation's lines say them."""
        lines = [m.system for m in await self.world.messages(chat) if m.system is not None]
        return [one.details.get("cause") for one in lines if "assigned" in one.name]

    async def succeed(self, *, bus: Bus | None = None, store: Store | None = None) -> None:
        """The assigner is another from now on, as after a crash."""
        self.tenure, self.positions = await begin(self.world, bus=bus, store=store)


async def open_office(world: World, *agents: Agent, **fields: Any) -> Office:
    """An office with lines L1 to L3, the team ``shop``, some skills and these agents."""
    world.decree(QUEUEING, queueing(**fields))
    world.decree(LINES, *(kept(Line, f"L{n}", position=n) for n in (1, 2, 3)))
    world.decree(TEAMS, kept(Team, "shop"), kept(Team, "helpers"))
    world.decree(SKILLS, skill("refunds"), skill("repairs"))
    await world.store.commit([Put(AGENTS, one) for one in agents])
    tenure, positions = await begin(world)
    return Office(world, tenure, positions)


async def begin(
    world: World, *, bus: Bus | None = None, store: Store | None = None
) -> tuple[Tenure, dict[Partition, int]]:
    """A tenure that has just begun, and from where it follows the events."""
    lease = await claim(world)
    used_bus, used_store = bus or world.bus, store or world.store
    tenure = Tenure(used_bus, used_store, world.clock, world.policy, lease)
    positions = await EventLog(world.store, world.bus).heads()
    await tenure.begin()
    return tenure, positions


async def claim(world: World) -> Lease:
    """The assigner's lease, whoever held it before."""
    lease = await Leases(world.store, world.clock, new_id("n"), exclusive=True).claim("assigner")
    assert lease is not None
    return lease
