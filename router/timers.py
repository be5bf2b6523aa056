"""Turning timers that are due into commands."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from router import people
from router.work import SOURCE
from shared.clock import Clock
from shared.collections import TIMERS
from shared.commands import Wake, publication
from shared.ids import CommandId
from shared.model.records import Timer
from shared.ports.bus import Bus
from shared.ports.store import Range, Store

_BATCH: Final = 200
_AGAIN: Final = timedelta(seconds=30)
"""A timer that still stands after its command was published: publish it again."""


class Timers:
    """Publishes a command for each timer that is due.

    Its id is made of the timer and its time, so that a second firing is harmless; the timer is
    removed by whoever handles the command.
    """

    def __init__(self, bus: Bus, store: Store, clock: Clock) -> None:
        self._bus = bus
        self._store = store
        self._clock = clock
        self._fired: dict[str, datetime] = {}

    async def fire(self) -> None:
        """Fire what is due. Raises ``Unavailable``."""
        now = self._clock.now()
        self._fired = {id: at for id, at in self._fired.items() if now - at < _AGAIN}
        cursor = None
        while True:
            page = await self._store.find(
                TIMERS,
                equal={},
                range=Range("due_at", le=now),
                order="due_at",
                cursor=cursor,
                limit=_BATCH,
            )
            await self._fire([t for t in page.items if command_id(t) not in self._fired], now)
            cursor = page.next
            # Those whose partition stands still keep their place before the others.
            if cursor is None:
                return

    async def _fire(self, due: Sequence[Timer], now: datetime) -> None:
        await self._bus.publish(
            [
                publication(
                    Wake(
                        conversation_id=timer.conversation_id,
                        actor=people.SYSTEM,
                        timer_id=timer.id,
                        due_at=timer.due_at,
                    ),
                    command_id(timer),
                    at=now,
                    source=SOURCE,
                    trace_id=command_id(timer),
                )
                for timer in due
            ]
        )
        self._fired.update((command_id(timer), now) for timer in due)


def command_id(timer: Timer) -> CommandId:
    """The id of the command that a timer becomes."""
    return CommandId(f"{timer.id}/{timer.due_at.isoformat()}")
