"""Processes of the bench's own: started, and ended with what uses them."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

_START_LIMIT_S: Final = 20.0
_END_LIMIT_S: Final = 5.0


@asynccontextmanager
async def started(
    module: str, folder: Path, environ: Mapping[str, str], *arguments: str
) -> AsyncIterator[tuple[int, int]]:
    """Its number, and the port that it listens on. What it says goes to a file in the folder.

    Raises ``RuntimeError``, ``TimeoutError`` when it does not say that it is ready.
    """
    name = module.rpartition(".")[2]
    with (folder / f"{name}.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, *arguments,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=log,
            env=environ,
        )  # fmt: skip
    try:
        assert process.stdout is not None
        async with asyncio.timeout(_START_LIMIT_S):
            line = await process.stdout.readline()
        if not line.startswith(b"ready "):
            raise RuntimeError(f"{name} did not start, see {folder / name}.log")
        yield process.pid, int(line.split()[1])
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(_END_LIMIT_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
