"""The three processes of the baseline, for as long as they are measured."""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from tests.bench.set_ups import Node, Place, Target
from tests.support.services_process import inherited
from tests.support.set_ups import own_vhost

_SECRET: Final = "bench-secret"
_NOBODY: Final = "http://127.0.0.1:9"
"""The platform of a gateway that is to send nothing."""
_START_LIMIT_S: Final = 20.0
_END_LIMIT_S: Final = 5.0


@asynccontextmanager
async def bare(place: Place) -> AsyncIterator[Target]:
    """What somebody would write by hand, on RabbitMQ and SQLite."""
    place.folder.mkdir(parents=True, exist_ok=True)
    url = await place.bus_url()
    database = place.folder / "bare.db"
    async with AsyncExitStack() as stack:
        pids: dict[str, int] = {}
        ports: dict[str, int] = {}
        for name, arguments in (
            ("worker", (url, str(database))),
            ("bot", (url,)),
            ("gateway", (url, _SECRET, place.driving.api_base)),
        ):
            pids[name], ports[name] = await stack.enter_async_context(
                _process(place.folder, place.whole_environ(), name, *arguments)
            )
        yield Target(
            webhook_url=f"http://127.0.0.1:{ports['gateway']}/hook",
            webhook_secret=_SECRET,
            live_url=None,
            authorization="",
            pids={**pids, **place.broker.pids},
            stored=lambda: _stored(database),
        )


@asynccontextmanager
async def gateway_alone(folder: Path, node: Node, secret: str) -> AsyncIterator[tuple[str, int]]:
    """What takes its webhooks, and nobody behind it: where it listens, and its process's number."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    url = await asyncio.to_thread(own_vhost, node.url, folder)
    arguments = (url, secret, _NOBODY)
    async with _process(folder, inherited(), "gateway", *arguments) as (pid, port):
        yield f"http://127.0.0.1:{port}/hook", pid


@asynccontextmanager
async def _process(
    folder: Path, environ: Mapping[str, str], name: str, *arguments: str
) -> AsyncIterator[tuple[int, int]]:
    """Its number, and the port that it listens on."""
    with (folder / f"{name}.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", f"tests.bench.bare.{name}", *arguments,
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


def _stored(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        count: int = connection.execute("SELECT count(*) FROM messages").fetchone()[0]
    finally:
        connection.close()
    return count
