"""Waiting for a signal or a time, whichever comes first, by the injected clock."""

import asyncio

from shared.clock import Clock


async def signal_or_time(signal: asyncio.Event, clock: Clock, seconds: float) -> None:
    """Return when the signal is set or that many seconds have passed; clears the signal."""
    if not signal.is_set() and seconds > 0:
        async with asyncio.TaskGroup() as group:
            timer = group.create_task(_set_later(signal, clock, seconds))
            await signal.wait()
            timer.cancel()
    signal.clear()


async def _set_later(signal: asyncio.Event, clock: Clock, seconds: float) -> None:
    await clock.sleep(seconds)
    signal.set()
