"""Which channel types there are, without importing their connectors.

A type is a folder ``connectors/<type>`` with a ``manifest.py``, or an installed package's entry
point in the group ``hub.connectors`` that names a ``Manifest``. A package whose entry point cannot
be used is named, and the others go on. A connector's own module is imported in a thread when the
first channel of its type starts: some take seconds.
"""

import importlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Final, Self

import structlog
from aiohttp import web

from connectors.base import Connector, ConnectorContext
from connectors.bugs import frames
from connectors.importing import imported_aside
from connectors.manifest import COMMON_WORDS, Manifest
from connectors.simulator import Simulator, SimulatorContext
from shared.collections import CHANNEL_TYPES
from shared.errors import ChannelBroken
from shared.ids import ChannelType
from shared.model.channel import ChannelTypeInfo
from shared.ports.store import Put, Store

log = structlog.get_logger(__name__)

_GROUP: Final = "hub.connectors"
_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{1,30}")
_TAKEN: Final = frozenset({"api", "demo", "hooks", "simulators", "webchat", "widget"})
"""What stands at the root of the hub's addresses, beside the pages of channel types."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """An installed package's channel type that cannot be used, and why."""

    name: str
    reason: str


class Registry:
    """The channel types that this process serves."""

    def __init__(
        self, manifests: Mapping[ChannelType, Manifest], unusable: Sequence[Unusable] = ()
    ) -> None:
        self._manifests = dict(manifests)
        self.unusable = tuple(unusable)
        """What is installed and left out."""

    @classmethod
    def discover(cls, only: frozenset[ChannelType] | None = None) -> Self:
        """All types that are installed, or those named. Imports manifests, no connectors."""
        found: dict[ChannelType, Manifest] = {}
        for path in sorted(Path(__file__).parent.glob("*/manifest.py")):
            name = path.parent.name
            manifest: Manifest = importlib.import_module(f"connectors.{name}.manifest").MANIFEST
            found[manifest.channel_type] = manifest
        unusable = _add_installed(found, entry_points(group=_GROUP))
        return cls({t: m for t, m in found.items() if only is None or t in only}, unusable)

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


def _add_installed(
    found: dict[ChannelType, Manifest], entries: Iterable[EntryPoint]
) -> list[Unusable]:
    """Add what other packages bring; returns what cannot be used of it."""
    unusable = []
    for entry in sorted(entries, key=lambda one: (one.name, one.value)):
        name = f"{entry.name} ({entry.dist.name})" if entry.dist else entry.name
        try:
            manifest = _usable(entry.load(), found)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's package, whatever it raises
            reason = f"{type(error).__name__}: {error}"[:300]
            log.warning("connector.unusable", name=name, reason=reason, frames=frames(error))
            unusable.append(Unusable(name, reason))
        else:
            found[manifest.channel_type] = manifest
    return unusable


def _usable(manifest: Any, found: Mapping[ChannelType, Manifest]) -> Manifest:
    if not isinstance(manifest, Manifest):
        raise TypeError("its entry point names no Manifest")
    name = manifest.channel_type
    if not _NAME.fullmatch(name) or name in _TAKEN:
        raise ValueError(f"{name!r:.60} cannot be the name of a channel type")
    if name in found:
        raise ValueError(f"there is a channel type {name} already")
    type_info(manifest)
    return manifest


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
