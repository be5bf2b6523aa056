"""The test's side of the lines to its children: who lives, what was reached, who killed itself."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

_LIMIT_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Killed:
    """A process killed itself."""

    point: str
    attempts: frozenset[str]
    """Parts whose attempt was recorded, or about to be, and whose outcome was not."""


@dataclass
class Line:
    """The line to one child, until it ends."""

    pid: int
    _writer: asyncio.StreamWriter
    reached: list[str] = field(default_factory=list)
    killed: Killed | None = None
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when it has opened its ports, or is gone."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    _waiting: dict[int, "asyncio.Future[dict[str, Any]]"] = field(default_factory=dict)
    """Who waits for an answer, by the order's number: whoever gave one up must not leave its answer
    to the next."""
    _orders: int = 0

    async def order(self, **order: str) -> dict[str, Any]:
        """Have it do something; its answer. Raises ``ConnectionError`` when it is gone."""
        if self.ended.is_set():
            raise ConnectionResetError("it has ended")
        self._orders += 1
        number = self._orders
        heard: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = heard
        self._writer.write(json.dumps({"number": number, "order": order}).encode() + b"\n")
        try:
            async with asyncio.timeout(_LIMIT_S):
                return await heard
        finally:
            del self._waiting[number]

    def hear(self, said: dict[str, Any]) -> None:
        """Something came from the child."""
        if "opened" in said:
            self.opened.set()
        elif "reached" in said:
            self.reached.append(said["reached"])
        elif "killed" in said:
            self.killed = Killed(said["killed"], frozenset(said["attempts"]))
        elif (heard := self._waiting.get(said["number"])) is not None and not heard.done():
            heard.set_result(said["done"])

    def end(self) -> None:
        """The child is gone."""
        self.ended.set()
        self.opened.set()
        for heard in self._waiting.values():
            if not heard.done():
                heard.set_exception(ConnectionResetError("it has ended"))


class Conductor:
    """Listens for the children. ``port`` is told to them by their environment."""

    def __init__(self) -> None:
        self.port = 0
        self._lines: dict[str, Line] = {}
        self._came = asyncio.Condition()

    async def line(self, name: str, pid: int) -> Line:
        """The line to that child, once it has opened its ports or has ended before."""
        async with asyncio.timeout(_LIMIT_S), self._came:
            await self._came.wait_for(lambda: name in self._lines and self._lines[name].pid == pid)
            return self._lines[name]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk with one child, to its end."""
        line: Line | None = None
        try:
            while text := await reader.readline():
                said = json.loads(text)
                if "name" in said:
                    line = Line(said["pid"], writer)
                    async with self._came:
                        self._lines[said["name"]] = line
                        self._came.notify_all()
                elif line is not None:
                    line.hear(said)
        except ConnectionError:
            pass  # killed: what it had said before has been read
        finally:
            if line is not None:
                line.end()
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


@asynccontextmanager
async def conducting() -> AsyncIterator[Conductor]:
    """A conductor on a free port."""
    conductor = Conductor()
    server = await asyncio.start_server(conductor.serve, "127.0.0.1", 0)
    async with server:
        conductor.port = server.sockets[0].getsockname()[1]
        yield conductor
