"""Who writes: by number, by an id for this business, or by both; and how either may change."""

import pytest

from connectors.payload import Payload
from connectors.whatsapp.connector import WhatsAppConnector
from connectors.whatsapp.people import person
from shared.errors import BadPayload
from shared.model.inbound import InboundKind, Origin
from shared.model.people import IdentifierKind
from tests.connectors.whatsapp.player import PHONE, USER, change, inbound, text


def test_the_id_for_this_business_is_the_key_and_the_number_its_alias(
    connector: WhatsAppConnector,
) -> None:
    (item,) = inbound(connector, change({"messages": [text()]}))

    assert (item.thread.external_id, item.thread.aliases) == (USER, (PHONE,))
    assert item.thread.context == {"wa_id": PHONE, "bsuid": USER}
    assert item.author is not None
    assert (item.author.external_id, item.author.aliases) == (USER, (PHONE,))


def test_a_number_alone_is_the_key(connector: WhatsAppConnector) -> None:
    message = text()
    del message["from_user_id"]

    (item,) = inbound(connector, change({"messages": [message]}))

    assert (item.thread.external_id, item.thread.aliases) == (PHONE, ())


def test_somebody_without_a_number_is_somebody(connector: WhatsAppConnector) -> None:
    contact = {"profile": {"name": "Pablo", "username": "pablo"}, "user_id": USER}
    message = text()
    del message["from"]

    (item,) = inbound(connector, change({"contacts": [contact], "messages": [message]}))

    assert item.thread.external_id == USER
    assert item.author is not None
    assert (item.author.name, item.author.username) == ("Pablo", "pablo")
    kinds = {one.kind for one in item.author.identifiers}
    assert kinds == {IdentifierKind.BUSINESS_USER, IdentifierKind.USERNAME}


def test_the_contacts_id_counts_where_it_differs_from_the_number() -> None:
    contact = Payload({"wa_id": "5511987654321"})

    found = person(Payload({"from": "551187654321"}), contact)

    assert found.wa_id == "5511987654321"


@pytest.mark.parametrize("value", ["+16505551234", "16505551234"])
def test_a_number_is_the_same_with_and_without_its_plus(value: str) -> None:
    assert person(Payload({"from": value}), None).key == PHONE


def test_an_id_in_the_place_of_a_number_is_known_for_what_it_is() -> None:
    found = person(Payload({"from": USER}), None)

    assert (found.wa_id, found.bsuid) == (None, USER)


@pytest.mark.parametrize("value", ["", "x", "12", "1" * 30, "us.123", "USA.1", "US.", None, 0.5])
def test_what_is_no_id_is_nobody(value: object) -> None:
    with pytest.raises(BadPayload):
        person(Payload({"from": value}), None)


def test_a_new_number_renames_the_thread_and_leads_to_the_same_person(
    connector: WhatsAppConnector,
) -> None:
    message = {
        "from": PHONE, "id": "wamid.S", "timestamp": "1767604200", "type": "system",
        "system": {"type": "user_changed_number", "wa_id": "12195555358", "user_id": "US.2"},
    }  # fmt: skip

    line, contact = inbound(connector, change({"messages": [message]}))

    assert (line.kind, contact.kind) == (InboundKind.THREAD, InboundKind.CONTACT)
    assert (line.thread.external_id, line.thread.renamed_from) == ("US.2", PHONE)
    assert line.thread.partition_key == PHONE
    assert line.thread.context == {"wa_id": "12195555358", "bsuid": "US.2"}
    assert contact.author is not None
    assert set(contact.author.aliases) == {PHONE, "12195555358"}


def test_what_the_owner_wrote_in_the_app_stands_in_the_customers_thread(
    connector: WhatsAppConnector,
) -> None:
    echo = {
        "from": "15550783881", "to": PHONE, "id": "wamid.E", "timestamp": "1767604200",
        "type": "text", "text": {"body": "we are open"},
    }  # fmt: skip

    (item,) = inbound(connector, change({"message_echoes": [echo]}, field="smb_message_echoes"))

    assert (item.origin, item.thread.external_id) == (Origin.AGENT_APP, PHONE)
    assert [one.external_id for one in item.participants] == [PHONE]
    assert item.author is None


def test_both_sides_of_history_are_told_apart(connector: WhatsAppConnector) -> None:
    messages = [
        {"from": PHONE, "id": "1", "type": "text", "text": {"body": "a"}},
        {"from": "15550783881", "to": PHONE, "id": "2", "type": "text", "text": {"body": "b"}},
        {"from": "", "id": "3", "type": "text", "text": {"body": "c"},
         "history_context": {"from_me": True}},
    ]  # fmt: skip
    chunk = {"threads": [{"id": PHONE, "messages": messages}]}

    found = inbound(connector, change({"history": [chunk]}, field="history"))

    origins = [item.origin for item in found]
    assert origins == [Origin.USER, Origin.AGENT_APP, Origin.AGENT_APP]
    assert {item.thread.external_id for item in found} == {PHONE}


def test_times_put_messages_in_order_unless_they_are_absurd(connector: WhatsAppConnector) -> None:
    times = ["1767604200", "1767604201", "99999999999", "x", ""]
    messages = [text(id=str(n), timestamp=value) for n, value in enumerate(times)]

    places = [item.place for item in inbound(connector, change({"messages": messages}))]

    assert places[0] is not None
    assert places[1] is not None
    assert places[0] < places[1]
    assert places[2:] == [None, None, None]
