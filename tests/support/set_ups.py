"""The ways to run a hub that every story must work on."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Final

import pytest
from yarl import URL

from tests.support.broker import add_vhost
from tests.support.hub_process import HubProcess
from tests.support.places import place_of
from tests.support.running_hub import RunningHub
from tests.support.services_process import ServicesProcess

StartHub = Callable[[Mapping[str, str]], AbstractAsyncContextManager[RunningHub]]
"""Starts a hub with simulators and these settings."""

_BROKER: Final = (pytest.mark.broker, pytest.mark.xdist_group("broker"))
SET_UPS: Final = (
    "embedded",
    pytest.param("services-sqlite", marks=_BROKER),
    pytest.param("services-mongo", marks=_BROKER),
)


def embedded(folder: Callable[[], Path]) -> StartHub:
    """Everything in one process."""

    def start(environ: Mapping[str, str]) -> AbstractAsyncContextManager[RunningHub]:
        return HubProcess(folder(), "--simulators", environ=environ)

    return start


def services(folder: Callable[[], Path], broker: str, server: str | None = None) -> StartHub:
    """Two routers, two inboxes and connectors, on SQLite unless a MongoDB server is named."""

    def start(environ: Mapping[str, str]) -> AbstractAsyncContextManager[RunningHub]:
        place = folder()
        store_url = "sqlite:" if server is None else own_database(server, place)
        return ServicesProcess(
            place, own_vhost(broker, place), store_url, "--simulators", environ=environ
        )

    return start


def own_vhost(broker: str, folder: Path) -> str:
    """The address of a virtual host of the folder's own; blocks for a moment."""
    url = URL(broker)
    add_vhost(int(url.fragment), place_of(folder))
    return str(url.with_path(f"/{place_of(folder)}").with_fragment(None))


def own_database(server: str, folder: Path) -> str:
    """The address of a database of the folder's own."""
    return str(URL(server).with_path(f"/{place_of(folder)}"))
