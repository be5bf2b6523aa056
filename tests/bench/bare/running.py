"""The three processes of the baseline, for as long as they are measured."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from tests.bench.processes import started
from tests.bench.set_ups import Node, Place, Target
from tests.support.services_process import inherited
from tests.support.set_ups import own_vhost

_SECRET: Final = "bench-secret"
_NOBODY: Final = "http://127.0.0.1:9"
"""The platform of a gateway that is to send nothing."""
_MODULES: Final = "tests.bench.bare"


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
                started(f"{_MODULES}.{name}", place.folder, place.whole_environ(), *arguments)
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
    async with started(f"{_MODULES}.gateway", folder, inherited(), *arguments) as (pid, port):
        yield f"http://127.0.0.1:{port}/hook", pid


def _stored(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        count: int = connection.execute("SELECT count(*) FROM messages").fetchone()[0]
    finally:
        connection.close()
    return count
