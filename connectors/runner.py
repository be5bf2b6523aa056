"""One channel at work, from loading its connector to closing it.

Whatever goes wrong here stays here: a channel that does not work is marked broken, one that meets a
bug starts again after a while.
"""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from connectors.acceptance import Acceptance
from connectors.actions import Presses
from connectors.base import (
    Answers,
    Connector,
    FetchesMedia,
    FollowsMessages,
    LimitsItself,
    Listens,
    Paces,
    Pulls,
    ServesPages,
    Subscribes,
)
from connectors.broken import set_state
from connectors.bugs import report_bug
from connectors.dispatch import Dispatcher, DispatchPorts
from connectors.health import WRITE_EVERY_S, Health
from connectors.listening import Listening
from connectors.live import LiveChannel
from connectors.manifest import Manifest
from connectors.media import MediaFetcher, MediaPorts
from connectors.opening import opened
from connectors.pages import Pages
from connectors.pull import PullLoop
from connectors.registry import Registry
from connectors.resources import Resources
from shared.delivery.pace import backoff_s
from shared.errors import ChannelBroken, HubError, Rejected, Throttled, Unavailable
from shared.model.channel import Capabilities, Channel, ChannelState
from shared.model.records import Lease
from shared.tenure import while_held

log = structlog.get_logger(__name__)

_DRAIN_LIMIT_S: Final = 2.5
_SUBSCRIBE_LIMIT_S: Final = 30.0
_UNSUBSCRIBE_LIMIT_S: Final = 5.0


