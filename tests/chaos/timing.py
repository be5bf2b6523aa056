"""The clock of a run, in seconds from its beginning."""

import asyncio


class Timing:
    """``begin`` it; before that it stands at 0 and nobody's time comes."""

    def __init__(self) -> None:
        self._began_at: float | None = None

    def begin(self) -> None:
        """The run begins now."""
        self._began_at = asyncio.get_running_loop().time()

    def now(self) -> float:
        """Seconds since the beginning."""
        if self._began_at is None:
            return 0.0
        return asyncio.get_running_loop().time() - self._began_at

    async def until(self, at_s: float) -> None:
        """Return when that moment has come."""
        await asyncio.sleep(max(0.0, at_s - self.now()))
