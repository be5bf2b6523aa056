"""The queues as they are told: how many wait, how long, and who is called to help. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from router.assigner.cases import Case
from router.assigner.floor import Floor
from router.assigner.matching import share_of
from router.assigner.wait import Handling, expected_wait_s
from shared.collections import LINES, TEAMS
from shared.ids import ConversationId
from shared.model.queueing import QueueState, queue_id

_FIRST: Final = 100
_USUAL_S: Final = 600.0

Queue = tuple[str | None, str | None]
"""A team and its line."""


def queue_states(floor: Floor) -> Sequence[QueueState]:
    """Every queue in which something waits or was handled, as it stands."""
    counts = floor.waiting.counts()
    firsts, oldest = _firsts(floor), floor.waiting.oldest()
    return [
        _state(floor, queue, counts.get(queue, 0), firsts.get(queue, ()), oldest.get(queue))
        for queue in sorted({(None, None), *counts, *floor.handled}, key=str)
    ]


def helpers(floor: Floor, states: Sequence[QueueState]) -> Mapping[str, str]:
    """By team, the one that helps it out: where a queue of it has to wait longer than its rule
    allows, or waits and nobody is there."""
    found = {}
    for state in states:
        team = floor.book.get(TEAMS, state.team_id)
        if team is None or team.overflow_team_id is None or team.overflow_wait_s is None:
            continue
        if state.waiting and (state.wait_s is None or state.wait_s > team.overflow_wait_s):
            found[team.id] = team.overflow_team_id
    return found


def _state(
    floor: Floor,
    queue: Queue,
    waiting: int,
    first: Sequence[ConversationId],
    oldest_at: datetime | None,
) -> QueueState:
    team_id, line = queue
    handling = floor.handled.get(queue, Handling())
    known = floor.book.get(LINES, line)
    handle_s = handling.expected_s(known.handle_s if known is not None else _USUAL_S)
    # Those who help out now are no reason to send them away again.
    shares = [
        share_of(worker, team_id if floor.book.get(TEAMS, team_id) else None, line, {})
        for id, worker in floor.workers.items()
        if floor.is_online(id) and worker.duties.accepts
    ]
    wait_s = expected_wait_s(waiting, handle_s, sum(shares))
    return QueueState(
        id=queue_id(team_id, line),
        team_id=team_id,
        line=line,
        waiting=waiting,
        agents=sum(share > 0 for share in shares),
        handle_s=round(handle_s, 1),
        handled=handling.count,
        average_s=round(handling.average_s, 1),
        wait_s=None if wait_s is None else round(wait_s, 1),
        oldest_at=oldest_at,
        overflows=team_id in floor.helpers,
        first=tuple(first),
        at=floor.now,
    )


def _firsts(floor: Floor) -> Mapping[Queue, Sequence[ConversationId]]:
    """The next ones of each queue. A queue is one of many that ask for the same, or for more."""
    by_queue: dict[Queue, list[Case]] = {}
    for need in floor.waiting.needs():
        for case in islice(floor.waiting.of(need), _FIRST):
            by_queue.setdefault(case.queue, []).append(case)
    return {
        queue: [case.id for case in sorted(cases, key=lambda one: one.key)[:_FIRST]]
        for queue, cases in by_queue.items()
    }
