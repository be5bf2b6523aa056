"""Fixtures of the mail channel's tests."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.connectors.email.player import MakePlayer, Player, make_connector
from tests.support.mail_server import MailServer
from tests.support.stores import open_embedded

_USERS = ("support", "sales", "anna", "boris")


def pytest_configure(config: pytest.Config) -> None:
    """The marker of the tests that need the mail server."""
    config.addinivalue_line("markers", "mail: needs Dovecot and Exim on this machine")


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    """The hub's HTTP session."""
    async with ClientSession() as session:
        yield session


@pytest.fixture(scope="session")
def mail_server() -> Iterator[MailServer]:
    """A real mail system for all tests; each test has mailboxes of its own."""
    try:
        server = MailServer.start(users=_USERS)
    except RuntimeError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def server(mail_server: MailServer) -> Iterator[MailServer]:
    """The mail system with empty mailboxes."""
    yield mail_server
    mail_server.empty()


@pytest.fixture
async def make_player(
    server: MailServer, http: ClientSession, tmp_path: Path
) -> AsyncIterator[MakePlayer]:
    """Opens channels on the mail system; they are closed after the test."""
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(open_embedded(tmp_path))

        async def opened(user: str = "support", **settings: Any) -> Player:
            given = server.settings(user, **settings)
            connector = make_connector(http, blobs=hub.blobs, channel=user, **given)
            stack.push_async_callback(connector.close)
            return Player(connector, hub.blobs)

        yield opened


@pytest.fixture
async def player(make_player: MakePlayer) -> Player:
    """A channel on the mailbox of ``support``."""
    return await make_player()
