"""Many inbound messages at once, published as a connector publishes them."""

from datetime import UTC, datetime

from shared.envelope import Envelope
from shared.ids import (
    ChannelId,
    ChannelType,
    EventKey,
    ExternalId,
    partition_of_slot,
    slot_for,
    uuid7,
)
from shared.model.content import Content
from shared.model.inbound import Inbound, InboundKind, ThreadRef
from shared.model.people import Participant
from shared.ports.bus import Exchange, Publication
from shared.topology import partition_key

SITE = ChannelId("site")
SITE_TYPE = ChannelType("webchat")


def written(customer: str, number: int) -> Publication:
    """Message ``number`` of a customer of the site chat."""
    at = datetime.now(UTC)
    key = f"{customer}-{number}"
    item = Inbound(
        channel_id=SITE,
        channel_type=SITE_TYPE,
        event_key=EventKey(key),
        kind=InboundKind.MESSAGE,
        thread=ThreadRef(external_id=ExternalId(customer), partition_key=customer),
        author=Participant(external_id=ExternalId(customer), name=customer),
        external_id=ExternalId(key),
        content=Content(text=f"{customer} says {number}"),
        occurred_at=at,
        received_at=at,
    )
    partition = partition_of_slot(slot_for(SITE, customer))
    envelope = Envelope(
        id=f"site/{key}",
        kind="inbound",
        at=at,
        partition=partition,
        source="channel/site",
        trace_id=uuid7().hex,
        payload=item.model_dump(mode="json"),
    )
    return Publication(Exchange.CONVERSATIONS, partition_key(partition), envelope)
