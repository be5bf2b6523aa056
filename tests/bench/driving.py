"""The bench's hold on the process that drives the load."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

_ANSWER_LIMIT_S: Final = 180.0
_LINE_LIMIT_BYTES: Final = 64 * 1024 * 1024
_END_LIMIT_S: Final = 5.0


class Driving:
    """A driver process. ``api_base`` is the address of its stand-in for the platform."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.api_base = ""

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    async def order(self, order: str, **given: Any) -> dict[str, Any]:
        """What the driver answers. Raises ``RuntimeError`` when it cannot do it."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"order": order, **given}).encode() + b"\n")
        return await self.hear()

    async def hear(self) -> dict[str, Any]:
        """Its next answer."""
        assert self._process.stdout is not None
        async with asyncio.timeout(_ANSWER_LIMIT_S):
            line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the driver of the load has ended")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise RuntimeError(f"the load could not be driven: {answer['error']}")
        return answer

    async def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(_END_LIMIT_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def driver() -> AsyncIterator[Driving]:
    """A fresh driver process for as long as the context lasts."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.driver",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=_LINE_LIMIT_BYTES,
    )  # fmt: skip
    driving = Driving(process)
    try:
        driving.api_base = (await driving.hear())["api_base"]
        yield driving
    finally:
        await driving.close()
