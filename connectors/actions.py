"""Answering pressed buttons, once the press is on the bus; best effort."""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog

from connectors.base import AnswersActions, Connector
from connectors.bugs import report_bug
from shared.errors import HubError
from shared.ids import ChannelId
from shared.metrics import Metrics
from shared.model.content import Action

log = structlog.get_logger(__name__)

_LIMIT_S: Final = 5.0
_MOST_WAITING: Final = 1000


class Presses:
    """The pressed buttons of one channel that wait for their answer."""

    def __init__(self, connector: Connector, channel_id: ChannelId, metrics: Metrics) -> None:
        self._connector = connector
        self._channel_id = channel_id
        self._metrics = metrics
        self._waiting: asyncio.Queue[Action] = asyncio.Queue(_MOST_WAITING)

    def offer(self, actions: Sequence[Action]) -> None:
        """Answer these soon. Never blocks; beyond a thousand waiting ones they go unanswered."""
        for action in actions:
            if isinstance(self._connector, AnswersActions) and not self._waiting.full():
                self._waiting.put_nowait(action)

    async def run(self) -> None:
        """Stop the customers' spinners, one after another, for ever."""
        if not isinstance(self._connector, AnswersActions):
            return
        while True:
            await self._answer(self._connector, await self._waiting.get())

    async def _answer(self, connector: AnswersActions, action: Action) -> None:
        try:
            async with asyncio.timeout(_LIMIT_S):
                await connector.answer_action(action)
        except (HubError, TimeoutError) as error:
            log.info("action.unanswered", channel_id=self._channel_id, error=type(error).__name__)
        except Exception as error:  # noqa: BLE001 - the press itself is safe on the bus
            report_bug(self._metrics, "answer_action", error, channel_id=self._channel_id)
