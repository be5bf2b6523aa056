"""A connector that listens on a port of its own: kept listening while the channel's lease is held.

What it hands in counts as received once the bus has confirmed it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from random import Random

import structlog

from connectors.acceptance import Acceptance
from connectors.actions import Presses
from connectors.base import Connector, Listens, RawEvent
from connectors.bugs import report_bug
from connectors.health import Health
from shared.clock import Clock
from shared.delivery.pace import backoff_s
from shared.errors import ChannelBroken, Unavailable
from shared.ids import ChannelId
from shared.metrics import Metrics

log = structlog.get_logger(__name__)


class Listening:
    """Lets one channel listen."""

    def __init__(
        self,
        channel_id: ChannelId,
        connector: Connector,
        *,
        acceptance: Acceptance,
        presses: Presses,
        clock: Clock,
        health: Health,
        metrics: Metrics,
        broken: Callable[[str], Awaitable[None]],
        random: Random,
    ) -> None:
        self._channel_id = channel_id
        self._connector = connector
        self._acceptance = acceptance
        self._presses = presses
        self._clock = clock
        self._health = health
        self._metrics = metrics
        self._broken = broken
        self._random = random
        self._failures = 0

    async def run(self, listens: Listens) -> None:
        """Listen for ever; returns once the channel was declared broken."""
        while True:
            try:
                await listens.listen(self._take)
            except ChannelBroken as error:
                await self._broken(str(error))
                return
            except Unavailable as error:
                await self._wait(str(error))
            except Exception as error:  # noqa: BLE001 - a connector's bug: slowly on, and visibly
                name = report_bug(self._metrics, "listen", error, channel_id=self._channel_id)
                await self._wait(f"a bug of the connector: {name}")

    async def _take(self, events: Sequence[RawEvent]) -> None:
        """Returns once the bus has confirmed. Raises ``Unavailable``."""
        try:
            actions = await self._acceptance.accept_raw(self._connector, events)
        except Unavailable as error:
            self._health.failed(str(error))
            raise
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - whoever sent it keeps it and comes again
            name = report_bug(self._metrics, "listen", error, channel_id=self._channel_id)
            raise Unavailable(f"a bug: {name}") from None
        self._failures = 0
        self._presses.offer(actions)

    async def _wait(self, reason: str) -> None:
        self._health.failed(reason)
        self._failures += 1
        delay = backoff_s(self._failures, self._random)
        log.warning("listen.failed", channel_id=self._channel_id, reason=reason, again_in_s=delay)
        await self._clock.sleep(delay)
