"""Opening and closing: the drivers that the settings name, and services in their order.

The only place that picks a driver; drivers are imported when they are picked.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from shared.clock import Clock, SystemClock
from shared.collections import ALL_COLLECTIONS
from shared.errors import BadRequest
from shared.ids import new_id
from shared.leases import Leases
from shared.ports.blobs import Blobs
from shared.ports.bus import Bus
from shared.ports.store import Store
from shared.sealing import Seal, load_or_make_key
from shared.settings import Settings

log = structlog.get_logger(__name__)

_STOP_LIMIT_S: Final = 1.0
"""How long one service may take to end before the next one is told to."""


@dataclass(frozen=True, slots=True)
class Ports:
    """What every service is given."""

    bus: Bus
    store: Store
    blobs: Blobs
    clock: Clock
    seal: Seal
    leases: Leases
    probes: tuple[tuple[str, Callable[[], Awaitable[None]]], ...]
    """By name, what raises ``Unavailable`` while a part is broken."""


@asynccontextmanager
async def open_ports(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Ports]:
    """Open bus, store and blobs as the settings say, and close them in the reverse order.

    Raises ``BadRequest`` for a URL that no driver serves, ``DataInUse`` when another hub holds the
    data, ``Unavailable`` when something cannot be opened.
    """
    if settings.bus_url != "embedded:":
        raise BadRequest(f"HUB_BUS_URL: no driver for {_scheme(settings.bus_url)}")
    if settings.store_url != "sqlite:":
        raise BadRequest(f"HUB_STORE_URL: no driver for {_scheme(settings.store_url)}")
    if settings.blobs_url != "file:":
        raise BadRequest(f"HUB_BLOBS_URL: no driver for {_scheme(settings.blobs_url)}")
    # Imported here: a process loads the drivers that it uses and no others.
    from shared.blobs.file import FileBlobs
    from shared.bus.embedded import EmbeddedBus
    from shared.sqlite import Database
    from shared.store.sqlite import SqliteStore

    used_clock = clock or SystemClock()
    directory = settings.data_dir.absolute()
    database = await Database.open(
        directory / "hub.db", exclusive=True, write_timeout_s=settings.store_timeout_s
    )
    async with database:
        store = SqliteStore(database)
        await store.prepare(ALL_COLLECTIONS)
        bus = await EmbeddedBus.open(
            database, used_clock, publish_timeout_s=settings.publish_timeout_s
        )
        try:
            yield Ports(
                bus=bus,
                store=store,
                blobs=FileBlobs(directory / "blobs"),
                clock=used_clock,
                seal=Seal(settings.secret_key or load_or_make_key(directory / "secret.key")),
                leases=Leases(
                    store, used_clock, process_name(), for_s=settings.lease_s, exclusive=True
                ),
                probes=(("store", database.probe), ("bus", bus.probe)),
            )
        finally:
            await bus.close()


def process_name() -> str:
    """Unique for every start of a process: leases are held under it."""
    return f"{socket.gethostname()}/{os.getpid()}/{new_id('n')[-8:]}"


def data_file(settings: Settings, name: str) -> Path:
    """A file in the data directory."""
    return settings.data_dir.absolute() / name


def _scheme(url: str) -> str:
    return url.partition(":")[0] + ":"


@dataclass(frozen=True, slots=True)
class Service:
    """Something that runs until it is cancelled and then ends cleanly."""

    name: str
    run: Callable[[], Awaitable[None]]


@asynccontextmanager
async def running(services: Sequence[Service]) -> AsyncIterator[None]:
    """Run the services for as long as the context lasts, then end them, the last one first.

    The first service that fails ends the context and all of them, and its error is raised in an
    ``ExceptionGroup``: a process that works only in part would hide it.
    """
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_run(service), name=service.name) for service in services]
        yield
        for task in reversed(tasks):
            task.cancel()
            await asyncio.wait([task], timeout=_STOP_LIMIT_S)
            if not task.done():
                log.error("service.slow_to_end", service=task.get_name(), after_s=_STOP_LIMIT_S)


async def _run(service: Service) -> None:
    await service.run()
