"""Whose intake is measured: the baseline's gateway, and the hub as one process and as services."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench.bare.running import gateway_alone
from tests.bench.intake.platforms import platforms
from tests.bench.intake.webhooks import KINDS, SETTINGS, TELEGRAM_SECRET
from tests.bench.set_ups import Node
from tests.support.hub_process import HubProcess
from tests.support.running_hub import RunningHub
from tests.support.services_process import ServicesProcess
from tests.support.set_ups import own_vhost

_ENVIRON: Final = {"HUB_PUBLIC_URL": "http://hub.example"}


@dataclass(frozen=True, slots=True)
class Intake:
    """Where each kind of webhook is to be posted, and the process that takes it."""

    urls: Mapping[str, str]
    pid: int


SetUp = Callable[[Path, Node], AbstractAsyncContextManager[Intake]]


@asynccontextmanager
async def bare(folder: Path, node: Node) -> AsyncIterator[Intake]:
    """The baseline's gateway, with nobody behind it."""
    async with gateway_alone(folder, node, TELEGRAM_SECRET) as (url, pid):
        yield Intake({"telegram": url}, pid)


@asynccontextmanager
async def embedded(folder: Path, _node: Node) -> AsyncIterator[Intake]:
    """``hub up``: everything in one process, so that the router works on what was taken."""
    async with HubProcess(folder, environ=_ENVIRON) as hub, platforms() as address:
        await _add_channels(hub, address)
        yield Intake(_urls(hub.url), hub.pid)


@asynccontextmanager
async def services(folder: Path, node: Node) -> AsyncIterator[Intake]:
    """``python -m connectors`` on RabbitMQ, with no router that works beside it."""
    bus_url = await asyncio.to_thread(own_vhost, node.url, folder)
    async with (
        ServicesProcess(folder, bus_url, "sqlite:", environ=_ENVIRON, routers=0, inboxes=1) as hub,
        platforms() as address,
    ):
        await _add_channels(hub, address)
        yield Intake(_urls(hub["connectors-1"].url), hub["connectors-1"].pid)


SET_UPS: Final[Mapping[str, SetUp]] = {"services": services, "embedded": embedded}
"""Those that are measured beside the baseline."""


def _urls(base: str) -> dict[str, str]:
    return {name: f"{base}/hooks/{kind.channel}" for name, kind in KINDS.items()}


async def _add_channels(hub: RunningHub, address: str) -> None:
    for channel, settings in SETTINGS.items():
        body = {
            "id": channel,
            "type": channel,
            "name": channel,
            "settings": {**settings, "api_base": f"{address}/{channel}"},
        }
        await hub.call("POST", "/api/v1/channels", body, check="false")
