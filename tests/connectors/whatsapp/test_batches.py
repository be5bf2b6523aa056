"""Batches: every event of a webhook stands by itself, whatever the others are."""

import json
from typing import Any

import pytest

from connectors.base import RawEvent
from connectors.whatsapp.connector import WhatsAppConnector
from shared.errors import BadPayload
from shared.model.inbound import InboundKind
from tests.connectors.whatsapp.player import (
    PART,
    change,
    inbound,
    receipts,
    status,
    text,
    understood,
)


def _parsed_or_not(connector: WhatsAppConnector, payload: Any) -> tuple[list[Any], int]:
    """What was understood, and how many events were not."""
    found: list[Any] = []
    refused = 0
    for event in connector.split(json.dumps(payload).encode()):
        try:
            found += connector.parse(event).inbound
        except BadPayload:
            refused += 1
    return found, refused


def test_a_thousand_statuses_of_one_webhook_are_a_thousand_receipts(
    connector: WhatsAppConnector,
) -> None:
    many = [status("delivered", id=f"wamid.{n}") for n in range(1000)]

    found = receipts(connector, change({"statuses": many}))

    assert len({receipt.external_ids for receipt in found}) == 1000


def test_one_bad_event_of_a_batch_is_lost_alone(connector: WhatsAppConnector) -> None:
    bad = {"type": "text", "text": {"body": "from nobody, without an id"}}

    found, refused = _parsed_or_not(
        connector, change({"messages": [text("one", id="1"), bad, text("two", id="2")]})
    )

    assert [item.content.text for item in found] == ["one", "two"]
    assert refused == 1


@pytest.mark.parametrize("odd", [None, 7, "text", [], [[]]], ids=repr)
def test_what_is_no_event_at_all_is_kept_aside_alone(
    connector: WhatsAppConnector, odd: Any
) -> None:
    found, refused = _parsed_or_not(connector, change({"messages": [odd, text("fine")]}))

    assert [item.content.text for item in found] == ["fine"]
    assert refused == 1


def test_each_event_carries_the_contact_that_it_is_about(connector: WhatsAppConnector) -> None:
    contacts = [
        {"profile": {"name": "Anna"}, "wa_id": "4915100000001"},
        {"profile": {"name": "Boris"}, "user_id": "DE.22"},
    ]
    messages = [
        {"from_user_id": "DE.22", "id": "2", "type": "text", "text": {"body": "b"}},
        {"from": "4915100000001", "id": "1", "type": "text", "text": {"body": "a"}},
    ]

    found = inbound(connector, change({"contacts": contacts, "messages": messages}))

    assert [item.author.name for item in found if item.author] == ["Boris", "Anna"]


def test_several_entries_and_changes_are_all_read(connector: WhatsAppConnector) -> None:
    one, two = change({"messages": [text(id="1")]}), change({"messages": [text(id="2")]})
    two["entry"][0]["changes"] += change({"messages": [text(id="3")]})["entry"][0]["changes"]
    both = {**one, "entry": one["entry"] + two["entry"]}

    assert [item.external_id for item in inbound(connector, both)] == ["1", "2", "3"]


def test_the_bytes_of_an_event_say_by_themselves_what_the_batch_said(
    connector: WhatsAppConnector,
) -> None:
    payload = change({"messages": [text("one", id="1"), text("two", id="2")]})

    events = connector.split(json.dumps(payload).encode())

    again = [connector.parse(RawEvent(event.body)) for event in events]
    now = [connector.parse(event) for event in events]
    assert [p.inbound[0].event_key for p in again] == [p.inbound[0].event_key for p in now]
    assert [p.inbound[0].content for p in again] == [p.inbound[0].content for p in now]


def test_a_whole_batch_is_no_single_event(connector: WhatsAppConnector) -> None:
    payload = change({"messages": [text(id="1"), text(id="2")]})

    with pytest.raises(BadPayload, match="several"):
        connector.parse(RawEvent(json.dumps(payload).encode()))


def _with_number(payload: Any) -> Any:
    metadata = payload["entry"][0]["changes"][0]["value"]["metadata"]
    metadata["phone_number_id"] = "1065000"
    return payload


def test_what_another_number_of_the_account_received_is_put_aside_and_named(
    connector: WhatsAppConnector,
) -> None:
    with pytest.raises(BadPayload, match="1065000"):
        understood(connector, _with_number(change({"messages": [text()]})))


def test_news_of_what_another_number_sent_says_nothing_here(connector: WhatsAppConnector) -> None:
    (parsed,) = understood(connector, _with_number(change({"statuses": [status("read")]})))

    assert (parsed.inbound, parsed.receipts) == ((), ())


def test_account_news_of_another_business_account_is_put_aside(
    connector: WhatsAppConnector,
) -> None:
    told = {"object": "whatsapp_business_account", "entry": [
        {"id": "999", "changes": [{"field": "account_update", "value": {"event": "X"}}]}
    ]}  # fmt: skip

    with pytest.raises(BadPayload, match="999"):
        understood(connector, told)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"object":"page","entry":[]}', b'{"object":"whatsapp_business_account"}'],
)
def test_what_is_no_webhook_of_whatsapp_is_refused_whole(
    connector: WhatsAppConnector, body: bytes
) -> None:
    with pytest.raises(BadPayload):
        connector.split(body)


def test_a_chunk_of_history_with_thousands_of_messages_is_read_one_by_one(
    connector: WhatsAppConnector,
) -> None:
    messages = [
        {"from": "16505551234", "id": f"h{n}", "timestamp": "1764000000", "type": "text",
         "text": {"body": str(n)}}
        for n in range(3000)
    ]  # fmt: skip
    chunk = {"metadata": {"phase": 0}, "threads": [{"id": "16505551234", "messages": messages}]}

    found = inbound(connector, change({"history": [chunk]}, field="history"))

    assert len({item.event_key for item in found}) == 3000
    assert all(item.history for item in found)


def test_a_status_is_delivered_twice_with_the_same_facts(connector: WhatsAppConnector) -> None:
    payload = change({"statuses": [status("read", biz_opaque_callback_data=PART)]})

    assert receipts(connector, payload) == receipts(connector, payload)


def test_the_same_message_delivered_again_has_the_same_key(connector: WhatsAppConnector) -> None:
    alone = inbound(connector, change({"messages": [text(id="1")]}))
    among = inbound(connector, change({"messages": [text(id="0"), text(id="1")]}))

    assert alone[0].event_key == among[1].event_key
    assert alone[0].kind is InboundKind.MESSAGE
