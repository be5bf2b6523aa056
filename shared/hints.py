"""Hints: "look at these threads", from whoever changed part rows to the channel's dispatcher.

A hint is transient and may be lost; the rows are the truth, and a sweep finds them within seconds.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from shared.envelope import Envelope
from shared.ids import ChannelId, ExternalId, uuid7_hex
from shared.model.base import Model
from shared.model.delivery import Part
from shared.payload import Payload
from shared.ports.bus import Exchange, Publication

HINT_KIND: Final = "hint"


class Added(Model):
    """The one part that was added, so that it need not be read.

    Orders are handed out in turns: this part's turn begins where the one before it in the thread
    ended. Who has seen the turn before, or knows that there was none (0), has missed nothing.
    """

    part: Part
    turn_from: int
    turn_to: int


class Hint(Model):
    """The threads whose part rows were added or changed; none named means any."""

    threads: tuple[ExternalId, ...] = ()
    added: Added | None = None


def hint(
    channel_id: ChannelId,
    threads: Sequence[ExternalId],
    *,
    at: datetime,
    source: str,
    added: Added | None = None,
) -> Publication:
    """A hint on its way to the dispatcher of the channel; publish it after the commit.

    ``added`` says all that there is to say of the one thread that is named.
    """
    id = uuid7_hex()
    envelope = Envelope(
        id=id,
        kind=HINT_KIND,
        at=at,
        source=source,
        trace_id=id,
        payload=Payload.of(Hint(threads=tuple(threads), added=added)),
    )
    return Publication(Exchange.OUTBOUND, channel_id, envelope)
