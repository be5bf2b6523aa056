"""Waiting between attempts while a part is away."""

from typing import Final

from shared.clock import Clock

_FIRST_S: Final = 0.05
_LONGEST_S: Final = 2.0


class Backoff:
    """Waits longer each time, up to two seconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._next_s = _FIRST_S

    async def wait(self) -> None:
        """Wait before the next attempt."""
        delay = self._next_s
        self._next_s = min(2 * delay, _LONGEST_S)
        await self._clock.sleep(delay)

    def reset(self) -> None:
        """It went well: begin with short waits again."""
        self._next_s = _FIRST_S
