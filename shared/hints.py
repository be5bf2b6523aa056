"""Hints: "look at these threads", from whoever changed part rows to the channel's dispatcher.

A hint is transient and may be lost; the rows are the truth, and a sweep finds them within seconds.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from shared.envelope import Envelope
from shared.ids import ChannelId, ExternalId, uuid7
from shared.model.base import Model
from shared.ports.bus import Exchange, Publication

HINT_KIND: Final = "hint"


class Hint(Model):
    """The threads whose part rows were added or changed; none named means any."""

    threads: tuple[ExternalId, ...] = ()


def hint(
    channel_id: ChannelId, threads: Sequence[ExternalId], *, at: datetime, source: str
) -> Publication:
    """A hint on its way to the dispatcher of the channel; publish it after the commit."""
    id = uuid7().hex
    envelope = Envelope(
        id=id,
        kind=HINT_KIND,
        at=at,
        source=source,
        trace_id=id,
        payload=Hint(threads=tuple(threads)).model_dump(mode="json"),
    )
    return Publication(Exchange.OUTBOUND, channel_id, envelope)
