"""How long the next one in a queue has to wait. Pure."""

from dataclasses import dataclass, replace
from typing import Final

_TRUSTED: Final = 5
"""Fewer cases than that say nothing of the average."""
_MEMORY: Final = 50
"""The average is mostly that of so many last cases."""


@dataclass(frozen=True, slots=True)
class Handling:
    """How long cases of a queue took."""

    average_s: float = 0.0
    count: int = 0

    def after(self, took_s: float) -> "Handling":
        """With one case more."""
        count = self.count + 1
        part = 1 / min(count, _MEMORY)
        return replace(
            self, average_s=self.average_s + (took_s - self.average_s) * part, count=count
        )

    def expected_s(self, usual_s: float) -> float:
        """What a case takes; ``usual_s`` until enough were measured."""
        return self.average_s if self.count >= _TRUSTED else usual_s


def pace(handle_s: float, agents: float) -> float | None:
    """How often one of the agents who are there is free for the next case, in seconds, each counted
    by their share; None while there are none. Who has so many before them waits so many times as
    long."""
    return handle_s / agents if agents > 0 else None
