"""How well each channel delivers: what it carried, what failed, how late it is and what waits."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from typing import Final

from pydantic import BaseModel

from inbox.reports.table import as_text
from shared.clock import Clock
from shared.collections import CHANNEL_HEALTH, CHANNEL_HOURS, CHANNELS, DEAD_LETTERS
from shared.model.base import Utc
from shared.model.channel import Channel, ChannelState
from shared.model.records import ChannelHealth, ChannelHour, DeadLetterState
from shared.ports.store import Collection, D, Range, Store

_PAGE: Final = 500
_LETTERS: Final = 5000
"""Open dead letters beyond that are not counted."""


class DeliveryLine(BaseModel):
    """One channel: what it carried in the period, and how it stands now."""

    channel_id: str
    name: str
    type: str
    state: ChannelState
    received: int = 0
    """Events of the platform."""
    sent: int = 0
    failed: int = 0
    unknown: int = 0
    """Sent perhaps: the platform did not say."""
    failure_rate: float | None = None
    """Of what was to be sent, what failed; None where nothing was."""
    dead_letters: int = 0
    """Put aside in the period."""
    dead_letters_open: int = 0
    """Put aside at any time, and still to be dealt with."""
    mean_lag_s: float | None = None
    """How long after it was written a customer's message was here; None where none came."""
    lag_s: float | None = None
    """The same of the last one."""
    waiting: int = 0
    """Parts that are to be sent now."""
    waiting_since: Utc | None = None
    """When the longest waiting of those that could go was due."""
    last_in_at: Utc | None = None
    last_out_at: Utc | None = None
    last_error: str | None = None
    last_error_at: Utc | None = None


@dataclass(frozen=True, slots=True)
class DeliveryReports:
    """Reads what connectors and the keeper of dead letters count. Raises ``Unavailable``."""

    store: Store
    clock: Clock

    async def make(self, hours: int) -> Sequence[DeliveryLine]:
        """Every channel that was not removed, by name: the last so many full hours and the one
        that runs."""
        now = self.clock.now()
        since = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=hours)
        channels = [one for one in await self._all(CHANNELS) if one.state is not _REMOVED]
        health = await self.store.get_many(CHANNEL_HEALTH, [one.id for one in channels])
        letters = await self._open_letters()
        lines = [
            _line(one, await self._hours(one, since), health.get(one.id), letters[one.id])
            for one in channels
        ]
        return sorted(lines, key=lambda line: (line.name.casefold(), line.channel_id))

    async def _hours(self, channel: Channel, since: datetime) -> Sequence[ChannelHour]:
        found: list[ChannelHour] = []
        cursor = None
        while True:
            page = await self.store.find(
                CHANNEL_HOURS,
                equal={"channel_id": channel.id},
                range=Range("hour", ge=since),
                order="hour",
                cursor=cursor,
                limit=_PAGE,
            )
            found.extend(page.items)
            cursor = page.next
            if cursor is None:
                return found

    async def _open_letters(self) -> Counter[str]:
        counts: Counter[str] = Counter()
        cursor = None
        while counts.total() < _LETTERS:
            page = await self.store.find(
                DEAD_LETTERS,
                equal={"state": DeadLetterState.OPEN.value},
                order="at",
                descending=True,
                cursor=cursor,
                limit=_PAGE,
            )
            counts.update(one.channel_id or "" for one in page.items)
            cursor = page.next
            if cursor is None:
                break
        return counts

    async def _all(self, collection: Collection[D]) -> Sequence[D]:
        found: list[D] = []
        cursor = None
        while True:
            page = await self.store.find(collection, equal={}, cursor=cursor, limit=_PAGE)
            found.extend(page.items)
            cursor = page.next
            if cursor is None:
                return found


_REMOVED: Final = ChannelState.REMOVED


def _line(
    channel: Channel, hours: Sequence[ChannelHour], health: ChannelHealth | None, letters: int
) -> DeliveryLine:
    standing = health or ChannelHealth(id=channel.id)
    sent, failed = sum(one.sent for one in hours), sum(one.failed for one in hours)
    unknown = sum(one.unknown for one in hours)
    tried, timed = sent + failed + unknown, sum(one.timed for one in hours)
    lag_ms = sum(one.lag_ms for one in hours)
    return DeliveryLine(
        channel_id=channel.id,
        name=channel.name,
        type=channel.type,
        state=channel.state,
        received=sum(one.received for one in hours),
        sent=sent,
        failed=failed,
        unknown=unknown,
        failure_rate=round(failed / tried, 4) if tried else None,
        dead_letters=sum(one.dead for one in hours),
        dead_letters_open=letters,
        mean_lag_s=round(lag_ms / timed / 1000, 3) if timed else None,
        **standing.model_dump(include=_NOW),
    )


_NOW: Final = {
    "lag_s", "waiting", "waiting_since", "last_in_at", "last_out_at", "last_error", "last_error_at",
}  # fmt: skip


def delivery_table(lines: Iterable[DeliveryLine]) -> str:
    """The lines as CSV, for spreadsheets. Pure."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    names = list(DeliveryLine.model_fields)
    writer.writerow(names)
    for line in lines:
        values = line.model_dump(mode="json")
        writer.writerow(_cell(values[name]) for name in names)
    return out.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    return as_text(value) if isinstance(value, str) else f"{value}"
