"""Against a real Dovecot and a real SMTP server."""

import asyncio

import pytest

from shared.model.inbound import Origin
from tests.connectors.email.player import MakePlayer, Player, a_mail, make_file, make_part
from tests.support.mail_server import MailServer

pytestmark = [pytest.mark.mail, pytest.mark.xdist_group("mail")]


async def test_a_mail_sent_by_smtp_is_pulled_once(player: Player, server: MailServer) -> None:
    server.submit("support", a_mail("where is it?"))

    found = await player.until(1)
    again = await player.pull()

    assert [one.content.text for one in found] == ["where is it?"]
    assert again == []


async def test_a_mail_that_comes_while_idling_is_told_at_once(
    make_player: MakePlayer, server: MailServer
) -> None:
    player = await make_player(idle_s=60)
    server.deliver("support", a_mail(number=0))
    await player.until(1)
    waiting = asyncio.ensure_future(player.until(2))
    await asyncio.sleep(0.5)

    server.deliver("support", a_mail())

    assert len(await waiting) == 2  # within less than the time that it idles


async def test_what_the_bus_did_not_confirm_comes_again(player: Player, server: MailServer) -> None:
    server.deliver("support", a_mail(number=1))
    server.deliver("support", a_mail(number=2))

    first = await player.pull(confirmed=False)
    again = await player.pull()

    assert len(first) == 2
    assert [one.event_key for one in again] == [one.event_key for one in first]


async def test_a_mail_is_marked_as_read_only_once_it_is_confirmed(
    player: Player, server: MailServer
) -> None:
    server.deliver("support", a_mail())
    await player.pull()
    before = server.flags("support")

    await player.pull()

    assert before == [""]
    assert server.flags("support") == ["S"]


async def test_what_the_bus_did_not_confirm_stays_unread(
    player: Player, server: MailServer
) -> None:
    server.deliver("support", a_mail())

    for _ in range(3):
        await player.pull(confirmed=False)

    assert server.flags("support") == [""]


async def test_a_sent_mail_arrives_and_a_copy_is_kept(player: Player, server: MailServer) -> None:
    part = make_part("the answer", context={"to": "Анна <anna@shop.example>", "subject": "Заказ"})

    sent = await player.send(part, make_file(b"data", name="счёт.pdf", mime="application/pdf"))
    arrived = await server.wait_for("anna", 1)

    assert sent.external_ids[0].encode() in arrived[0]
    assert sent.external_ids[0].encode() in server.mails("support", "Sent")[0]


async def test_our_mail_read_back_says_what_was_written(
    make_player: MakePlayer, player: Player, server: MailServer
) -> None:
    customer = await make_player("anna")
    part = make_part("Вот счёт", context={"to": "anna@shop.example", "subject": "Заказ №5"})

    await player.send(part, make_file(b"%PDF-1.4", name="счёт.pdf", mime="application/pdf"))
    await server.wait_for("anna", 1)
    (mail,) = await customer.until(1)

    assert mail.content.text == "Вот счёт"
    assert mail.content.email is not None
    assert mail.content.email.subject == "Заказ №5"
    assert mail.content.attachments[0].name == "счёт.pdf"
    assert await customer.fetched(mail.content.attachments[0]) == b"%PDF-1.4"
    assert mail.origin is Origin.USER
