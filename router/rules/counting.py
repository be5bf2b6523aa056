"""Counting customers' messages by the hour, for whoever asks whether it is a peak."""

from router.happening import Happening
from router.work import Work
from shared.collections import HOUR_COUNTS, PEAKS
from shared.events import MessageAdded
from shared.model.message import Direction
from shared.rules.peaks import hour_of


async def count(work: Work, happening: Happening) -> None:
    """Count what the item brought; history that is taken in says nothing of this hour."""
    if not any(peak.enabled for peak in work.policy.book.all(PEAKS)):
        return
    for event in happening.events:
        if isinstance(event, MessageAdded) and event.message.direction is Direction.INBOUND:
            hour = hour_of(event.message.at)
            if hour == hour_of(work.now):
                work.unit.add(
                    HOUR_COUNTS,
                    f"{hour:%Y-%m-%dT%H}/{work.partition}",
                    {"messages": 1},
                    {"hour": hour, "partition": work.partition},
                )
