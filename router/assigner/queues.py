"""The queues as they are told: how many wait, how long, and who is called to help. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from router.assigner.cases import Case
from router.assigner.floor import Floor
from router.assigner.matching import NOBODY_HELPS, Helpers, share_of
from router.assigner.wait import Handling, pace
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


def helpers(floor: Floor, states: Sequence[QueueState]) -> Helpers:
    """Who helps out: where a queue of a team or line has to wait longer than its rule allows, or
    waits and nobody is there."""
    teams, lines = {}, {}
    for state in states:
        team = floor.book.get(TEAMS, state.team_id)
        if team is not None and team.overflow_team_id and _is_too_long(state, team.overflow_wait_s):
            teams[team.id] = team.overflow_team_id
        line = floor.book.get(LINES, state.line)
        if line is not None and line.overflow_line and _is_too_long(state, line.overflow_wait_s):
            lines[line.id] = line.overflow_line
    return Helpers(teams, lines)


def _is_too_long(state: QueueState, allowed_s: float | None) -> bool:
    if not state.waiting or allowed_s is None:
        return False
    return state.wait_s is None or state.wait_s > allowed_s


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
    team = team_id if floor.book.get(TEAMS, team_id) else None
    serving = {
        id: share
        for id, worker in floor.workers.items()
        if floor.is_online(id)
        and worker.duties.accepts
        and (share := share_of(worker, team, line, NOBODY_HELPS)) > 0
    }
    pace_s = pace(handle_s, sum(serving.values()))
    wait_s = None if pace_s is None else waiting * pace_s
    return QueueState(
        id=queue_id(team_id, line),
        team_id=team_id,
        line=line,
        waiting=waiting,
        agents=len(serving),
        handle_s=round(handle_s, 1),
        handled=handling.count,
        average_s=round(handling.average_s, 1),
        wait_s=None if wait_s is None else round(wait_s, 1),
        pace_s=None if pace_s is None else round(pace_s, 2),
        room=any(floor.loads.of(id) < floor.workers[id].capacity for id in serving),
        oldest_at=oldest_at,
        overflows=team_id in floor.helpers.teams or line in floor.helpers.lines,
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
