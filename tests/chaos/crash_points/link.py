"""A child's line to the test that drives it: orders come in, what is reached goes out at once."""

import asyncio
import json
import os
import socket
from collections.abc import Awaitable, Callable
from typing import Any, Final

PORT: Final = "CRASH_POINTS_PORT"
NAME: Final = "CRASH_POINTS_NAME"
AT_ONCE: Final = "CRASH_POINTS_AT_ONCE"
"""A point that is armed from the start on, or ``RECORD``; nothing else in the environment is."""
RECORD: Final = "record"


class Link:
    """One connection. Saying blocks for a moment: a process that kills itself says so before."""

    def __init__(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", int(os.environ[PORT])))
        self.say({"name": os.environ[NAME], "pid": os.getpid()})
        self._lines: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._rest = b""

    def say(self, said: dict[str, Any]) -> None:
        """Tell the test."""
        self._socket.sendall(json.dumps(said).encode() + b"\n")

    async def listen(self, obey: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]) -> None:
        """Do what comes in, one after another, and answer each; until cancelled."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self._socket.fileno(), self._read)
        try:
            self.say({"opened": True})
            while True:
                line = await self._lines.get()
                self.say({"number": line["number"], "done": await obey(line["order"])})
        finally:
            loop.remove_reader(self._socket.fileno())

    def _read(self) -> None:
        received = self._socket.recv(65536)
        if not received:
            os._exit(1)  # the test is gone
        *lines, self._rest = (self._rest + received).split(b"\n")
        for line in lines:
            self._lines.put_nowait(json.loads(line))
