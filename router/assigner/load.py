"""How much everybody holds, what is on its way to them included. Kept in memory, no I/O."""

from collections import defaultdict

Place = tuple[str, int]
"""An agent, and how much of their capacity is taken."""


class Loads:
    """Held and reserved places by conversation. One that is held and reserved by the same agent
    counts once."""

    def __init__(self) -> None:
        self._held: dict[str, Place] = {}
        self._reserved: dict[str, Place] = {}
        self._sums: defaultdict[str, int] = defaultdict(int)

    def of(self, agent_id: str) -> int:
        """How much the agent holds."""
        return self._sums[agent_id]

    def held_by(self, agent_id: str) -> tuple[int, int]:
        """How much the agent holds without what is on its way, and in how many conversations."""
        weights = [weight for holder, weight in self._held.values() if holder == agent_id]
        return sum(weights), len(weights)

    def hold(self, conversation_id: str, place: Place | None) -> None:
        """It is held like this now, or by nobody."""
        self._change(self._held, conversation_id, place)

    def reserve(self, conversation_id: str, place: Place | None) -> None:
        """A place is kept for it, or no more."""
        self._change(self._reserved, conversation_id, place)

    def _change(self, places: dict[str, Place], id: str, place: Place | None) -> None:
        self._count(id, -1)
        if place is None:
            places.pop(id, None)
        else:
            places[id] = place
        self._count(id, 1)

    def _count(self, id: str, sign: int) -> None:
        held, reserved = self._held.get(id), self._reserved.get(id)
        if held is not None:
            self._sums[held[0]] += sign * held[1]
        if reserved is not None and (held is None or held[0] != reserved[0]):
            self._sums[reserved[0]] += sign * reserved[1]
