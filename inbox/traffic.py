"""What channels carried lately, summed over the hours that the connectors count."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from pydantic import BaseModel

from shared.collections import CHANNEL_HOURS
from shared.ids import ChannelId
from shared.model.records import ChannelHour, channel_hour_id
from shared.ports.store import Store

HOURS: Final = 24


class ChannelTraffic(BaseModel):
    """What a channel carried in the last ``hours`` full hours and the one that runs."""

    hours: int = HOURS
    received: int = 0
    """Events of the platform."""
    sent: int = 0
    failed: int = 0
    unknown: int = 0
    """Sent perhaps: the platform did not say."""


async def traffic_of(
    store: Store, channels: Iterable[ChannelId], now: datetime
) -> Mapping[ChannelId, ChannelTraffic]:
    """By channel; every one that is asked for has an entry. Raises ``Unavailable``."""
    hours = [now - timedelta(hours=back) for back in range(HOURS + 1)]
    ids = {channel: [channel_hour_id(channel, hour) for hour in hours] for channel in channels}
    rows = await store.get_many(CHANNEL_HOURS, [id for of_one in ids.values() for id in of_one])
    return {
        channel: _sum(rows[id] for id in of_one if id in rows) for channel, of_one in ids.items()
    }


def _sum(rows: Iterable[ChannelHour]) -> ChannelTraffic:
    total = ChannelTraffic()
    for row in rows:
        total.received += row.received
        total.sent += row.sent
        total.failed += row.failed
        total.unknown += row.unknown
    return total
