"""Opening and closing: the drivers that the settings name, and services in their order.

The only place that picks a driver; drivers are imported when they are picked.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog
from pydantic import SecretStr

from shared.clock import Clock, SystemClock
from shared.collections import ALL_COLLECTIONS
from shared.errors import BadRequest
from shared.ids import new_id
from shared.leases import Leases
from shared.partitions import check_partitions
from shared.ports.blobs import Blobs
from shared.ports.bots import BotAccess, Transport
from shared.ports.bus import Bus
from shared.ports.store import Store
from shared.sealing import Seal, load_or_make_key
from shared.settings import Settings

if TYPE_CHECKING:
    from shared.blobs.stored import ObstoreBlobs
    from shared.bus.amqp import AmqpBus
    from shared.bus.embedded import EmbeddedBus
    from shared.sqlite import Database
    from shared.store.mongo import MongoStore
    from shared.store.sqlite import SqliteStore

log = structlog.get_logger(__name__)

EMBEDDED_BUS: Final = "embedded:"
SQLITE_STORE: Final = "sqlite:"
FILE_BLOBS: Final = "file:"
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
    bot_access: BotAccess | None = None
    """Lets bots onto the broker; None where there is none, or its management is not named."""


@asynccontextmanager
async def open_ports(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Ports]:
    """Open bus, store and blobs as the settings say, and close them in the reverse order.

    Raises ``BadRequest`` for a URL that no driver serves, ``DataInUse`` when another hub holds the
    data, ``SchemaTooNew`` and ``PartitionsDiffer`` when it is another version's, ``Unavailable``
    when something cannot be opened.
    """
    used_clock = clock or SystemClock()
    directory = settings.data_dir.absolute()
    alone = settings.bus_url == EMBEDDED_BUS
    async with AsyncExitStack() as stack:
        database = await _open_database(settings, stack)
        store = await _open_store(settings, database, stack)
        await store.prepare(ALL_COLLECTIONS)
        await check_partitions(store)
        bus = await _open_bus(settings, database, used_clock, stack)
        blobs = await _open_blobs(settings)
        yield Ports(
            bus=bus,
            store=store,
            blobs=blobs,
            clock=used_clock,
            seal=Seal(settings.secret_key or load_or_make_key(directory / "secret.key")),
            leases=Leases(
                store, used_clock, process_name(), for_s=settings.lease_s, exclusive=alone
            ),
            probes=(("store", store.probe), ("bus", bus.probe), ("blobs", blobs.probe)),
            bot_access=await _open_bot_access(settings, stack),
        )


async def _open_database(settings: Settings, stack: AsyncExitStack) -> "Database | None":
    if settings.bus_url != EMBEDDED_BUS and settings.store_url != SQLITE_STORE:
        return None
    from shared.sqlite import Database

    path = data_file(settings, "hub.db")
    alone = settings.bus_url == EMBEDDED_BUS
    database = await Database.open(path, exclusive=alone, write_timeout_s=settings.store_timeout_s)
    return await stack.enter_async_context(database)


async def _open_store(
    settings: Settings, database: "Database | None", stack: AsyncExitStack
) -> "SqliteStore | MongoStore":
    if settings.store_url == SQLITE_STORE and database is not None:
        from shared.store.sqlite import SqliteStore

        return SqliteStore(database)
    if settings.store_url.startswith(("mongodb://", "mongodb+srv://")):
        from shared.store.mongo import MongoStore

        store = await MongoStore.open(settings.store_url, timeout_s=settings.store_timeout_s)
        stack.push_async_callback(store.close)
        return store
    raise BadRequest(f"HUB_STORE_URL: no driver for {_scheme(settings.store_url)}")


async def _open_bus(
    settings: Settings, database: "Database | None", clock: Clock, stack: AsyncExitStack
) -> "EmbeddedBus | AmqpBus":
    limit_s = settings.publish_timeout_s
    if settings.bus_url == EMBEDDED_BUS and database is not None:
        from shared.bus.embedded import EmbeddedBus

        embedded = await EmbeddedBus.open(database, clock, publish_timeout_s=limit_s)
        stack.push_async_callback(embedded.close)
        return embedded
    if settings.bus_url.startswith(("amqp://", "amqps://")):
        from shared.bus.amqp import AmqpBus

        amqp = await AmqpBus.open(settings.bus_url, clock, publish_timeout_s=limit_s)
        stack.push_async_callback(amqp.close)
        return amqp
    raise BadRequest(f"HUB_BUS_URL: no driver for {_scheme(settings.bus_url)}")


async def _open_blobs(settings: Settings) -> "ObstoreBlobs":
    if settings.blobs_url == FILE_BLOBS:
        from shared.blobs.stored import ObstoreBlobs

        return await ObstoreBlobs.open_folder(data_file(settings, "blobs"))
    if settings.blobs_url.startswith("s3://"):
        from shared.blobs.s3 import S3Access, open_s3

        access = S3Access(
            settings.blobs_endpoint,
            settings.blobs_region,
            settings.blobs_access_key,
            settings.blobs_secret_key,
        )
        return await open_s3(settings.blobs_url, access)
    raise BadRequest(f"HUB_BLOBS_URL: no driver for {_scheme(settings.blobs_url)}")


async def _open_bot_access(settings: Settings, stack: AsyncExitStack) -> BotAccess | None:
    url = settings.broker_management_url
    if url is None or settings.bus_url == EMBEDDED_BUS:
        return None
    from aiohttp import ClientSession

    from shared.bus.amqp_access import AmqpBotAccess

    http = await stack.enter_async_context(ClientSession())
    return AmqpBotAccess(http, settings.bus_url, url)


@asynccontextmanager
async def open_transport(
    address: SecretStr, *, token: SecretStr | None = None, place: Path | None = None
) -> AsyncIterator[Transport]:
    """A bot's way to a hub that runs elsewhere.

    ``address`` is the hub's own (``https://...``, with the bot's token; ``place`` is a file that
    keeps where the bot stands) or what ``hub bot add`` told of the broker (``amqp://...``).
    Raises ``BadRequest`` for an address that is neither.
    """
    url = address.get_secret_value()
    if url.startswith(("amqp://", "amqps://")):
        from shared.bus.amqp_bot import AmqpTransport

        async with AmqpTransport(address) as amqp:
            yield amqp
        return
    if not url.startswith(("http://", "https://")) or token is None:
        raise BadRequest("a bot needs the hub's address and its token, or its address of a broker")
    from aiohttp import ClientSession

    from shared.bots.websocket_transport import WebSocketTransport

    headers = {"Authorization": f"Bearer {token.get_secret_value()}"}
    async with ClientSession(headers=headers) as http:
        yield WebSocketTransport(http, url, place=place)


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
