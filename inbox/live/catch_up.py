"""Catching up: what a returning client missed, from the log, or the word that it is too much."""

from collections.abc import AsyncIterator
from typing import Final

from inbox.live.connection import Connection
from inbox.live.news_item import NewsItem
from shared.errors import BadRequest
from shared.eventlog import EventLog, Positions, decode_positions
from shared.ids import Partition

MOST_MISSED: Final = 5000
"""Reloading the screen is quicker than more events than this."""


async def start_position(
    log: EventLog, cursor: str | None, heads: Positions
) -> dict[Partition, int] | None:
    """Where the client goes on; None when it must reload. Raises ``Unavailable``."""
    if cursor is None:
        return dict(heads)
    try:
        given = decode_positions(cursor)
    except BadRequest:
        return None
    missed = sum(max(0, head - given[partition]) for partition, head in heads.items())
    if missed > MOST_MISSED:
        return None
    behind = [p for p, head in heads.items() if given[p] < head]
    ahead = [p for p, head in heads.items() if given[p] > head]
    if behind:
        tails = await log.tails()
        # Holes are allowed, so an oldest event right after the position proves nothing is gone.
        if any(tails[p] == 0 or tails[p] > given[p] + 1 for p in behind):
            return None
    if ahead:
        # Another process may be ahead of this one, but nobody is ahead of the log.
        newest = await log.heads()
        if any(given[p] > newest[p] for p in ahead):
            return None
    return given


async def missed_frames(
    log: EventLog, connection: Connection, heads: Positions
) -> AsyncIterator[str]:
    """The frames between the connection's position and the heads, in order per partition."""
    for partition, head in heads.items():
        while (position := connection.positions.get(partition, 0)) < head:
            events = await log.between(partition, position, head + 1)
            for envelope in events:
                frame = connection.pass_on(NewsItem(envelope))
                if frame is not None:
                    yield frame
            if not events:
                connection.positions[partition] = head
