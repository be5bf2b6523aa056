"""The events that wait for the hub: Bots Long Poll keeps them for a while, callbacks are posted."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, Final

from connectors.vk.simulator.faults import Faults

_KEPT: Final = 20_000
_VERSION: Final = "5.199"


class Stream:
    """Events in order. The ``ts`` of Bots Long Poll counts them."""

    def __init__(self, group_id: int, faults: Faults, first_id: int) -> None:
        self._group_id = group_id
        self._faults = faults
        self._first = first_id
        self._events: deque[tuple[int, dict[str, Any]]] = deque(maxlen=_KEPT)
        self._held: list[dict[str, Any]] = []
        self.ts = first_id
        self.asked: int | None = None
        """The highest ``ts`` behind which the hub has asked: it has what comes before."""
        self.enabled: dict[str, int] = {}
        """The types that Bots Long Poll tells."""
        self.listeners: list[Callable[[dict[str, Any]], None]] = []
        self._changed = asyncio.Event()

    def add(self, name: str, told: Mapping[str, Any]) -> None:
        """A new event."""
        event = self._event(name, dict(told))
        if self._faults.take("lose"):
            self.ts += 1
            return
        self._held.append(event)
        if self._faults.left("reorder") > len(self._held):
            return
        if self._faults.left("reorder"):
            self._held.reverse()
            self._faults.arm("reorder", 0)
        for held in self._held:
            for _ in range(2 if self._faults.take("duplicate") else 1):
                self._tell(held)
        self._held.clear()
        self._changed.set()

    def _event(self, name: str, told: dict[str, Any]) -> dict[str, Any]:
        self._first += 1
        if name.startswith("message_") and self._faults.take("malformed"):
            message = told.get("message", told)
            spoiled = {key: value for key, value in message.items() if key != "peer_id"}
            told = told | {"message": spoiled} if "message" in told else spoiled
        if name == "message_new" and self._faults.take("cropped"):
            message = told["message"]
            less = {
                "attachments": message["attachments"][:1],
                "fwd_messages": message["fwd_messages"][:1],
                "is_cropped": True,
            }
            told = told | {"message": message | less}
        identifier = sha256(f"{self._group_id}:{self._first}".encode()).hexdigest()[:40]
        return {
            "group_id": self._group_id,
            "type": name,
            "event_id": identifier,
            "v": _VERSION,
            "object": told,
        }

    def _tell(self, event: dict[str, Any]) -> None:
        for listener in self.listeners:
            listener(event)
        if self.enabled.get(event["type"]):
            self.ts += 1
            self._events.append((self.ts, event))

    def after(self, ts: int) -> list[dict[str, Any]]:
        """What came after a ``ts``."""
        return [event for number, event in self._events if number > ts]

    def ask(self, ts: int) -> None:
        """The hub asks for what comes behind this ``ts``."""
        self.asked = max(ts, self.asked or 0)

    def reaches(self, ts: int) -> bool:
        """Whether nothing after a ``ts`` was forgotten."""
        oldest = self._events[0][0] if self._events else self.ts
        return ts <= self.ts and ts >= min(oldest - 1, self.ts)

    def forget(self) -> None:
        """Lose what waits."""
        self._events.clear()

    async def changed(self, timeout_s: float) -> None:
        """Return at the next event, at the latest after that time."""
        self._changed.clear()
        try:
            await asyncio.wait_for(self._changed.wait(), timeout_s)
        except TimeoutError:
            pass  # nothing came: the caller looks again

    def wake(self) -> None:
        """Let waiters look again."""
        self._changed.set()
