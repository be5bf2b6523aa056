"""Following notifications: for whoever carries them out of the hub, such as to a device.

The router makes each in the commit of what it tells of (``router/notifications/notifying.py``) and
logs it as ``event.notification.added``, for seven days and in order. Whoever follows them keeps the
positions that come with each lot once it is dealt with, and begins from there the next time: so
each is told at least once, whatever was killed meanwhile, and its ``id`` tells a repeat.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import structlog

from shared.envelope import Envelope
from shared.errors import BadPayload
from shared.eventlog import EventLog, Positions, seq_of
from shared.events import NotificationAdded
from shared.ids import Partition
from shared.model.notification import Notification
from shared.model.notification_settings import Means

log = structlog.get_logger(__name__)


async def notifications(
    events: EventLog, reader: str, positions: Positions, *, means: Means | None = None
) -> AsyncGenerator[tuple[Sequence[Notification], dict[Partition, int]], None]:
    """Every notification after the positions, for ever, with the positions after it; only those
    that are to be told by these ``means``. A lot may be empty: only the positions moved.

    ``reader`` names the follower's own queue; several processes that share the work do so by a
    lease of their own. Rides out outages of bus and store.
    """
    at = dict(positions)
    async with aclosing(events.follow(reader, positions)) as following:
        async for envelopes in following:
            found = [one for envelope in envelopes if (one := _notification(envelope)) is not None]
            for envelope in envelopes:
                seq = seq_of(envelope)
                if envelope.partition is not None and seq is not None:
                    at[envelope.partition] = seq
            yield [one for one in found if means is None or means in one.means], dict(at)


def _notification(envelope: Envelope) -> Notification | None:
    if envelope.kind != NotificationAdded.kind:
        return None
    try:
        return envelope.read(NotificationAdded).notification
    except BadPayload as error:
        log.warning("notification.unreadable", seq=seq_of(envelope), reason=str(error))
        return None
