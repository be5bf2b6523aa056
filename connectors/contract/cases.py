"""A connector with its recorded payloads, ready to be looked at."""

import base64
import importlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from connectors.base import Connector, ConnectorContext, RawEvent, RawRequest
from connectors.contract.attempts import Noted
from connectors.manifest import Manifest
from shared.clock import Clock, ManualClock
from shared.ids import ChannelId
from shared.webhooks.guard import Guard


@dataclass(frozen=True)
class Recorded:
    """One payload of a platform and what it says."""

    name: str
    body: bytes
    headers: Mapping[str, str] | None
    signs_body: bool
    proof: str | None
    """The field of the body that proves who sent it, for platforms whose headers prove nothing."""
    expected: Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """A channel type under test; ``make`` makes a connector, perhaps one with a planted fault."""

    manifest: Manifest
    settings: Mapping[str, Any]
    payloads: tuple[Recorded, ...]
    make: Callable[[ConnectorContext], Connector]

    @property
    def name(self) -> str:
        """The channel type."""
        return self.manifest.channel_type

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that nobody may see."""
        names = self.manifest.secret_fields()
        return tuple(str(self.settings[name]) for name in names if self.settings.get(name))

    def context(
        self,
        http: ClientSession,
        guarded: ClientSession,
        settings: Mapping[str, Any] | None = None,
        clock: Clock | None = None,
    ) -> ConnectorContext:
        """What the connector is given; the clock stands still unless one is given."""
        return ConnectorContext(
            channel_id=ChannelId(f"test-{self.name}"),
            channel_type=self.manifest.channel_type,
            settings=self.manifest.settings.model_validate(dict(settings or self.settings)),
            http=http,
            guarded=guarded,
            attempts=Noted(),
            clock=clock or ManualClock(),
            public_url="https://hub.invalid",
            webhook_secret="webhook-secret-of-the-hub-41c0",  # noqa: S106 - made up, like the rest
        )

    @asynccontextmanager
    async def opened(
        self, settings: Mapping[str, Any] | None = None, clock: Clock | None = None
    ) -> AsyncIterator[Connector]:
        """A connector, closed at the end."""
        guard = Guard(("127.0.0.0/8", "::1"))
        async with ClientSession() as http, guard.session() as guarded:
            connector = self.make(self.context(http, guarded, settings, clock))
            try:
                yield connector
            finally:
                await connector.close()

    def events(self, connector: Connector, body: bytes) -> list[RawEvent]:
        """The single events of a body. Raises ``BadPayload``."""
        return list(connector.split(body)) if self.manifest.webhooks else [RawEvent(body)]


def request(body: bytes, headers: Mapping[str, str]) -> RawRequest:
    """A webhook request."""
    return RawRequest(
        method="POST",
        path="/hooks/test",
        query={},
        headers={name.lower(): value for name, value in headers.items()},
        body=body,
    )


def case_of(
    manifest: Manifest,
    recorded: Path,
    make: Callable[[ConnectorContext], Connector] | None = None,
) -> Case:
    """The case of a type whose ``settings.json`` and ``inbound/`` are in a folder.

    The connector is imported when one is made. Raises ``OSError`` and ``ValueError``.
    """
    settings = json.loads((recorded / "settings.json").read_text(encoding="utf-8"))
    paths = sorted((recorded / "inbound").glob("*.json"))
    return Case(manifest, settings, tuple(map(recorded_at, paths)), make or _lazily(manifest))


def _lazily(manifest: Manifest) -> Callable[[ConnectorContext], Connector]:
    def make(context: ConnectorContext) -> Connector:
        connector: Connector = importlib.import_module(manifest.module).connect(context)
        return connector

    return make


def recorded_at(path: Path) -> Recorded:
    """One recorded payload; without ``expected`` it says nothing. Raises ``ValueError``."""
    said = json.loads(path.read_text(encoding="utf-8"))
    if "body_base64" in said:
        body = base64.b64decode(said["body_base64"])
    elif "body_text" in said:
        body = said["body_text"].encode()
    else:
        body = json.dumps(said["body"]).encode()
    return Recorded(
        name=path.stem,
        body=body,
        headers=said.get("headers"),
        signs_body=said.get("signed") == "body",
        proof=said.get("proof"),
        expected=said.get("expected", {}),
    )
