"""How a process of the bench starts, says so, and ends."""

import asyncio
import signal
import sys
from collections.abc import Coroutine
from typing import Any

from tests.bench import loops


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run it until SIGTERM."""
    loops.run(_until_told(main))


async def _until_told(main: Coroutine[Any, Any, None]) -> None:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(main)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


def say_ready(port: int = 0) -> None:
    """Tell the bench that this process works, and where it listens."""
    sys.stdout.write(f"ready {port}\n")
    sys.stdout.flush()
