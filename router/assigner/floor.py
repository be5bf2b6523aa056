"""The floor: who is there, what they hold, and what waits. Kept in memory, no I/O.

It is made from a snapshot and kept up to date by events; everything that is decided is decided by
it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from router.assigner.cases import Case, Need, case_of, need_of
from router.assigner.load import Loads
from router.assigner.matching import NOBODY_HELPS, Helpers, Worker, match, worker_of
from router.assigner.wait import Handling
from router.assigner.waiting import WaitingList
from router.loads import held
from shared.ids import AgentId
from shared.model.conversation import Conversation, Status
from shared.model.people import Agent, Role
from shared.model.presence import Attendance, Presence, PresenceState, Standing, standing
from shared.model.queueing import Queueing
from shared.policies.book import Book
from shared.policies.queueing import queueing_of, weight_of

_CONTACTS: Final = 20_000
"""Of so many contacts it is remembered who served them last."""
_PAUSE_S: Final = 5
_LONGEST_PAUSE_S: Final = 60
_REFUSALS: Final = 3
"""So often in a row a refused conversation is asked for again at once."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A command that is under way to a conversation's partition."""

    case: Case
    command_id: str
    agent_id: str | None
    """Whose place is kept meanwhile; None: it goes back to the queue."""
    until: datetime
    """Nobody waits for its outcome any longer then."""


