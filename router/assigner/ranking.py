"""Who of those who may gets it: the contact's last agent, then the least loaded. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from router.assigner.matching import Worker


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may have it and has room."""

    worker: Worker
    share: float
    """Of their work that is of this kind, above 0."""
    load: int
    turn: int
    """When they were last given something: whoever had nothing for longest comes first."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Who gets it, and why, in a word and what fills it."""

    worker: Worker
    cause: str
    values: Mapping[str, str] = field(default_factory=dict)


def choose(candidates: Sequence[Candidate], last_agent_id: str | None, needs: str = "") -> Choice:
    """One of the candidates, of whom there is at least one."""
    for candidate in candidates:
        if candidate.worker.id == last_agent_id:
            return Choice(candidate.worker, "sticky")
    best = min(candidates, key=_fullness)
    values = {"among": str(len(candidates))}
    if needs:
        return Choice(best.worker, "least_loaded_with", {**values, "needs": needs})
    return Choice(best.worker, "least_loaded", values)


def _fullness(candidate: Candidate) -> tuple[float, int, str]:
    """How full they are, for their share of the work: half a share is full at half the load."""
    full = candidate.load / (candidate.worker.capacity * candidate.share)
    return full, candidate.turn, candidate.worker.id
