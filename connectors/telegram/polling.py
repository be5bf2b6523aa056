"""Long polling: updates from a cursor that moves on only when its owner says so."""

import json
from typing import Any, Final

from connectors.base import Pulled, RawEvent
from connectors.telegram import refusals
from connectors.telegram.api import BotApi, NoAnswer, RawGetUpdates, Refused
from connectors.telegram.updates import WANTED
from shared.errors import Unavailable

_BATCH: Final = 100
_GRACE_S: Final = 10


class Polling:
    """Reads one bot's updates. The cursor is the last update that was confirmed."""

    def __init__(self, api: BotApi, *, timeout_s: int) -> None:
        self._api = api
        self._timeout_s = timeout_s

    async def pull(self, cursor: str | None) -> Pulled:
        """The updates after the cursor; asking for them confirms those up to it.

        The numbers are not compared with the cursor: after a quiet week Telegram may go on from a
        smaller one. Raises ``Unavailable``, ``Throttled``, ``ChannelBroken``.
        """
        method = RawGetUpdates(
            offset=_offset(cursor),
            limit=_BATCH,
            timeout=self._timeout_s,
            allowed_updates=list(WANTED),
        )
        try:
            updates = await self._api.call(method, timeout_s=self._timeout_s + _GRACE_S)
        except (Refused, NoAnswer) as error:
            raise refusals.of_read(error) from None
        if not isinstance(updates, list):
            raise Unavailable("Telegram's answer is unreadable")
        return _pulled(updates, cursor)


def _offset(cursor: str | None) -> int | None:
    """Never negative: that would forget everything that waits."""
    number = int(cursor) if cursor is not None and cursor.isascii() and cursor.isdigit() else None
    return number + 1 if number is not None else None


def _pulled(updates: list[Any], cursor: str | None) -> Pulled:
    events, cursors = [], []
    latest = cursor
    for update in updates:
        number = update.get("update_id") if isinstance(update, dict) else None
        if isinstance(number, int) and number >= 0:
            latest = str(number)
        events.append(RawEvent(body=json.dumps(update).encode(), key=str(number or "")))
        # Before the first number there is no cursor; an empty one asks from the start again.
        cursors.append(latest or "")
    return Pulled(events=events, cursors=cursors, cursor=None)
