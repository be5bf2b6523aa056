"""Callbacks that never came: while the hub was away VK repeats them only for so long.

Whenever a channel with callbacks starts, whoever waits for an answer since yesterday is looked for
in the conversations themselves. What did come through is known again by its key.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog

from connectors.base import Parsed, RawEvent
from connectors.vk.api import VkApi
from connectors.vk.gap import Gap
from shared.clock import Clock
from shared.errors import BadPayload, ChannelBroken, Throttled, Unavailable
from shared.ids import ChannelId

log = structlog.get_logger(__name__)

_AGAIN_S: Final = 10.0
SINCE_S: Final = 24 * 3600

Accept = Callable[[Parsed], Awaitable[None]]


class CatchUp:
    """Looks once for what one community's customers wrote meanwhile, beside all else."""

    def __init__(
        self,
        api: VkApi,
        clock: Clock,
        *,
        group_id: int,
        channel_id: ChannelId,
        parse: Callable[[RawEvent], Parsed],
        accept: Accept | None,
    ) -> None:
        self._api = api
        self._clock = clock
        self._group_id = group_id
        self._channel_id = channel_id
        self._parse = parse
        self._accept = accept
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look, if there is somebody to tell. To be called where a loop runs."""
        if self._looking is None and self._accept is not None:
            # The one task of ours; close() ends and awaits it.
            self._looking = asyncio.create_task(self._look(self._accept))

    async def close(self) -> None:
        """Stop looking."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait([self._looking])
            self._looking = None

    async def _look(self, accept: Accept) -> None:
        gap = Gap(
            self._api,
            group_id=self._group_id,
            channel_id=self._channel_id,
            since_s=int(self._clock.now().timestamp()) - SINCE_S,
            conversations="unanswered",
        )
        found: Sequence[RawEvent] | None = ()
        while found is not None:
            try:
                for event in found:
                    await self._tell(event, accept)
                gap.safe()
                found = await gap.step()
            except Throttled as error:
                await self._clock.sleep(error.retry_after_s)
            except Unavailable as error:
                log.info("catch_up.later", channel_id=self._channel_id, reason=str(error))
                await self._clock.sleep(_AGAIN_S)
            except ChannelBroken as error:
                log.warning("catch_up.given_up", channel_id=self._channel_id, reason=str(error))
                return

    async def _tell(self, event: RawEvent, accept: Accept) -> None:
        try:
            parsed = self._parse(event)
        except BadPayload as error:
            log.warning("catch_up.unreadable", channel_id=self._channel_id, reason=str(error))
            return
        await accept(parsed)
