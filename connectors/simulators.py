"""Simulated platforms: each connector that ships one gets a channel ``sim-<type>`` to try it with.

The far ends live in this process, one beside the other; one that starts slowly or not at all keeps
nobody waiting.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog
from aiohttp import web

from connectors.bugs import report_bug
from connectors.configuration import close_settings
from connectors.manifest import Manifest
from connectors.phone_api import PhoneApi
from connectors.registry import Registry
from connectors.resources import Resources
from connectors.simulator import Simulator, SimulatorContext
from shared.collections import CHANNELS, CURSORS
from shared.errors import Conflict, HubError, Unavailable
from shared.ids import ChannelId, ChannelType
from shared.model.channel import Channel, ChannelState
from shared.ports.store import ABSENT, Delete, Put, Update

log = structlog.get_logger(__name__)

_AGAIN_S: Final = 1.0
_CLOSE_LIMIT_S: Final = 1.0


def simulated_id(channel_type: ChannelType) -> ChannelId:
    """The id of the simulated channel of a type."""
    return ChannelId(f"sim-{channel_type}")


@dataclass(frozen=True, slots=True)
class Running:
    """A far end at work."""

    manifest: Manifest
    simulator: Simulator


class Simulators:
    """Starts the far ends, keeps their channels, and serves the phones page."""

    def __init__(
        self,
        registry: Registry,
        resources: Resources,
        *,
        base_url: Callable[[], str],
        changed: Callable[[], None],
    ) -> None:
        """``base_url`` is where this process is reached once it listens; ``changed`` is called when
        a channel was written."""
        self._registry = registry
        self._resources = resources
        self._base_url = base_url
        self._changed = changed
        self._running: dict[ChannelId, Running] = {}
        self._coming = {m.channel_type for m in self._to_start()}
        """Those that have neither started nor failed to."""
        self._phones = PhoneApi(self._titles, self.get)

    def routes(self) -> list[web.RouteDef]:
        """``/simulators/...``."""
        return self._phones.routes()

    def get(self, channel_id: ChannelId) -> Simulator | None:
        """The far end of a simulated channel, once it has started."""
        running = self._running.get(channel_id)
        return running.simulator if running else None

    async def run(self) -> None:
        """Keep the far ends until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                for manifest in self._to_start():
                    group.create_task(self._keep(manifest))
        finally:
            self._phones.close()

    async def check(self) -> None:
        """Raises ``Unavailable`` until every far end has started, or could not."""
        if self._coming:
            raise Unavailable(f"starting: {', '.join(sorted(self._coming))}")

    def _to_start(self) -> list[Manifest]:
        return [m for m in self._registry.manifests().values() if m.simulator is not None]

    def _titles(self) -> Mapping[ChannelId, tuple[ChannelType, str]]:
        return {
            channel_id: (running.manifest.channel_type, running.manifest.title)
            for channel_id, running in self._running.items()
        }

    async def _keep(self, manifest: Manifest) -> None:
        channel_id = simulated_id(manifest.channel_type)
        async with self._resources.sessions(None) as session:
            context = SimulatorContext(
                channel_id=channel_id,
                webhook_url=f"{self._base_url()}/hooks/{channel_id}",
                http=session,
                clock=self._resources.clock,
                changed=lambda customer: self._phones.changed(channel_id, customer),
            )
            try:
                simulator = await self._registry.simulate(manifest, context)
                base = await simulator.start()
            except HubError as error:
                log.warning("simulator.failed", channel_id=channel_id, reason=str(error))
                self._coming.discard(manifest.channel_type)
                return
            except Exception as error:  # noqa: BLE001 - one far end's bug must not stop the others
                report_bug(self._resources.metrics, "simulator", error, channel_id=channel_id)
                self._coming.discard(manifest.channel_type)
                return
            try:
                await self._ensure_channel(manifest, channel_id, simulator, base)
                self._running[channel_id] = Running(manifest, simulator)
                self._coming.discard(manifest.channel_type)
                self._changed()
                log.info("simulator.started", channel_id=channel_id)
                await asyncio.Event().wait()
            finally:
                self._running.pop(channel_id, None)
                await self._close(simulator, channel_id)

    async def _close(self, simulator: Simulator, channel_id: ChannelId) -> None:
        try:
            async with asyncio.timeout(_CLOSE_LIMIT_S):
                await simulator.close()
        except TimeoutError:
            log.warning("simulator.slow_to_close", channel_id=channel_id)

    async def _ensure_channel(
        self, manifest: Manifest, channel_id: ChannelId, simulator: Simulator, base: str
    ) -> None:
        """Point the channel at the far end that has just started; a removed one stays removed."""
        values: dict[str, Any] = dict(simulator.settings())
        if "api_base" in manifest.settings.model_fields:
            values.setdefault("api_base", base)
        settings, sealed = close_settings(values, manifest, self._resources.seal)
        while True:
            try:
                await self._write(manifest, channel_id, settings, sealed)
                return
            except (Conflict, Unavailable) as error:
                log.info("simulator.channel_again", channel_id=channel_id, reason=str(error))
                await self._resources.clock.sleep(_AGAIN_S)

    async def _write(
        self,
        manifest: Manifest,
        channel_id: ChannelId,
        settings: dict[str, Any],
        sealed: str | None,
    ) -> None:
        store, now = self._resources.store, self._resources.clock.now()
        # The far end has forgotten everything: so must we where it was read up to.
        forget = Delete(CURSORS, channel_id)
        stored = await store.get(CHANNELS, channel_id)
        if stored is None:
            channel = Channel(
                id=channel_id,
                type=manifest.channel_type,
                name=f"{manifest.title} (simulator)",
                settings=settings,
                sealed=sealed,
                simulated=True,
                created_at=now,
                updated_at=now,
            )
            await store.commit([forget, Put(CHANNELS, channel, expect=ABSENT)])
            return
        broken = stored.state is ChannelState.BROKEN
        values = {
            "settings": settings,
            "sealed": sealed,
            "updated_at": now,
            "version": stored.version + 1,
            "state": ChannelState.ACTIVE if broken else stored.state,
            "reason": None if broken else stored.reason,
        }
        change = Update(CHANNELS, channel_id, values, expect={"version": stored.version})
        await store.commit([forget, change])
