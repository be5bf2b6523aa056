"""The numbered points at which a process of the hub can be made to kill itself."""

import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

STAGES: Final = ("intake", "router", "outbox", "dispatch", "media")

_STAGE_OF: Final = {
    "connectors.acceptance": "intake",
    "connectors.pull": "intake",
    "connectors.publications": "intake",
    "inbox.desk": "intake",
    "shared.bots.bus_transport": "intake",
    "router.acks": "router",
    "router.consumer": "router",
    "router.deciding": "router",
    "router.ledger": "router",
    "router.numbers": "router",
    "router.partition": "router",
    "router.preload": "router",
    "router.unit": "router",
    "router.outbox": "outbox",
    "connectors.commits": "dispatch",
    "connectors.dispatch": "dispatch",
    "connectors.reporter": "dispatch",
    "connectors.rows": "dispatch",
    "connectors.sending": "dispatch",
    "connectors.media": "media",
    "connectors.download": "media",
    "connectors.webchat.files": "media",
    "inbox.files": "media",
}
"""By the module that makes the call."""
_BESIDE: Final = (
    "connectors.broken",
    "connectors.checks",
    "connectors.follower",
    "connectors.health",
    "connectors.overdue",
    "connectors.registry",
    "connectors.replays",
    "connectors.simulators",
    "hub.",
    "inbox.",
    "router.assigner.",
    "router.dead",
    "router.figures.folding",
    "router.partitions",
    "router.peaks",
    "router.rules.arming",
    "router.service",
    "router.sweep",
    "router.timers",
    "shared.eventlog",
    "shared.policies.",
)
"""What these do (settings, health, timers, screens that read) is no point: no message's way goes
through it. The assigner is killed by tests of its own."""

_BY_TIME: Final = ("_keep_place",)
"""Functions that note every few seconds where their reader stands: no story waits for them, and
whoever starts from an older place sees again what it has seen."""


def caller() -> tuple[str, str]:
    """The module and function that called the wrapper from which this is called."""
    frame = sys._getframe(2)
    return frame.f_globals["__name__"], frame.f_code.co_name


class Points:
    """Counts what is reached; says it while recording, and kills the process at the armed one."""

    def __init__(self, say: Callable[[dict[str, Any]], None]) -> None:
        self._say = say
        self._reached: Counter[str] = Counter()
        self._recording = False
        self._armed: str | None = None
        self.attempts: set[str] = set()
        """Parts whose attempt may be recorded and whose outcome may be not."""

    def record(self) -> None:
        """Say from now on what is reached; counts anew."""
        self._reached.clear()
        self._recording, self._armed = True, None

    def arm(self, point: str) -> None:
        """Kill the process at this point; counts anew."""
        self._reached.clear()
        self._recording, self._armed = False, point

    def disarm(self) -> None:
        """Neither record nor kill."""
        self._recording, self._armed = False, None

    def reach(self, side: str, call: str) -> None:
        """A call is about to be made (``before``) or has just returned (``after``)."""
        name = f"{side} {call}"
        self._reached[name] += 1
        point = f"{name} #{self._reached[name]}"
        if self._recording:
            self._say({"reached": point})
        elif point == self._armed:
            self._say({"killed": point, "attempts": sorted(self.attempts)})
            os.kill(os.getpid(), signal.SIGKILL)

    @asynccontextmanager
    async def around(self, by: tuple[str, str], call: str) -> AsyncIterator[None]:
        """A call made by that module and function, with a point on each side of it."""
        stage = _STAGE_OF.get(by[0])
        if stage is None or by[1] in _BY_TIME:
            assert stage or by[0].startswith(_BESIDE), f"to which stage does {by[0]} belong?"
            yield
            return
        name = f"{stage}: {call} by {by[0].rpartition('.')[2]}.{by[1]}"
        self.reach("before", name)
        yield
        self.reach("after", name)


def stage_of(point: str) -> str:
    """The stage in a point's name."""
    return point.split(" ", 1)[1].partition(":")[0]
