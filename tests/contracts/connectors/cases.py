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
from pydantic import SecretStr

from connectors.base import Connector, ConnectorContext, RawEvent, RawRequest
from connectors.manifest import Manifest
from connectors.registry import Registry
from shared.clock import ManualClock
from shared.ids import ChannelId

_RECORDED = Path(__file__).parents[2] / "connectors"
_SAMPLE = Path(__file__).parent / "sample" / "recorded"


@dataclass(frozen=True)
class Recorded:
    """One payload of a platform and what it says."""

    name: str
    body: bytes
    headers: Mapping[str, str] | None
    signs_body: bool
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
        self, http: ClientSession, settings: Mapping[str, Any] | None = None
    ) -> ConnectorContext:
        """What the connector is given; the clock stands still."""
        return ConnectorContext(
            channel_id=ChannelId(f"test-{self.name}"),
            channel_type=self.manifest.channel_type,
            settings=self.manifest.settings.model_validate(dict(settings or self.settings)),
            http=http,
            clock=ManualClock(),
            public_url="https://hub.invalid",
            webhook_secret="webhook-secret-of-the-hub-41c0",
        )

    @asynccontextmanager
    async def opened(self, settings: Mapping[str, Any] | None = None) -> AsyncIterator[Connector]:
        """A connector, closed at the end."""
        async with ClientSession() as http:
            connector = self.make(self.context(http, settings))
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


def sample_case() -> Case:
    """The made-up platform."""
    from tests.contracts.connectors.sample.connector import connect
    from tests.contracts.connectors.sample.manifest import MANIFEST

    return _case(MANIFEST, _SAMPLE, connect)


def installed_manifests() -> list[Manifest]:
    """Every channel type that the project ships."""
    return list(Registry.discover().manifests().values())


def recorded_in(manifest: Manifest) -> Path:
    """Where the payloads of a type are."""
    return _RECORDED / manifest.channel_type


def installed_cases() -> list[Case]:
    """The types that have recorded settings, connectors not imported yet."""
    return [
        _case(manifest, recorded_in(manifest), _lazily(manifest))
        for manifest in installed_manifests()
        if (recorded_in(manifest) / "settings.json").exists()
    ]


def _lazily(manifest: Manifest) -> Callable[[ConnectorContext], Connector]:
    def make(context: ConnectorContext) -> Connector:
        connector: Connector = importlib.import_module(manifest.module).connect(context)
        return connector

    return make


def _case(manifest: Manifest, folder: Path, make: Callable[[ConnectorContext], Connector]) -> Case:
    settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    paths = sorted((folder / "inbound").glob("*.json"))
    return Case(manifest, settings, tuple(_recorded(path) for path in paths), make)


def _recorded(path: Path) -> Recorded:
    said = json.loads(path.read_text(encoding="utf-8"))
    if "body_base64" in said:
        body = base64.b64decode(said["body_base64"])
    else:
        body = json.dumps(said["body"]).encode()
    return Recorded(
        name=path.stem,
        body=body,
        headers=said.get("headers"),
        signs_body=said.get("signed") == "body",
        expected=said["expected"],
    )


def plain(value: Any) -> Any:
    """A secret's own value, anything else as it is."""
    return value.get_secret_value() if isinstance(value, SecretStr) else value
