"""Telling every process that something shared has changed."""

from dataclasses import dataclass

import structlog

from shared.clock import Clock
from shared.envelope import Envelope
from shared.errors import Unavailable
from shared.events import Event, SettingsChanged, routing_key
from shared.ids import ChannelId, ChannelType, new_id
from shared.payload import Payload
from shared.ports.bus import Bus, Exchange, Publication

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class News:
    """Publishes events that are not numbered: typing, viewing, changed settings."""

    bus: Bus
    clock: Clock

    async def tell(
        self,
        event: Event,
        *,
        channel_type: ChannelType | str = "hub",
        channel_id: ChannelId | str = "hub",
        trace_id: str | None = None,
    ) -> None:
        """Publish it. It is a hint: when the bus is away it is lost, and only logged."""
        id = new_id("e")
        envelope = Envelope(
            id=id,
            kind=event.kind,
            at=self.clock.now(),
            source="inbox",
            trace_id=trace_id or id,
            payload=Payload.of(event),
        )
        key = routing_key(event.kind, channel_type, channel_id)
        try:
            await self.bus.publish([Publication(Exchange.EVENTS, key, envelope)])
        except Unavailable as error:
            log.warning("news.lost", kind=event.kind, reason=str(error))

    async def changed(self, collection: str, id: str) -> None:
        """A shared document changed."""
        await self.tell(SettingsChanged(collection=collection, id=id))
