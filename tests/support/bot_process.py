"""A bot as its owner runs it: a process beside the hub that knows an address and a secret."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.programs import Program, start_program


@asynccontextmanager
async def bot_process(
    folder: Path, program: str, *arguments: str, **environ: str
) -> AsyncIterator[Program]:
    """``hub bot run PROGRAM`` for as long as the context lasts; its log lies in the folder."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("HUB_", "BOT_"))}
    command = ["hub", "bot", "run", program, *arguments]
    process = await start_program(command, inherited | environ, folder / f"{program}.log")
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(8):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
            raise