class ChannelRunner:
    """Runs one channel as its document stands; a changed document gets a new runner."""

    def __init__(
        self,
        channel: Channel,
        manifest: Manifest,
        registry: Registry,
        resources: Resources,
        came_alive: Callable[[LiveChannel | None], None],
    ) -> None:
        self.channel = channel
        self._manifest = manifest
        self._registry = registry
        self._resources = resources
        self._came_alive = came_alive
        self._health = Health(channel.id, resources.clock)
        self._acceptance = Acceptance(
            channel.id,
            channel.type,
            bus=resources.bus,
            store=resources.store,
            blobs=resources.blobs,
            clock=resources.clock,
            metrics=resources.metrics,
            health=self._health,
        )
        self._dispatcher: Dispatcher | None = None
        self._dispatching = False
        self._dispatched = asyncio.Event()
        self._removed = False

    async def run(self) -> None:
        """Serve the channel until it is cancelled, or broken."""
        failures = 0
        while True:
            try:
                await self._open_and_serve()
            except ChannelBroken as error:
                await self._break(str(error))
                return
            except Exception as error:  # noqa: BLE001 - one channel's bug must not stop the others
                failures += 1
                name = report_bug(
                    self._resources.metrics, "channel", error, channel_id=self.channel.id
                )
                self._health.failed(f"a bug: {name}")
                await self._resources.clock.sleep(backoff_s(failures, self._resources.random))
            else:
                return

    async def drain(self, *, removed: bool = False) -> None:
        """Let what is being sent come to its end, for up to 2.5 s; then cancel ``run``."""
        self._removed = removed
        if self._dispatcher is not None:
            self._dispatcher.drain()
            if self._dispatching:
                try:
                    async with asyncio.timeout(_DRAIN_LIMIT_S):
                        await self._dispatched.wait()
                except TimeoutError:
                    log.warning("dispatch.cut_short", channel_id=self.channel.id)

    async def _open_and_serve(self) -> None:
        async with opened(
            self.channel, self._manifest, self._registry, self._resources, self._acceptance.accept
        ) as connector:
            live = self._live(connector)
            log.info("channel.live", channel_id=self.channel.id, type=self.channel.type)
            self._came_alive(live)
            try:
                await self._serve(live)
            finally:
                self._came_alive(None)
                await self._leave(connector)

    def _live(self, connector: Connector) -> LiveChannel:
        channel, resources = self.channel, self._resources
        media = None
        if isinstance(connector, FetchesMedia):
            media = MediaFetcher(channel, connector, self._media_ports())
        pages = None
        if isinstance(connector, ServesPages):
            pages = Pages(channel.type, channel.id, connector.routes())
        return LiveChannel(
            channel=channel,
            manifest=self._manifest,
            connector=connector,
            answers=connector if isinstance(connector, Answers) else None,
            acceptance=self._acceptance,
            health=self._health,
            presses=Presses(connector, channel.id, resources.metrics),
            follows=connector if isinstance(connector, FollowsMessages) else None,
            pages=pages,
            media=media,
            sends=lambda: self._dispatching,
        )

    async def _serve(self, live: LiveChannel) -> None:
        leases, clock, id = self._resources.leases, self._resources.clock, self.channel.id
        self._dispatcher = self._make_dispatcher(live)
        async with asyncio.TaskGroup() as group:
            group.create_task(live.presses.run())
            group.create_task(self._keep_health())

            async def receiving(lease: Lease) -> None:
                await self._receive(live, lease)

            group.create_task(while_held(leases, clock, f"pull/{id}", receiving))
            group.create_task(while_held(leases, clock, f"dispatch/{id}", self._dispatch))
            if live.media is not None:
                group.create_task(while_held(leases, clock, f"media/{id}", live.media.run))

    async def _receive(self, live: LiveChannel, lease: Lease) -> None:
        """Tell the platform where our webhook is, then pull or listen if that is how it is set."""
        if isinstance(live.connector, Subscribes) and not await self._subscribe(live.connector):
            return
        if isinstance(live.connector, Pulls) and live.connector.wants_pull():
            await self._pulling(live).run(lease)
        elif isinstance(live.connector, Listens) and live.connector.wants_to_listen():
            await self._listening(live).run(live.connector)
        else:
            # Nobody else is to subscribe while we live.
            await asyncio.Event().wait()

    def _pulling(self, live: LiveChannel) -> PullLoop:
        resources = self._resources
        return PullLoop(
            self.channel.id,
            live.connector,
            acceptance=live.acceptance,
            presses=live.presses,
            store=resources.store,
            clock=resources.clock,
            health=self._health,
            metrics=resources.metrics,
            broken=self._break,
            random=resources.random,
        )

    def _listening(self, live: LiveChannel) -> Listening:
        resources = self._resources
        return Listening(
            self.channel.id,
            live.connector,
            acceptance=live.acceptance,
            presses=live.presses,
            clock=resources.clock,
            health=self._health,
            metrics=resources.metrics,
            broken=self._break,
            random=resources.random,
        )

    async def _subscribe(self, connector: Subscribes) -> bool:
        failures = 0
        while True:
            try:
                async with asyncio.timeout(_SUBSCRIBE_LIMIT_S):
                    await connector.subscribe()
            except (ChannelBroken, Rejected) as error:
                await self._break(str(error))
                return False
            except Throttled as error:
                await self._resources.clock.sleep(error.retry_after_s)
            except (HubError, TimeoutError) as error:
                failures += 1
                self._health.failed(str(error) or "the platform did not answer in time")
                await self._resources.clock.sleep(backoff_s(failures, self._resources.random))
            else:
                return True

    async def _dispatch(self, lease: Lease) -> None:
        assert self._dispatcher is not None  # noqa: S101 - made before this runs
        # It may have been set when the lease was lost before.
        self._dispatched.clear()
        self._dispatching = True
        try:
            await self._dispatcher.run(lease)
        finally:
            self._dispatching = False
            self._dispatched.set()

    def _make_dispatcher(self, live: LiveChannel) -> Dispatcher:
        resources = self._resources
        ports = DispatchPorts(
            bus=resources.bus,
            store=resources.store,
            blobs=resources.blobs,
            clock=resources.clock,
            metrics=resources.metrics,
            random=resources.random,
        )
        return Dispatcher(
            self.channel.id,
            live.connector,
            capabilities_at(live.connector, self._manifest),
            ports=ports,
            health=self._health,
            broken=self._break,
        )

    def _media_ports(self) -> MediaPorts:
        resources = self._resources
        return MediaPorts(
            bus=resources.bus,
            store=resources.store,
            blobs=resources.blobs,
            clock=resources.clock,
            metrics=resources.metrics,
            random=resources.random,
            max_bytes=resources.media_limit_bytes,
        )

    async def _keep_health(self) -> None:
        while True:
            try:
                await self._health.write(self._resources.store)
            except Unavailable:
                pass  # it is written with the next round
            await self._resources.clock.sleep(WRITE_EVERY_S)

    async def _leave(self, connector: Connector) -> None:
        if not self._removed or not isinstance(connector, Subscribes):
            return
        try:
            async with asyncio.timeout(_UNSUBSCRIBE_LIMIT_S):
                await connector.unsubscribe()
        except (HubError, TimeoutError) as error:
            log.warning(
                "channel.still_subscribed", channel_id=self.channel.id, error=type(error).__name__
            )

    async def _break(self, reason: str) -> None:
        self._health.failed(reason)
        await set_state(
            self.channel,
            ChannelState.BROKEN,
            reason,
            store=self._resources.store,
            bus=self._resources.bus,
            clock=self._resources.clock,
        )


def capabilities_at(connector: Connector, manifest: Manifest) -> Capabilities:
    """Those of the type, as far as the far end of this channel has them, and at its pace."""
    capabilities = manifest.capabilities
    if isinstance(connector, LimitsItself):
        capabilities = connector.limited(capabilities)
    pace = connector.pace() if isinstance(connector, Paces) else None
    if pace is None:
        return capabilities
    changed = {"rate_thread": pace, "rate_channel": pace, "rate_group": None}
    return capabilities.model_copy(update=changed)
