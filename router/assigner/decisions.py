"""What the assigner decides by the floor: who gets what waits, what goes back, what moves."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from typing import Final

from router.assigner.cases import Case, Key
from router.assigner.floor import Floor
from router.assigner.ranking import Candidate, Choice, choose
from router.assigner.rebalance import moves
from shared.model.presence import PresenceState

_RETURNS: Final = 100
"""So many go back at once at most; the others a moment later."""

LastAgentOf = Callable[[Case], Awaitable[str | None]]
"""Who last served the contact of a case. Raises ``Unavailable``."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A conversation, who gets it (None: the queue), and why."""

    case: Case
    agent_id: str | None
    cause: str
    values: Mapping[str, str] = field(default_factory=dict)
    passed: bool = False
    """Whoever held it is not to get it again at once."""

    @property
    def only_unanswered(self) -> bool:
        """It stands only while the customer waits: whoever answered keeps it. Of somebody who was
        deactivated everything goes."""
        return self.case.held_by is not None and self.cause != "deactivated"


async def next_one(floor: Floor, last_agent_of: LastAgentOf) -> Decision | None:
    """The first of those who wait for whom there is somebody: by priority, deadline, age."""
    free = floor.free() if floor.queueing.assignment and len(floor.waiting) else {}
    if not free:
        return None
    heads: list[tuple[Key, int, Case, Iterator[Case]]] = []
    for number, need in enumerate(floor.waiting.needs()):
        if not free.keys().isdisjoint(floor.matches(need)):
            line = floor.waiting.of(need)
            first = next(line)
            heads.append((first.key, number, first, line))
    heapify(heads)
    while heads:
        _, number, case, line = heappop(heads)
        candidates = candidates_for(floor, case, free)
        if candidates:
            choice = await _choose(floor, case, candidates, last_agent_of)
            return Decision(case, choice.worker.id, choice.cause, choice.values)
        # Who asks for the same behind it has a chance only where it is kept by something of its
        # own.
        behind = next(line, None) if _is_held_up(floor, case) else None
        if behind is not None:
            heappush(heads, (behind.key, number, behind, line))
    return None


def candidates_for(floor: Floor, case: Case, free: Mapping[str, int]) -> Sequence[Candidate]:
    """Everybody who may have it and has room."""
    if _is_paused(floor, case):
        return ()
    avoided = _avoided(floor, case)
    return [
        Candidate(floor.workers[id], share, floor.loads.of(id), floor.turns.get(id, 0))
        for id, share in floor.matches(case.need).items()
        if free.get(id, 0) >= case.weight and id not in avoided
    ]


async def _choose(
    floor: Floor, case: Case, candidates: Sequence[Candidate], last_agent_of: LastAgentOf
) -> Choice:
    last = None
    if floor.queueing.sticky and len(candidates) > 1:
        last = case.last_agent_id or await last_agent_of(case)
    if len(candidates) == 1 and candidates[0].worker.id == case.last_agent_id:
        last = case.last_agent_id
    return choose(candidates, last, case.need.words())


def _is_held_up(floor: Floor, case: Case) -> bool:
    """Whether something of its own keeps it, rather than that nobody is free."""
    return _is_paused(floor, case) or bool(_avoided(floor, case))


def _is_paused(floor: Floor, case: Case) -> bool:
    pause = floor.pauses.get(case.id)
    return pause is not None and floor.now < pause[1]


def _avoided(floor: Floor, case: Case) -> Sequence[str]:
    if not case.passed_by or case.returned_at is None:
        return ()
    until = case.returned_at + timedelta(seconds=floor.queueing.passed_for_s)
    return case.passed_by if floor.now < until else ()


def returns(floor: Floor) -> Sequence[Decision]:
    """What goes back to the queue: of agents who were deactivated everything, and what customers
    wait for with agents who left or do not answer."""
    found: list[Decision] = []
    free: Mapping[str, int] | None = None
    for case in floor.held.values():
        if len(found) >= _RETURNS:
            break
        holder = case.held_by
        if holder is None or case.id in floor.asked or _is_paused(floor, case):
            continue
        if holder in floor.blocked:
            found.append(Decision(case, None, "deactivated"))
        elif not floor.queueing.assignment or holder not in floor.workers:
            continue
        elif case.waiting_since is not None:
            if _has_left(floor, holder):
                found.append(_back(floor, case, "left"))
            elif _is_silent(floor, case):
                free = floor.free() if free is None else free
                if any(one.worker.id != holder for one in candidates_for(floor, case, free)):
                    found.append(_back(floor, case, "silent"))
    return found


def _back(floor: Floor, case: Case, cause: str) -> Decision:
    holder = floor.workers[case.held_by or ""]
    standing = floor.standings.get(holder.id)
    values = {"agent": holder.name}
    if cause == "left" and standing is not None:
        values["state"] = standing.state.value
    return Decision(case, None, cause, values, passed=cause == "silent")


def _has_left(floor: Floor, agent_id: str) -> bool:
    standing = floor.standings.get(agent_id)
    if standing is not None and standing.state is PresenceState.ABSENT:
        return True
    since = floor.gone_since.get(agent_id)
    return since is not None and _is_over(floor, since, floor.queueing.left_after_s)


def _is_silent(floor: Floor, case: Case) -> bool:
    since = max(one for one in (case.waiting_since, case.assigned_at) if one is not None)
    return _is_over(floor, since, floor.queueing.silent_after_s)


def _is_over(floor: Floor, since: datetime, for_s: float) -> bool:
    return floor.now - since >= timedelta(seconds=for_s)


def balanced(floor: Floor) -> Sequence[Decision]:
    """What moves from those who hold much to those who hold little; never a dialog under way."""
    free = floor.free()
    cases = [case for case in floor.held.values() if case.id not in floor.asked]
    people = free.keys() | {case.held_by for case in cases if case.held_by is not None}

    def may_have(case: Case, agent_id: str) -> bool:
        return agent_id in floor.matches(case.need) and agent_id not in _avoided(floor, case)

    found = moves(cases, {id: floor.loads.of(id) for id in people}, free, may_have)
    return [Decision(move.case, move.to_id, "rebalance") for move in found]
