"""Running a helper module as a process of its own."""

import asyncio
import sys
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).parents[2]


async def run_module(module: str, *arguments: str, limit_s: float = 60.0) -> tuple[int, list[str]]:
    """Run it to its end, however that comes; returns its status and the lines that it wrote."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *arguments,
        cwd=_ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(limit_s):
            output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, output.decode().splitlines()
