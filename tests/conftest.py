"""Fixtures that every test has. Nothing imports this file."""

from __future__ import annotations

import os
import socket
from collections.abc import Generator, Iterator
from typing import Any

import pytest

from tests.support.amqp_buses import BROKER_VARIABLE
from tests.support.broker import Broker
from tests.support.fork_server import ForkServer
from tests.support.mongo_server import MongoServer
from tests.support.mongo_stores import MONGO_VARIABLE
from tests.support.programs import FORKS
from tests.support.scheduling import Scheduling, longest_first

_ON_THIS_MACHINE = ("127.", "::1", "localhost", "0.0.0.0")  # noqa: S104 - compared, not bound


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first."""
    items[:] = longest_first(items)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling | None:
    """One of our own for `make test`; any other ``--dist`` is somebody's own choice."""
    return Scheduling(config, log) if config.getoption("dist") == "loadgroup" else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where everything must run, a test that is left out has failed.

    Only what is marked ``connected`` may be: its server is none that we could start.
    """
    report = yield
    everything = os.environ.get("CI") == "true" and item.get_closest_marker("connected") is None
    if everything and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"left out although CI=true: {report.longrepr}"
    return report


@pytest.fixture(autouse=True)
def only_this_machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse connections that leave the machine, but for tests that are made for them."""
    if {"connected", "live"} & {mark.name for mark in request.node.iter_markers()}:
        return

    def guard(name: str) -> None:
        real = getattr(socket.socket, name)

        def connect(self: socket.socket, address: Any) -> Any:
            if self.family != socket.AF_UNIX and not str(address[0]).startswith(_ON_THIS_MACHINE):
                raise ConnectionRefusedError(f"a test may not connect to {address[0]}")
            return real(self, address)

        monkeypatch.setattr(socket.socket, name, connect)

    guard("connect")
    guard("connect_ex")


@pytest.fixture(scope="session")
def broker_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The RabbitMQ node of this run; its users carry the marker ``broker`` and its group."""
    named = os.environ.get(BROKER_VARIABLE)
    if named is not None:
        yield named
        return
    node = Broker.start(tmp_path_factory.mktemp("broker"))
    try:
        yield node.url
    finally:
        node.stop()


@pytest.fixture(scope="session")
def fork_server() -> Iterator[ForkServer]:
    """A process that has imported the whole hub, and becomes one in a moment."""
    with ForkServer() as server:
        yield server


@pytest.fixture(scope="module")
def forked_programs(fork_server: ForkServer) -> Iterator[None]:
    """The hubs and services that a module's tests start are forked."""
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv(FORKS, str(fork_server.port))
        yield


@pytest.fixture(scope="module")
def own_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A RabbitMQ node that the tests of a module may stop and start."""
    node = Broker.start(tmp_path_factory.mktemp("broker"))
    try:
        yield node
    finally:
        node.stop()


@pytest.fixture(scope="session")
def mongo_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The MongoDB server that the environment names, or a wire server of this run."""
    named = os.environ.get(MONGO_VARIABLE)
    if named is not None:
        yield named
        return
    server = MongoServer.start(tmp_path_factory.mktemp("mongo"))
    try:
        yield server.url
    finally:
        server.stop()
