"""Making a channel's connector from its document."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import structlog

from connectors.base import Connector, ConnectorContext, Parsed
from connectors.bugs import report_bug
from connectors.configuration import open_settings
from connectors.manifest import Manifest
from connectors.reader import StoredThreads
from connectors.registry import Registry
from connectors.resources import Resources
from shared.errors import ChannelBroken, HubError
from shared.model.channel import Channel
from shared.webhooks.guard import Guard
from shared.webhooks.log import AttemptLog

log = structlog.get_logger(__name__)

_CLOSE_LIMIT_S: Final = 2.0
_LOOPBACK: Final = ("127.0.0.0/8", "::1")
"""Where simulated platforms live."""


@asynccontextmanager
async def opened(
    channel: Channel,
    manifest: Manifest,
    registry: Registry,
    resources: Resources,
    accept: Callable[[Parsed], Awaitable[None]] | None = None,
) -> AsyncIterator[Connector]:
    """The connector of a channel and its HTTP session, closed at the end.

    Raises ``ChannelBroken`` when the settings do not fit or the connector cannot be made.
    """
    settings = open_settings(channel, manifest, resources.seal)
    proxy = settings.proxy.get_secret_value() if settings.proxy else None
    guard = Guard((*resources.private_networks, *(_LOOPBACK if channel.simulated else ())))
    async with resources.sessions(proxy) as session, guard.session(proxy) as guarded:
        context = ConnectorContext(
            channel_id=channel.id,
            channel_type=channel.type,
            settings=settings,
            http=session,
            clock=resources.clock,
            public_url=resources.public_url,
            webhook_secret=resources.seal.derive(f"webhook/{channel.id}"),
            reader=StoredThreads(resources.store, channel.id),
            blobs=resources.blobs,
            guarded=guarded,
            attempts=AttemptLog(resources.store, f"channel/{channel.id}"),
            accept=accept,
            extra={"upload_limit_bytes": resources.media_limit_bytes},
        )
        connector = await _connect(context, registry, resources)
        try:
            yield connector
        finally:
            await _close(connector, channel, resources)


async def _connect(
    context: ConnectorContext, registry: Registry, resources: Resources
) -> Connector:
    try:
        return await registry.connect(context)
    except HubError as error:
        raise ChannelBroken(str(error)) from None
    except Exception as error:  # noqa: BLE001 - one channel's bug must not stop the others
        name = report_bug(resources.metrics, "connect", error, channel_id=context.channel_id)
        raise ChannelBroken(f"a bug of its connector: {name}") from None


async def _close(connector: Connector, channel: Channel, resources: Resources) -> None:
    try:
        async with asyncio.timeout(_CLOSE_LIMIT_S):
            await connector.close()
    except TimeoutError:
        log.warning("connector.slow_to_close", channel_id=channel.id)
    except Exception as error:  # noqa: BLE001 - it is gone either way
        report_bug(resources.metrics, "close", error, channel_id=channel.id)
