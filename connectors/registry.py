"""Which channel types there are, without importing their connectors.

A type is a folder ``connectors/<type>`` with a ``manifest.py``, or an installed package's entry
point in the group ``hub.connectors`` that names a ``Manifest``. A connector's own module is
imported in a thread when the first channel of its type starts: some take seconds.
"""

import importlib
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final, Self

import structlog
from aiohttp import web

from connectors.base import Connector, ConnectorContext, Simulator, SimulatorContext
from connectors.bugs import frames
from connectors.importing import imported_aside
from connectors.manifest import COMMON_WORDS, Manifest
from shared.collections import CHANNEL_TYPES
from shared.errors import ChannelBroken
from shared.ids import ChannelType
from shared.model.channel import ChannelTypeInfo
from shared.ports.store import Put, Store

log = structlog.get_logger(__name__)

_GROUP: Final = "hub.connectors"


class Registry:
    """The channel types that this process serves."""

    def __init__(self, manifests: Mapping[ChannelType, Manifest]) -> None:
        self._manifests = dict(manifests)

    @classmethod
    def discover(cls, only: frozenset[ChannelType] | None = None) -> Self:
        """All types that are installed, or those named. Imports manifests, no connectors."""
        found: dict[ChannelType, Manifest] = {}
        for path in sorted(Path(__file__).parent.glob("*/manifest.py")):
            name = path.parent.name
            manifest: Manifest = importlib.import_module(f"connectors.{name}.manifest").MANIFEST
            found[manifest.channel_type] = manifest
        for entry in entry_points(group=_GROUP):
            installed: Manifest = entry.load()
            found.setdefault(installed.channel_type, installed)
        return cls({t: m for t, m in found.items() if only is None or t in only})

    def manifests(self) -> dict[ChannelType, Manifest]:
        """The manifests by type."""
        return dict(self._manifests)

    def get(self, channel_type: ChannelType) -> Manifest | None:
        """The manifest of a type; None when this process does not serve it."""
        return self._manifests.get(channel_type)

    def site_routes(self) -> list[web.RouteDef]:
        """Pages of the types that belong to no channel. Imports the modules that define them."""
        routes: list[web.RouteDef] = []
        for manifest in self._manifests.values():
            if manifest.site is not None:
                routes.extend(importlib.import_module(manifest.site).site_routes())
        return routes

    async def connect(self, context: ConnectorContext) -> Connector:
        """A connector for a channel; its module is imported in a thread.

        Raises ``ChannelBroken`` when there is no such type or its module cannot be imported, and
        whatever the connector refuses its settings with.
        """
        manifest = self._manifests.get(context.channel_type)
        if manifest is None:
            raise ChannelBroken(f"there is no channel type {context.channel_type!r:.60}")
        connect: Callable[[ConnectorContext], Connector] = await _load(manifest.module, "connect")
        return connect(context)

    async def simulate(self, manifest: Manifest, context: SimulatorContext) -> Simulator:
        """The far end of a platform, for a manifest that names one. Raises ``ChannelBroken``."""
        module = manifest.simulator
        if module is None:
            raise ChannelBroken(f"{manifest.channel_type} ships no simulator")
        simulate: Callable[[SimulatorContext], Simulator] = await _load(module, "simulate")
        return simulate(context)

    async def describe(self, store: Store) -> None:
        """Write what admins and the composer need to know of each type. Raises ``Unavailable``."""
        documents = [type_info(manifest) for manifest in self._manifests.values()]
        if documents:
            await store.commit([Put(CHANNEL_TYPES, document) for document in documents])


def type_info(manifest: Manifest) -> ChannelTypeInfo:
    """A channel type as admins see it: secrets are marked ``writeOnly`` on the setting itself."""
    schema: dict[str, Any] = manifest.settings.model_json_schema()
    for name in manifest.secret_fields():
        schema["properties"][name]["writeOnly"] = True
    return ChannelTypeInfo(
        id=manifest.channel_type,
        title=manifest.title,
        summary=dict(manifest.summary),
        settings_schema=schema,
        settings_words={
            language: {**COMMON_WORDS.get(language, {}), **words}
            for language, words in manifest.words.items()
        },
        capabilities=manifest.capabilities,
        pulls=manifest.pulls,
        webhooks=manifest.webhooks,
        simulated=manifest.simulator is not None,
    )


async def _load(module: str, name: str) -> Any:
    """A function of a module that may take seconds to import."""
    try:
        imported = await imported_aside(module)
        return getattr(imported, name)
    except Exception as error:  # noqa: BLE001 - its channels' problem, never the hub's
        log.warning("connector.unimportable", module=module, frames=frames(error))
        detail = f": {error}" if isinstance(error, ImportError) else ""
        raise ChannelBroken(
            f"its connector cannot be imported: {type(error).__name__}{detail}"
        ) from None
