"""The updates that wait for the bot: kept until confirmed or too old."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.telegram.simulator.faults import Faults
from shared.clock import Clock

_CAPACITY = 100_000
_DAY_S = 24 * 3600
_PRESS_S = 150
_FUTURE = 10
_UNASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Come only to those who ask for them by name."""


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """An update and where its order matters."""

    id: int
    update: dict[str, Any]
    lane: str
    """Updates of one lane are delivered to a webhook one after another."""
    expires_at: datetime


class UpdateQueue:
    """Updates in the order of their ids."""

    def __init__(self, clock: Clock, faults: Faults, first_id: int) -> None:
        self._clock = clock
        self._faults = faults
        self._next = first_id
        self._waiting: deque[Waiting] = deque()
        self._held: list[tuple[str, dict[str, Any], str]] = []
        self._allowed: frozenset[str] | None = None
        self._changed = asyncio.Event()

    def allow(self, names: Sequence[str] | None) -> None:
        """What is wanted from now on; None leaves it as it is, an empty list means the default."""
        if names is not None:
            self._allowed = frozenset(names) or None

    def add(self, kind: str, payload: dict[str, Any], lane: str) -> None:
        """A new update, if the bot wants its kind."""
        wanted = kind in self._allowed if self._allowed is not None else kind not in _UNASKED
        if not wanted:
            return
        self._held.append((kind, payload, lane))
        if self._faults.left("reorder") > len(self._held):
            return
        if self._faults.left("reorder"):
            self._held.reverse()
            self._faults.arm("reorder", 0)
        for held in self._held:
            self._append(*held)
        self._held.clear()
        self._changed.set()

    def _append(self, kind: str, payload: dict[str, Any], lane: str) -> None:
        if self._faults.take("malformed"):
            payload = {key: value for key, value in payload.items() if key != "chat"}
        life_s = _PRESS_S if kind == "callback_query" else _DAY_S
        update = {"update_id": self._next, kind: payload}
        expires_at = self._clock.now() + timedelta(seconds=life_s)
        for _ in range(2 if self._faults.take("duplicate") else 1):
            self._waiting.append(Waiting(self._next, update, lane, expires_at))
        self._next += 1
        while len(self._waiting) > _CAPACITY:
            self._waiting.popleft()

    def confirm(self, offset: int | None) -> None:
        """Forget what comes before ``offset``; a negative one leaves only so many of the last."""
        if offset is None or offset == 0 or offset > self._next + _FUTURE:
            return
        first = offset if offset > 0 else self._next + offset
        while self._waiting and self._waiting[0].id < first:
            self._waiting.popleft()

    def remove(self, waiting: Waiting) -> None:
        """Forget one that a webhook has taken."""
        if waiting in self._waiting:
            self._waiting.remove(waiting)

    def clear(self) -> None:
        """Forget everything."""
        self._waiting.clear()

    def waiting(self, limit: int = _CAPACITY) -> list[Waiting]:
        """What waits, oldest first."""
        now = self._clock.now()
        while self._waiting and self._waiting[0].expires_at < now:
            self._waiting.popleft()
        alive = (item for item in self._waiting if item.expires_at >= now)
        return [item for _, item in zip(range(limit), alive, strict=False)]

    def __len__(self) -> int:
        return len(self._waiting)

    async def changed(self, timeout_s: float) -> None:
        """Return at the next change, at the latest after that time."""
        self._changed.clear()
        try:
            await asyncio.wait_for(self._changed.wait(), timeout_s)
        except TimeoutError:
            pass  # nothing came: the caller looks again

    def wake(self) -> None:
        """Let waiters look again."""
        self._changed.set()
