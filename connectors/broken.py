"""Stopping a channel that does not work, for everybody to see."""

from typing import Final

import structlog

from shared.clock import Clock
from shared.collections import CHANNELS
from shared.envelope import Envelope
from shared.errors import Conflict, Unavailable
from shared.events import ChannelChanged, routing_key
from shared.ids import uuid7
from shared.model.channel import Channel, ChannelState
from shared.ports.bus import Bus, Exchange, Publication
from shared.ports.store import Store, Update

log = structlog.get_logger(__name__)

_AGAIN_S: Final = 1.0
_REASON_LENGTH: Final = 500


async def set_state(
    channel: Channel,
    state: ChannelState,
    reason: str | None,
    *,
    store: Store,
    bus: Bus,
    clock: Clock,
) -> None:
    """Write the state unless somebody changed the channel meanwhile, and tell of it.

    Rides out an outage of the store.
    """
    values = {
        "state": state,
        "reason": reason[:_REASON_LENGTH] if reason else None,
        "updated_at": clock.now(),
        "version": channel.version + 1,
    }
    change = Update(CHANNELS, channel.id, values, expect={"version": channel.version})
    while True:
        try:
            await store.commit([change])
            break
        except Conflict:
            return
        except Unavailable:
            await clock.sleep(_AGAIN_S)
    log.warning("channel.state", channel_id=channel.id, state=state.value, reason=reason)
    try:
        await bus.publish([channel_changed(channel, clock)])
    except Unavailable:
        pass  # everybody looks at the channels every few seconds anyway


def channel_changed(channel: Channel, clock: Clock) -> Publication:
    """The news that a channel's document changed."""
    id = uuid7().hex
    envelope = Envelope(
        id=id,
        kind=ChannelChanged.kind,
        at=clock.now(),
        source=f"channel/{channel.id}",
        trace_id=id,
        payload=ChannelChanged(channel_id=channel.id).model_dump(mode="json"),
    )
    key = routing_key(ChannelChanged.kind, channel.type, channel.id)
    return Publication(Exchange.EVENTS, key, envelope)
