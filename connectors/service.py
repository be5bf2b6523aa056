"""The connectors service: which channels there are, and each of them at work.

The store's channel documents are the truth. A changed one restarts its channel and no other; the
news of a change wakes the service, and every five seconds it looks anyway.
"""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog
from aiohttp import web

from connectors.broken import set_state
from connectors.bugs import report_bug
from connectors.checks import Checks
from connectors.follower import Follower
from connectors.intake import Intake
from connectors.live import KnownChannel, LiveChannel
from connectors.overdue import LOOK_EVERY_S, settle_overdue
from connectors.registry import Registry
from connectors.replays import Replays
from connectors.resources import Resources
from connectors.runner import ChannelRunner
from connectors.simulators import Simulators
from connectors.waiting import signal_or_time
from shared.collections import CHANNELS
from shared.errors import HubError, Unavailable
from shared.ids import ChannelId, new_id
from shared.model.channel import Channel, ChannelState

log = structlog.get_logger(__name__)

_LOOK_EVERY_S: Final = 5.0
_AGAIN_S: Final = 1.0
_PAGE: Final = 200
_RESTARTS_FOR: Final = ("state", "type", "settings", "sealed")
"""Fields of a channel whose change its connector must notice; a new name is none of these."""


class ConnectorsService:
    """Runs the channels of the types in the registry, and answers for them over HTTP."""

    def __init__(
        self,
        registry: Registry,
        resources: Resources,
        *,
        name: str | None = None,
        simulators_base: Callable[[], str] | None = None,
    ) -> None:
        """``simulators_base`` tells where simulated platforms reach this process once it listens;
        None switches the simulators off. ``name`` is unique per process."""
        self._registry = registry
        self._resources = resources
        self._name = name or new_id("x")[-12:]
        self._known: dict[ChannelId, KnownChannel] = {}
        self._running: dict[ChannelId, tuple[ChannelRunner, asyncio.Task[None]]] = {}
        self._changed = asyncio.Event()
        self._loaded = False
        self.intake: Final = Intake(
            self._known,
            resources.metrics,
            body_limit_bytes=resources.body_limit_bytes,
            ready=lambda: self._loaded,
        )
        self._checks = Checks(registry, self._known, resources, name=self._name)
        self._replays = Replays(self._known, resources)
        self.simulators = (
            Simulators(registry, resources, base_url=simulators_base, changed=self._changed.set)
            if simulators_base is not None
            else None
        )

    def routes(self) -> list[web.RouteDef]:
        """What the HTTP server mounts at its root; may be asked before ``run``."""
        routes = self.intake.routes(self._registry.manifests())
        routes.extend(self._registry.site_routes())
        if self.simulators is not None:
            routes.extend(self.simulators.routes())
        return routes

    async def run(self) -> None:
        """Serve until cancelled; then what is being sent comes to its end, for up to 2.5 s."""
        follower = Follower(
            self._known,
            name=self._name,
            bus=self._resources.bus,
            store=self._resources.store,
            clock=self._resources.clock,
            metrics=self._resources.metrics,
            channel_changed=self._changed.set,
        )
        async with asyncio.TaskGroup() as group:
            try:
                group.create_task(follower.run())
                # Before any channel: what follows after its files were looked for must be seen.
                await follower.started.wait()
                group.create_task(self._checks.run())
                group.create_task(self._replays.run())
                group.create_task(self._describe())
                group.create_task(self._look_after_still_ones())
                if self.simulators is not None:
                    group.create_task(self.simulators.run())
                await self._supervise(group)
            finally:
                await self._stop_all()

    async def run_checks(self) -> None:
        """Only describe the channel types and answer checks, until cancelled: no channel works."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._checks.run())
            group.create_task(self._describe())

    async def check(self) -> None:
        """Raises ``Unavailable`` until the channels' documents have been read once."""
        if not self._loaded:
            raise Unavailable("the channels have not been read yet")

    def look_again(self) -> None:
        """Look at the channels' documents at once instead of within five seconds."""
        self._changed.set()

    def live(self, channel_id: ChannelId) -> LiveChannel | None:
        """The channel, if it is at work in this process."""
        known = self._known.get(channel_id)
        return known.live if known else None

    async def _describe(self) -> None:
        while True:
            try:
                await self._registry.describe(self._resources.store)
                return
            except Unavailable:
                await self._resources.clock.sleep(_AGAIN_S)

    async def _supervise(self, group: asyncio.TaskGroup) -> None:
        revive = True
        while True:
            try:
                channels = await self._load()
            except Unavailable as error:
                log.warning("channels.store_away", reason=str(error))
                await self._resources.clock.sleep(_AGAIN_S)
                continue
            if revive:
                await self._revive(channels)
                revive = False
            async with asyncio.TaskGroup() as changing:
                for gone in self._known.keys() - {channel.id for channel in channels}:
                    changing.create_task(self._forget(gone))
                for channel in channels:
                    changing.create_task(self._reconcile(channel, group))
            self._loaded = True
            await signal_or_time(self._changed, self._resources.clock, _LOOK_EVERY_S)

    async def _load(self) -> list[Channel]:
        found: list[Channel] = []
        cursor = None
        while True:
            page = await self._resources.store.find(CHANNELS, equal={}, cursor=cursor, limit=_PAGE)
            found.extend(c for c in page.items if self._registry.get(c.type) is not None)
            cursor = page.next
            if cursor is None:
                return found

    async def _revive(self, channels: list[Channel]) -> None:
        """Try broken channels once at the start: what was wrong may have been put right."""
        for channel in channels:
            if channel.state is ChannelState.BROKEN:
                await set_state(
                    channel,
                    ChannelState.ACTIVE,
                    None,
                    store=self._resources.store,
                    bus=self._resources.bus,
                    clock=self._resources.clock,
                )
                self._changed.set()

    async def _forget(self, channel_id: ChannelId) -> None:
        await self._stop(channel_id, removed=True)
        self._known.pop(channel_id, None)

    async def _reconcile(self, channel: Channel, group: asyncio.TaskGroup) -> None:
        known = self._known.get(channel.id)
        before = known.channel if known else None
        changed = before is None or _differs(before, channel)
        if not changed and not self._has_ended(channel):
            if before != channel and known is not None:
                self._known[channel.id] = KnownChannel(channel, known.live)
            return
        # From here on nothing more is taken for it as it was.
        self._known[channel.id] = KnownChannel(channel)
        await self._stop(channel.id, removed=channel.state is ChannelState.REMOVED)
        manifest = self._registry.get(channel.type)
        if channel.simulated and not self._has_far_end(channel.id):
            # Known, so that nobody is told it does not exist, and looked at again in a moment.
            stopped = channel.model_copy(update={"settings": {}, "sealed": None})
            self._known[channel.id] = KnownChannel(stopped)
            return
        if channel.state is not ChannelState.ACTIVE or manifest is None:
            return

        def came_alive(live: LiveChannel | None) -> None:
            now = self._known.get(channel.id)
            if now is not None:
                self._known[channel.id] = KnownChannel(now.channel, live)

        runner = ChannelRunner(channel, manifest, self._registry, self._resources, came_alive)
        task = group.create_task(runner.run(), name=f"channel {channel.id}")
        self._running[channel.id] = (runner, task)

    def _has_ended(self, channel: Channel) -> bool:
        """Whether it broke, but somebody changed its document before that was written there."""
        running = self._running.get(channel.id)
        return channel.state is ChannelState.ACTIVE and running is not None and running[1].done()

    def _has_far_end(self, channel_id: ChannelId) -> bool:
        return self.simulators is not None and self.simulators.get(channel_id) is not None

    async def _stop(self, channel_id: ChannelId, *, removed: bool = False) -> None:
        running = self._running.get(channel_id)
        if running is None:
            return
        runner, task = running
        await runner.drain(removed=removed)
        task.cancel()
        await asyncio.wait([task])
        self._running.pop(channel_id, None)

    async def _stop_all(self) -> None:
        async with asyncio.TaskGroup() as stopping:
            for channel_id in list(self._running):
                stopping.create_task(self._stop(channel_id))

    async def _look_after_still_ones(self) -> None:
        while True:
            await self._resources.clock.sleep(LOOK_EVERY_S)
            for known in list(self._known.values()):
                still = known.channel.state is not ChannelState.ACTIVE
                if still and known.channel.id not in self._running:
                    await self._look_after(known.channel)

    async def _look_after(self, channel: Channel) -> None:
        manifest = self._registry.get(channel.type)
        if manifest is None:
            return
        try:
            settled = await settle_overdue(channel, manifest.capabilities, self._resources)
        except HubError as error:
            log.info("overdue.skipped", channel_id=channel.id, error=type(error).__name__)
        except Exception as error:  # noqa: BLE001 - it must not stop the channels that work
            report_bug(self._resources.metrics, "overdue", error, channel_id=channel.id)
        else:
            if settled:
                log.info("overdue.settled", channel_id=channel.id, parts=settled)


def _differs(before: Channel, after: Channel) -> bool:
    return any(getattr(before, name) != getattr(after, name) for name in _RESTARTS_FOR)
