"""Sending through a real SMTP server, and what comes back from it."""

import pytest

from shared.errors import ContactGone, Throttled
from shared.model.content import Content
from shared.model.delivery import Delivery, FailureKind
from tests.connectors.email.player import MakePlayer, Player, make_part, signature
from tests.connectors.email.test_composing import LONG
from tests.support.mail_server import MailServer

pytestmark = [pytest.mark.mail, pytest.mark.xdist_group("mail"), pytest.mark.timeout(60)]


async def test_an_address_that_the_server_does_not_know_is_gone(player: Player) -> None:
    with pytest.raises(ContactGone):
        await player.send(make_part("x", context={"to": "nobody-here@shop.example"}))


async def test_a_greylisting_server_is_asked_again_later(player: Player) -> None:
    with pytest.raises(Throttled) as raised:
        await player.send(make_part("x", context={"to": "greylisted@shop.example"}))

    assert raised.value.retry_after_s >= 300


async def test_a_real_bounce_comes_back_and_fails_the_part(
    make_player: MakePlayer, server: MailServer
) -> None:
    player = await make_player(plus_addresses=True)
    part = make_part("x", context={"to": "bouncing@shop.example"})
    await player.send(part)
    await server.wait_for("support", 1)

    while not player.receipts:
        await player.pull()

    (receipt,) = player.receipts
    assert (receipt.part_id, receipt.state) == (part.id, Delivery.FAILED)
    assert receipt.failure is not None
    assert receipt.failure.kind is FailureKind.CONTACT_GONE
    assert "the mailbox does not exist" in receipt.failure.reason
    assert player.inbound == []


async def test_a_bounce_without_a_plus_address_is_known_by_what_it_quotes(
    player: Player, server: MailServer
) -> None:
    part = make_part("x", context={"to": "bouncing@shop.example"})
    await player.send(part)
    await server.wait_for("support", 1)

    while not player.receipts:
        await player.pull()

    assert player.receipts[0].part_id == part.id


async def test_long_references_go_there_and_back_unchanged(
    make_player: MakePlayer, player: Player, server: MailServer
) -> None:
    customer = await make_player("anna")
    context = {"to": "anna@shop.example", "message_id": LONG, "references": LONG.replace("a", "b")}
    await player.send(make_part("x", context=context))
    await server.wait_for("anna", 1)

    (mail,) = await customer.until(1)

    assert mail.content.email is not None
    assert mail.content.email.in_reply_to == (LONG,)
    assert mail.content.email.references == (LONG.replace("a", "b"), LONG)


async def test_an_answer_to_the_plus_address_leads_back_to_our_message(
    make_player: MakePlayer, server: MailServer
) -> None:
    player = await make_player(plus_addresses=True)
    customer = await make_player("anna", plus_addresses=True)
    part = make_part("question?", context={"to": "anna@shop.example", "subject": "Order"})
    await player.send(part)
    await server.wait_for("anna", 1)
    (mail,) = await customer.until(1)

    await customer.send(make_part("answer!", context=mail.thread.context))
    await server.wait_for("support", 1)
    (answer,) = await player.until(1)

    assert mail.thread.context["to"].startswith("support+")
    assert answer.thread.clues[0].trust == "anyone"
    assert answer.thread.clues[0].message_id == part.message_id
    assert player.receipts[0].state is Delivery.DELIVERED


async def test_our_own_mail_in_the_inbox_is_an_echo(player: Player, server: MailServer) -> None:
    part = make_part("x", context={"to": "anna@shop.example", "cc": "boris@shop.example"})
    sent = await player.send(part)
    server.deliver("support", (await server.wait_for("anna", 1))[0])

    (echo,) = await player.until(1)

    assert echo.origin == "echo"
    assert echo.part_id == part.id
    assert echo.external_id == sent.external_ids[0]


async def test_dots_and_long_lines_arrive_as_they_were_written(
    make_player: MakePlayer, player: Player, server: MailServer
) -> None:
    customer = await make_player("anna")
    text = ".\n..\n.hidden\n" + "x" * 5000 + "\nFrom here"
    part = make_part(Content(text=text), context={"to": "anna@shop.example"})

    await player.send(part)
    await server.wait_for("anna", 1)
    (mail,) = await customer.until(1)

    assert mail.content.text == text
    assert signature("anna").part_in_id(sent_id(mail.external_id)) is None


def sent_id(id: str | None) -> str:
    return id or ""
