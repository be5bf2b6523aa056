"""Moving what nobody has begun to answer to those with less. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from router.assigner.cases import Case


@dataclass(frozen=True, slots=True)
class Move:
    """A conversation on its way from one to another."""

    case: Case
    to_id: str


def is_untouched(case: Case) -> bool:
    """Nobody has answered since it was given to its agent: no dialog is torn apart."""
    return (
        case.waiting_since is not None
        and case.assigned_at is not None
        and case.waiting_since <= case.assigned_at
    )


def moves(
    cases: Sequence[Case],
    loads: Mapping[str, int],
    rooms: Mapping[str, int],
    may_have: Callable[[Case, str], bool],
) -> Sequence[Move]:
    """What to move, from the fullest and longest waiting on: each move narrows the distance between
    the two.

    ``loads`` of everybody who is there or holds any of the cases; ``rooms`` of those who may get
    something.
    """
    now, free, found = dict(loads), dict(rooms), []
    for case in sorted(cases, key=lambda one: (-now.get(one.held_by or "", 0), one.key[2], one.id)):
        giver = case.held_by
        if giver is None or not is_untouched(case):
            continue
        takers = [
            taker
            for taker, room in free.items()
            if taker != giver
            and room >= case.weight
            and now[taker] + case.weight < now[giver]
            and may_have(case, taker)
        ]
        if not takers:
            continue
        taker = min(takers, key=lambda one: (now[one], one))
        found.append(Move(case, taker))
        now[giver] -= case.weight
        now[taker] += case.weight
        free[taker] -= case.weight
        if giver in free:
            free[giver] += case.weight
    return found
