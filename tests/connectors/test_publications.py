"""What goes onto the bus of an event is read there as the event that the connector made."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.publications import inbound_publication
from shared.bus import wire
from shared.ids import ChannelId, ChannelType, EventKey, ExternalId, Slot
from shared.model.content import (
    Attachment,
    AttachmentKind,
    Content,
    Dice,
    Forward,
    Link,
    Location,
    ReplyRef,
)
from shared.model.inbound import Inbound, InboundKind, Origin, ThreadRef

AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
FORWARDED = Content(text="far", blocks=(Dice(emoji="x", value=3),))


def event(**fields: Any) -> Inbound:
    values: dict[str, Any] = {
        "channel_id": ChannelId("shop"),
        "channel_type": ChannelType("telegram"),
        "event_key": EventKey("e1"),
        "kind": InboundKind.MESSAGE,
        "thread": ThreadRef(external_id=ExternalId("1"), partition_key="1"),
        "occurred_at": AT,
        "received_at": AT,
    }
    return Inbound(**(values | fields))


@pytest.mark.parametrize(
    "made",
    [
        event(content=Content(text="hello", reply_to=ReplyRef(external_id=ExternalId("3")))),
        event(content=Content(blocks=(Location(latitude=1.0, longitude=2.0), Link()))),
        event(content=Content(forward=Forward(nested=(FORWARDED,)))),
        event(media=Attachment(id="1", kind=AttachmentKind.FILE), kind=InboundKind.MEDIA),
        event(origin=Origin.ECHO, raw={"a": None, "b": [None, False, 0, ""]}, reachable=False),
        event(unknown_to_this_version={"kept": None}),
    ],
)
def test_an_event_is_read_as_it_was_published(made: Inbound) -> None:
    envelope = inbound_publication(made, Slot(5), at=AT).envelope

    assert wire.decode(wire.encode(envelope)).read(Inbound) == made


def test_what_the_reader_supplies_anyway_is_not_written() -> None:
    envelope = inbound_publication(event(content=Content(text="hello")), Slot(5), at=AT).envelope

    assert envelope.payload["content"] == {"text": "hello"}
    assert "history" not in envelope.payload
