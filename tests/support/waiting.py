"""Waiting for what somebody outside of this process brings about, by looking again and again."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

_LOOK_EVERY_S: Final = 0.05


async def until(happened: Callable[[], Awaitable[bool]], *, limit_s: float) -> None:
    """Return once it happened. Raises ``TimeoutError`` after the limit."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        if await happened():
            return
        await asyncio.sleep(_LOOK_EVERY_S)
    raise TimeoutError(f"it did not happen within {limit_s:g} s")
