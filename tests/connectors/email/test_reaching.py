"""Writing first by mail: what is an address, and the thread that begins."""

import pytest

from connectors.email.compose import recipients
from connectors.email.identifiers import Signed
from connectors.email.mailbox import Mailbox
from connectors.email.reaching import new_thread
from shared.errors import BadRequest
from shared.ids import ChannelId, ChannelType
from shared.model.content import Address, Content
from tests.connectors.whatsapp.player import make_part

OWN = "support@shop.example"
MAILBOX = Mailbox(ChannelId("post"), ChannelType("email"), {OWN}, Signed(b"key"))


def test_each_time_a_thread_of_its_own_begins_that_is_known_by_its_tag() -> None:
    first = new_thread(" Anna@Example.com ", 'Anna "A" K.', MAILBOX)
    second = new_thread("anna@example.com", None, MAILBOX)

    assert first.thread.external_id != second.thread.external_id
    assert first.thread.partition_key == second.thread.partition_key
    assert first.thread.names == (f"#{MAILBOX.signed.tag(first.thread.external_id)}",)
    assert first.person.external_id == second.person.external_id == "anna@example.com"
    assert not first.person.identifiers[0].verified


def test_the_first_mail_goes_to_the_address_with_its_name() -> None:
    found = new_thread("anna@example.com", 'Anna "A"\r\nBcc: x@y.example', MAILBOX)
    part = make_part(found.thread.external_id, Content(text="x"), context=found.thread.context)

    to, cc = recipients(part)

    assert cc == ()
    [address] = to
    assert isinstance(address, Address)
    assert address.email == "anna@example.com"
    assert "\n" not in (address.name or "")


@pytest.mark.parametrize(
    "address",
    ["anna", "anna@", "@example.com", "a b@example.com", "a@b.c, d@e.f", "a@b.c\r\nBcc: d@e.f"],
)
def test_what_is_no_single_address_is_refused(address: str) -> None:
    with pytest.raises(BadRequest, match="no e-mail address"):
        new_thread(address, None, MAILBOX)


@pytest.mark.parametrize("address", [OWN, "Support+x@shop.example"])
def test_we_do_not_write_to_ourselves(address: str) -> None:
    with pytest.raises(BadRequest, match="our own"):
        new_thread(address, None, MAILBOX)
