"""What an item becomes when nobody can handle it."""

from datetime import datetime
from typing import Final

from shared.envelope import Envelope
from shared.ports.bus import Exchange, Publication

KIND: Final = "dead_letter"


def dead_letter(envelope: Envelope, *, queue: str, reason: str, at: datetime) -> Publication:
    """The publication for ``hub.dead``: the item, where it came from and why it ended there.

    Its id derives from the item's, so that a repeat is recognised.
    """
    letter = Envelope(
        id=f"{envelope.id}.dead",
        kind=KIND,
        at=at,
        partition=envelope.partition,
        source=envelope.source,
        trace_id=envelope.trace_id,
        correlation_id=envelope.correlation_id,
        causation_id=envelope.id,
        payload={
            "queue": queue,
            "reason": reason,
            "envelope": envelope.model_dump(mode="json"),
            "at": at.isoformat(),
        },
    )
    return Publication(Exchange.DEAD, queue, letter)