@dataclass(slots=True)
class Floor:
    """One per tenure of the assigner."""

    book: Book
    now: datetime
    workers: dict[str, Worker] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    """Agents who were deactivated."""
    waiting: WaitingList = field(default_factory=WaitingList)
    loads: Loads = field(default_factory=Loads)
    held: dict[str, Case] = field(default_factory=dict)
    asked: dict[str, Asked] = field(default_factory=dict)
    """By conversation."""
    standings: dict[str, Standing] = field(default_factory=dict)
    gone_since: dict[str, datetime] = field(default_factory=dict)
    """Of those who are not online, since when; not before this tenure."""
    handled: dict[tuple[str | None, str | None], Handling] = field(default_factory=dict)
    helpers: Helpers = NOBODY_HELPS
    last_agents: dict[str, str] = field(default_factory=dict)
    """By contact."""
    turns: dict[str, int] = field(default_factory=dict)
    pauses: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    """By conversation, how often a partition was silent, and until when it is left alone."""
    _turn: int = 0
    _matches: dict[Need, dict[str, float]] = field(default_factory=dict)
    _by_command: dict[str, str] = field(default_factory=dict)

    @property
    def queueing(self) -> Queueing:
        """How the hub assigns."""
        return queueing_of(self.book)

    def read(self, book: Book) -> None:
        """Admins have decided otherwise. Who works here is to be told anew after that."""
        self.book = book
        for case in self.waiting.all():
            weight = weight_of(self.queueing, case.need.channel_type)
            self.waiting.add(replace(self._needing(case), weight=weight))
        self.held = {id: self._needing(case) for id, case in self.held.items()}
        self._matches.clear()

    def _needing(self, case: Case) -> Case:
        return replace(case, need=need_of(case.seen, case.need.channel_type, self.book))

    def saw(self, conversation: Conversation) -> None:
        """A conversation stands like this now; what is older than what is known is ignored."""
        known = self.held.get(conversation.id) or self.waiting.get(conversation.id)
        if known is not None and known.version > conversation.version:
            return
        case = case_of(conversation, self.book)
        before = self.held.pop(conversation.id, None)
        self.waiting.discard(conversation.id)
        self.loads.hold(case.id, held(conversation))
        if case.held_by is not None:
            self.held[case.id] = case
            self._remember(case.contact_id, case.held_by)
        asked = self.asked.get(case.id)
        if asked is not None:
            self.asked[case.id] = replace(asked, case=case)
        elif case.waits:
            self.waiting.add(case)
        if not case.waits and case.held_by is None:
            self.pauses.pop(case.id, None)
        if before is not None and conversation.status is Status.RESOLVED:
            self._took(before, conversation)

    def done(self, command_id: str, *, refused: bool = False) -> str | None:
        """A command has its outcome; the conversation, where it was one of ours. One that is
        refused again and again is left alone for a while: asking alone changes nothing."""
        id = self._by_command.pop(command_id, None)
        if id is not None:
            if refused:
                self._pause(id, at_once=_REFUSALS)
            else:
                self.pauses.pop(id, None)
            self._free(id)
        return id

    def ask(self, asked: Asked) -> None:
        """A command is on its way: its place is kept, and the case does not wait meanwhile."""
        self.waiting.discard(asked.case.id)
        self.asked[asked.case.id] = asked
        self._by_command[asked.command_id] = asked.case.id
        if asked.agent_id is not None:
            self.loads.reserve(asked.case.id, (asked.agent_id, asked.case.weight))
            self._turn += 1
            self.turns[asked.agent_id] = self._turn

    def give_up(self) -> Sequence[str]:
        """Free the places of commands whose partitions are silent; their conversations, which are
        left alone for longer each time."""
        over = [id for id, asked in self.asked.items() if asked.until <= self.now]
        for id in over:
            self._pause(id)
            self._by_command.pop(self.asked[id].command_id, None)
            self._free(id)
        return over

    def _pause(self, id: str, *, at_once: int = 0) -> None:
        """Longer each time; the first ``at_once`` times not at all."""
        times = self.pauses.get(id, (0, self.now))[0] + 1
        more = times - at_once
        pause_s = min(_LONGEST_PAUSE_S, _PAUSE_S * 2**more) if more > 0 else 0
        self.pauses[id] = (times, self.now + timedelta(seconds=pause_s))

    def _free(self, id: str) -> None:
        asked = self.asked.pop(id)
        self.loads.reserve(id, None)
        if asked.case.waits:
            self.waiting.add(asked.case)

    def _took(self, before: Case, after: Conversation) -> None:
        if before.assigned_at is None or after.resolved_at is None:
            return
        took_s = max(0.0, (after.resolved_at - before.assigned_at).total_seconds())
        # Whoever had three at once gave each of them a third of the time.
        beside = self.loads.held_by(before.held_by)[1] if before.held_by is not None else 0
        took_s /= 1 + beside
        handling = self.handled.get(before.queue, Handling())
        self.handled[before.queue] = handling.after(took_s)

    def _remember(self, contact_id: str, agent_id: str) -> None:
        self.last_agents.pop(contact_id, None)
        self.last_agents[contact_id] = agent_id
        if len(self.last_agents) > _CONTACTS:
            del self.last_agents[next(iter(self.last_agents))]

    def hire(self, agents: Iterable[Agent]) -> None:
        """These are all agents."""
        people = [agent for agent in agents if agent.role is not Role.BOT]
        self.workers = {one.id: worker_of(one, self.queueing) for one in people if one.active}
        self.blocked = {one.id for one in people if not one.active}
        self._matches.clear()

    def attend(
        self, chosen: Mapping[str, Presence], rows: Mapping[str, Sequence[Attendance]]
    ) -> Sequence[Standing]:
        """Who is there now; those whose presence is another than before."""
        changed = []
        for id in self.workers:
            now = standing(
                AgentId(id), chosen.get(id), rows.get(id, ()), self.now, self.queueing.idle_after_s
            )
            before = self.standings.get(id)
            self.standings[id] = now
            if now.state is PresenceState.ONLINE:
                self.gone_since.pop(id, None)
            else:
                self.gone_since.setdefault(id, self.now)
            if before != now:
                changed.append(now)
        return changed

    def is_online(self, agent_id: str) -> bool:
        """Whether they get conversations."""
        found = self.standings.get(agent_id)
        return found is not None and found.state is PresenceState.ONLINE

    def free(self) -> dict[str, int]:
        """Who is online and how much room they have, where they have any."""
        rooms = {
            id: worker.capacity - self.loads.of(id)
            for id, worker in self.workers.items()
            if self.is_online(id)
        }
        return {id: room for id, room in rooms.items() if room > 0}

    def matches(self, need: Need) -> Mapping[str, float]:
        """Everybody who may have what is asked for, with their share in such work."""
        found = self._matches.get(need)
        if found is None:
            every = ((id, match(worker, need, self.helpers)) for id, worker in self.workers.items())
            found = self._matches[need] = {id: share for id, share in every if share > 0}
        return found

    def help_out(self, helpers: Helpers) -> None:
        """These teams and lines help those out from now on."""
        if helpers != self.helpers:
            self.helpers = helpers
            self._matches.clear()
