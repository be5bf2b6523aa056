"""Every service of the hub as a process of this machine, on a private broker and SQLite."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from hub.services.broker import Broker, add_vhost
from hub.services.child import Child
from shared.errors import Unavailable
from shared.process import Ending
from shared.settings import Settings

VHOST: Final = "hub"


async def run_services(settings: Settings, ending: Ending, *, config: Path | None) -> None:
    """Run everything until told to end, or until one of the services ends.

    The inbox listens on the port of the settings, connectors and router on the two after it.
    Raises ``Unavailable`` when something does not start or ends by itself.
    """
    directory = settings.data_dir.absolute()
    try:
        async with _broker(directory / "broker") as broker:
            environ = {**_environment(settings, config), **broker}
            await _run(settings, environ, ending)
    except RuntimeError as error:
        raise Unavailable(str(error)) from None


@asynccontextmanager
async def _broker(folder: Path) -> AsyncIterator[Mapping[str, str]]:
    """Settings that name it."""
    _say("broker", "starting RabbitMQ")
    broker = await asyncio.to_thread(Broker.start, folder, keep=True)
    try:
        await asyncio.to_thread(add_vhost, broker.management_port, VHOST)
        yield {
            "HUB_BUS_URL": f"amqp://guest:guest@127.0.0.1:{broker.port}/{VHOST}",
            "HUB_BROKER_MANAGEMENT_URL": f"http://127.0.0.1:{broker.management_port}",
        }
    finally:
        await asyncio.to_thread(broker.stop)


def _environment(settings: Settings, config: Path | None) -> Mapping[str, str]:
    """What all services are given; what else stands in the environment goes on to them."""
    given = {"HUB_CONFIG": str(config)} if config is not None else {}
    return {
        **os.environ,
        **given,
        "HUB_STORE_URL": "sqlite:",
        "HUB_DATA_DIR": str(settings.data_dir.absolute()),
        "HUB_HOST": settings.host,
        "HUB_SIMULATORS": str(settings.simulators).lower(),
    }


async def _run(settings: Settings, environ: Mapping[str, str], ending: Ending) -> None:
    async with asyncio.TaskGroup() as group:
        children: list[Child] = []
        try:
            # The inbox first: it makes the first admin and the first channel.
            for offset, name in enumerate(("inbox", "connectors", "router")):
                own = {**environ, "HUB_PORT": str(settings.port + offset)}
                command = [sys.executable, "-m", name]
                children.append(await Child.start(group, name, command, own))
            for child in children:
                await child.until_ready()
            _greet(settings, children)
            await _until_told_or_one_ended(children, ending)
        finally:
            _say("services", "ending")
            for child in children:
                await child.stop()


async def _until_told_or_one_ended(children: list[Child], ending: Ending) -> None:
    told = asyncio.create_task(ending.signal())
    ends = {asyncio.create_task(child.ended()): child for child in children}
    try:
        done, _ = await asyncio.wait({told, *ends}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (told, *ends):
            task.cancel()
    for task, child in ends.items():
        if task in done and not ending.told:
            raise RuntimeError(f"{child.name} ended by itself; its lines stand above")


def _greet(settings: Settings, children: list[Child]) -> None:
    inbox, connectors, router = (child.url for child in children)
    lines = [
        "Omnihub is running as services",
        "",
        f"  Inbox        {inbox}/",
        f"  Site chat    {connectors}/demo/site",
    ]
    if settings.simulators:
        lines.append(f"  Phones       {connectors}/simulators/   (write as a customer)")
    lines += [
        f"  Router       {router}/readyz",
        f"  Data         {settings.data_dir.absolute()}",
        "",
        "Ctrl-C ends it.",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _say(name: str, text: str) -> None:
    sys.stderr.write(f"{name:<10} | {text}\n")
    sys.stderr.flush()
