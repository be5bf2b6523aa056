"""One tenure of the assigner: from the claim of its lease until that is lost or given up.

Whatever it writes carries the lease as a condition. A place at an agent is written down before the
command is published: whoever comes after a crash knows what may be on its way.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from router.assigner import asking
from router.assigner.attendance import Attendances
from router.assigner.cases import Case, case_of
from router.assigner.decisions import Decision, balanced, next_one, returns
from router.assigner.floor import Floor
from router.assigner.queues import helpers, queue_states
from router.assigner.snapshot import HELD, Reader
from router.assigner.wait import Handling
from router.policy import Policy
from shared.clock import Clock
from shared.collections import AGENT_LOADS, QUEUES, RESERVATIONS, SETTINGS
from shared.envelope import Envelope
from shared.errors import Conflict, Unavailable
from shared.events import CommandDone, ConversationChanged, MessageAdded, MessageChanged
from shared.leases import Leases
from shared.model.conversation import Conversation, Status
from shared.model.queueing import AgentLoad, QueueState
from shared.model.records import Lease, OutcomeStatus
from shared.policies.queueing import REBALANCE, queueing_of
from shared.ports.bus import Bus
from shared.ports.store import ABSENT, Change, Delete, Put, Store, Update

BATCH: Final = 50
"""So many places are kept with one commit."""
_TOLD_EVERY: Final = timedelta(seconds=2)
_LOOKED_EVERY: Final = timedelta(seconds=1)
_OF_CONVERSATIONS: Final = frozenset(
    {MessageAdded.kind, MessageChanged.kind, ConversationChanged.kind}
)
_ALL_BUT_RESOLVED: Final = (*HELD, Status.SNOOZED)


class Tenure:
    """Holds the floor and decides by it. All coroutines raise ``Unavailable``, and ``Conflict``
    when the lease is another's."""

    def __init__(self, bus: Bus, store: Store, clock: Clock, policy: Policy, lease: Lease) -> None:
        self._bus = bus
        self._store = store
        self._clock = clock
        self._policy = policy
        self._lease = lease
        self._reader = Reader(store)
        self._attendances = Attendances(bus, self._reader)
        self.floor = Floor(policy.book, clock.now())
        self.assigns = self.floor.queueing.assignment
        """Whether conversations find their agents by themselves; another tenure begins when that is
        changed."""
        self._settled: set[str] = set()
        """Conversations whose reservations are over and still written down."""
        self._swept: set[str] = set()
        """Blocked agents with whom nothing is left."""
        self._looked_at: datetime | None = None
        self._told_at: datetime | None = None
        self._told: dict[str, QueueState] = {}
        self._balanced_at = clock.now()
        self._wish: int | None = None
        self.people_changed = True
        """Agents are to be read anew."""

    @property
    def is_over(self) -> bool:
        """Admins have switched the assignment on or off."""
        return queueing_of(self._policy.book).assignment is not self.assigns

    def presence_changed(self) -> None:
        """An inbox has written that somebody came, left or chose."""
        self._attendances.changed = True

    async def begin(self) -> None:
        """Take the snapshot. Events from a position read before it may follow."""
        loads = await self._reader.loads()
        await self._read_people()
        if not self.assigns:
            return
        async for conversation in self._reader.waiting():
            self.floor.saw(conversation)
        for agent_id in (*self.floor.workers, *self.floor.blocked):
            async for conversation in self._reader.held_by(agent_id):
                self.floor.saw(conversation)
        for state in await self._reader.queues():
            known = Handling(state.average_s, state.handled)
            self.floor.handled[state.team_id, state.line] = known
            self._told[state.id] = state
        await self._resume()
        for agent_id in self.floor.workers:
            await self._set_right(agent_id, loads.get(agent_id))

    def heard(self, envelopes: Sequence[Envelope]) -> None:
        """Events of the log, in their order."""
        for envelope in envelopes:
            if envelope.kind in _OF_CONVERSATIONS:
                told = envelope.payload.get("conversation")
                if told is not None:
                    self.floor.saw(Conversation.model_validate(told))
            elif envelope.kind == CommandDone.kind:
                outcome = envelope.payload["outcome"]
                refused = outcome["status"] == OutcomeStatus.REFUSED
                id = self.floor.done(outcome["id"], refused=refused)
                if id is not None:
                    self._settled.add(id)

    async def step(self) -> None:
        """Decide all that there is to decide, and have it done."""
        floor = self.floor
        floor.now = self._clock.now()
        self._keep_up()
        if self.people_changed:
            await self._read_people()
        await self._attendances.look(floor)
        if self._is_time(self._looked_at, _LOOKED_EVERY):
            self._looked_at = floor.now
            self._settled.update(floor.give_up())
            floor.help_out(helpers(floor, queue_states(floor)))
            await self._ask(await self._from_blocked())
            await self._ask(returns(floor))
            await self._ask(await self._rebalanced())
        while await self._ask(await self._next_ones()):
            pass
        await self._tell_queues()

    async def _next_ones(self) -> Sequence[Decision]:
        """Reserve in memory as they are decided: the next one is decided by that."""
        found: list[Decision] = []
        if not self.assigns:
            return found
        while len(found) < BATCH:
            decision = await next_one(self.floor, self._last_agent_of)
            if decision is None or decision.agent_id is None:
                break
            found.append(decision)
            case = decision.case
            self.floor.waiting.discard(case.id)
            self.floor.loads.reserve(case.id, (decision.agent_id, case.weight))
        return found

    async def _ask(self, decisions: Sequence[Decision]) -> bool:
        """Write the places down, then publish the commands. False when there was nothing."""
        if not decisions:
            return False
        now = self.floor.now
        changes: list[Change] = []
        commands = []
        for decision in decisions:
            one, command = asking.asked(decision, now)
            self.floor.ask(one)
            commands.append(asking.publication_of(one.command_id, command, now))
            row = asking.reservation_of(one, command, self._lease.epoch)
            if row is not None:
                changes.append(Put(RESERVATIONS, row))
                self._settled.discard(row.id)
        await self._commit([Leases.fence(self._lease), *changes])
        await self._bus.publish(commands)
        return True

    async def _commit(self, changes: Sequence[Change]) -> None:
        """With what is over, under the lease."""
        over = list(self._settled)
        gone = [Delete(RESERVATIONS, id) for id in over]
        if not changes and not gone:
            return
        await self._store.commit([Leases.fence(self._lease), *changes, *gone])
        self._settled.difference_update(over)

    async def _resume(self) -> None:
        """What the assigner before has asked for: asked again under the same id, it is done
        once."""
        self._settled.update(await self._reader.reserved_ids())
        again = []
        for row in await self._reader.reservations():
            case = self.floor.waiting.get(row.id) or self.floor.held.get(row.id)
            if case is None or row.valid_until <= self.floor.now or case.held_by == row.agent_id:
                continue
            self.floor.ask(asking.resumed(row, case))
            self._settled.discard(row.id)
            command = asking.command_of(row)
            again.append(asking.publication_of(row.command_id, command, self.floor.now))
        await self._commit([])
        if again:
            await self._bus.publish(again)

    async def _set_right(self, agent_id: str, kept: AgentLoad | None) -> None:
        """Let the kept figure be what the agent holds, unless that has changed since we looked."""
        weight, conversations = self.floor.loads.held_by(agent_id)
        figures = {"weight": weight, "conversations": conversations}
        if kept is None and weight == 0:
            return
        if kept is not None and (kept.weight, kept.conversations) == (weight, conversations):
            return
        change: Change
        if kept is None:
            change = Put(AGENT_LOADS, AgentLoad(id=agent_id, **figures), expect=ABSENT)
        else:
            changed = {**figures, "version": kept.version + 1}
            change = Update(AGENT_LOADS, agent_id, changed, expect={"version": kept.version})
        try:
            await self._store.commit([Leases.fence(self._lease), change])
        except Conflict:
            return  # routers have written it meanwhile: they are right

    async def _from_blocked(self) -> Sequence[Decision]:
        """What is left with agents who were deactivated, as the store has it."""
        found: list[Decision] = []
        for agent_id in self.floor.blocked - self._swept:
            left = False
            async for conversation in self._reader.held_by(agent_id, _ALL_BUT_RESOLVED):
                left = True
                if conversation.id not in self.floor.asked and len(found) < BATCH:
                    case = case_of(conversation, self.floor.book)
                    found.append(Decision(case, None, "deactivated"))
            if not left:
                self._swept.add(agent_id)
        return found

    async def _rebalanced(self) -> Sequence[Decision]:
        if not self.assigns:
            return ()
        every_s = self.floor.queueing.rebalance_every_s
        wish = await self._store.get(SETTINGS, REBALANCE)
        version = wish.version if wish is not None else 0
        wished = self._wish is not None and version > self._wish
        self._wish = version
        is_time = every_s is not None and self._is_time(
            self._balanced_at, timedelta(seconds=every_s)
        )
        if not (wished or is_time):
            return ()
        self._balanced_at = self.floor.now
        return balanced(self.floor)

    async def _last_agent_of(self, case: Case) -> str | None:
        known = self.floor.last_agents.get(case.contact_id)
        return known or await self._reader.last_agent(case.contact_id)

    async def _tell_queues(self) -> None:
        """Write down how the queues stand, where that is another than what was told."""
        if not self.assigns or not self._is_time(self._told_at, _TOLD_EVERY):
            await self._commit([])
            return
        self._told_at = self.floor.now
        states = {state.id: state for state in queue_states(self.floor)}
        changed = [state for id, state in states.items() if not _is_same(state, self._told.get(id))]
        await self._commit([Put(QUEUES, state) for state in changed])
        self._told |= states
        if changed:
            await self._attendances.tell_changed(QUEUES.name, self.floor.now)

    def _keep_up(self) -> None:
        """Read what admins have decided meanwhile."""
        if self._policy.book is not self.floor.book:
            self.floor.read(self._policy.book)
            self.people_changed = True

    async def _read_people(self) -> None:
        self.people_changed = False
        try:
            agents = await self._reader.agents()
        except Unavailable:
            self.people_changed = True
            raise
        self.floor.hire(agents)
        self._swept &= self.floor.blocked

    def _is_time(self, last: datetime | None, every: timedelta) -> bool:
        # In the future: the clock was put back.
        return last is None or not timedelta(0) <= self.floor.now - last < every


def _is_same(state: QueueState, told: QueueState | None) -> bool:
    return told is not None and state.model_copy(update={"at": told.at}) == told
