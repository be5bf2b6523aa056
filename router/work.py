"""One item being handled: its unit, and what its events and publications carry."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from router.policy import Policy
from router.unit import Emitted, Unit
from shared.envelope import Envelope
from shared.events import Event, routing_key
from shared.ids import ChannelId, ChannelType, Partition
from shared.model.conversation import Conversation
from shared.model.people import Actor
from shared.ports.bus import Publication

SOURCE: Final = "router"


class Elsewhere(Exception):
    """The item belongs to another partition."""

    def __init__(self, partition: Partition) -> None:
        super().__init__(f"belongs to partition {partition}")
        self.partition = partition


@dataclass(frozen=True, slots=True)
class Work:
    """One item being handled."""

    unit: Unit
    partition: Partition
    policy: Policy
    envelope: Envelope
    told_from: int = 0
    """How many events the unit held before this item."""

    @property
    def now(self) -> datetime:
        """The time at which its batch is handled."""
        return self.unit.now

    def emit(
        self, event: Event, of: Conversation | None = None, *, to: Actor | None = None
    ) -> None:
        """Let an event go into the log, about this conversation, as an answer to somebody."""
        if of is None:
            self.emit_for(event, "hub", "hub", to=to)
        else:
            self.emit_for(event, of.channel_type, of.channel_id, to=to)

    def emit_for(
        self,
        event: Event,
        channel_type: ChannelType | str,
        channel_id: ChannelId | str,
        *,
        to: Actor | None = None,
    ) -> None:
        """Let an event go into the log, about this channel."""
        self.unit.events.append(
            Emitted(
                event,
                routing_key(event.kind, channel_type, channel_id, to=to),
                self.envelope.trace_id,
                self.envelope.correlation_id or self.envelope.id,
            )
        )

    def publish(self, publication: Publication) -> None:
        """Publish something beside the log once the commit stands."""
        self.unit.publications.append(publication)
