"""Machines must not answer each other for ever: what programs write is held to a few an hour."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from typing import Final

from shared.clock import Clock
from shared.errors import Rejected
from shared.model.delivery import Part

_PER_HOUR: Final = 10
_HOUR: Final = timedelta(hours=1)
_REMEMBERED: Final = 5_000


class LoopGuard:
    """Counts the automatic mails of one channel by their recipients."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sent: OrderedDict[str, deque[datetime]] = OrderedDict()

    def check(self, part: Part, recipient: str) -> None:
        """Raises ``Rejected`` for an automatic mail that answers a machine, or one too many."""
        if not part.automatic:
            return
        if part.context.get("automatic") == "yes":
            raise Rejected("a machine wrote the latest mail: programs do not answer it")
        now = self._clock.now()
        times = self._sent.setdefault(recipient.lower(), deque())
        self._sent.move_to_end(recipient.lower())
        while times and times[0] <= now - _HOUR:
            times.popleft()
        if len(times) >= _PER_HOUR:
            raise Rejected(f"programs have sent {_PER_HOUR} mails to this address within an hour")

    def sent(self, part: Part, recipient: str) -> None:
        """It was handed over."""
        if part.automatic:
            self._sent.setdefault(recipient.lower(), deque()).append(self._clock.now())
            while len(self._sent) > _REMEMBERED:
                self._sent.popitem(last=False)
