"""Reading a real mailbox through everything that happens to mailboxes."""

import asyncio
import base64
import imaplib
from typing import Any

import pytest

from shared.errors import BadPayload, ChannelBroken, Rejected, Unavailable
from shared.model.content import FetchState
from tests.connectors.email.player import MakePlayer, Player, a_mail
from tests.support.mail_server import MailServer
from tests.support.tcp_proxy import tcp_proxy

pytestmark = [pytest.mark.mail, pytest.mark.xdist_group("mail"), pytest.mark.timeout(60)]


def a_big_mail(size: int, *, number: int = 1) -> tuple[bytes, bytes]:
    """A mail with a text, its HTML, and a file of this size; and the file."""
    data = bytes(range(256)) * (size // 256)
    encoded = base64.encodebytes(data).decode().replace("\n", "\r\n")
    body = (
        "--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n"
        "--a\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        "вот фильм\r\n"
        "--a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<b>вот фильм</b>\r\n--a--\r\n"
        "--m\r\nContent-Type: video/mp4; name=film.mp4\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment; filename=film.mp4\r\n\r\n{encoded}\r\n--m--"
    )
    headers = {"Content-Type": "multipart/mixed; boundary=m"}
    return a_mail(body, headers=headers, number=number), data


async def test_after_the_server_forgot_its_numbers_each_mail_is_known_by_its_content(
    player: Player, server: MailServer, make_player: MakePlayer
) -> None:
    for number in range(3):
        server.deliver("support", a_mail(f"mail {number}", number=number))
    before = await player.until(3)
    server.renumber("support")
    server.deliver("support", a_mail("mail 3", number=3))

    after = await make_player()
    after.cursor = player.cursor
    found = await after.until(4)

    keys = [one.event_key for one in before]
    assert [one.event_key for one in found if one.content.text != "mail 3"] == keys
    assert '"uid"' in (after.cursor or "")


async def test_the_last_mail_is_not_taken_again_and_again(
    player: Player, server: MailServer
) -> None:
    server.deliver("support", a_mail())
    await player.until(1)

    for _ in range(3):
        assert await player.pull() == []


async def test_a_mail_that_another_program_has_read_is_taken_all_the_same(
    player: Player, server: MailServer
) -> None:
    server.deliver("support", a_mail())
    with imaplib.IMAP4("127.0.0.1", server.imap_port) as other:
        other.login("support", "secret-support")
        other.select("INBOX")
        other.store("1", "+FLAGS", r"(\Seen)")

    assert len(await player.until(1)) == 1


async def test_with_nothing_to_do_afterwards_the_mail_stays_unread(
    make_player: MakePlayer, server: MailServer
) -> None:
    player = await make_player(after_intake="nothing")
    server.deliver("support", a_mail())
    await player.until(1)
    await player.pull()

    assert server.flags("support") == [""]


async def test_a_mail_is_moved_once_it_is_confirmed_and_its_files_are_found_there(
    make_player: MakePlayer, server: MailServer
) -> None:
    player = await make_player(after_intake="move", move_to="Done", max_mail_bytes=65536)
    _create(server, "Done")
    mail, data = a_big_mail(200_000)
    server.deliver("support", mail)
    (event,) = await player.until(1)
    assert len(server.mails("support")) == 1

    await player.pull()

    assert server.mails("support") == []
    assert len(server.mails("support", "Done")) == 1
    assert await player.fetched(event.content.attachments[0]) == data


async def test_what_a_crash_left_behind_is_moved_after_the_restart(
    make_player: MakePlayer, server: MailServer
) -> None:
    settings = {"after_intake": "move", "move_to": "Done"}
    _create(server, "Done")
    server.deliver("support", a_mail())
    crashed = await make_player(**settings)
    await crashed.until(1)

    again = await make_player(**settings)
    again.cursor = crashed.cursor
    await again.pull()

    assert len(server.mails("support", "Done")) == 1
    assert again.inbound == []


async def test_a_folder_to_move_to_that_is_not_there_stops_the_channel_with_its_name(
    make_player: MakePlayer, server: MailServer
) -> None:
    player = await make_player(after_intake="move", move_to="Nowhere")
    server.deliver("support", a_mail())
    await player.until(1)

    with pytest.raises(ChannelBroken, match="Nowhere"):
        await player.pull()


async def test_of_a_big_mail_the_text_comes_at_once_and_the_file_by_itself(
    make_player: MakePlayer, server: MailServer
) -> None:
    player = await make_player(max_mail_bytes=65536)
    mail, data = a_big_mail(3_000_000)
    server.deliver("support", mail)

    (event,) = await player.until(1)

    (file,) = event.content.attachments
    assert event.content.text == "вот фильм"
    assert event.truncated
    assert (file.name, file.state) == ("film.mp4", FetchState.PENDING)
    assert file.size_bytes == pytest.approx(len(data), rel=0.03)
    assert await player.fetched(file) == data


async def test_a_mail_of_thirty_megabytes_is_taken_by_its_text(
    make_player: MakePlayer, server: MailServer
) -> None:
    player = await make_player()
    mail, _ = a_big_mail(24_000_000)
    server.deliver("support", mail)
    server.deliver("support", a_mail("behind it", number=2))

    found = await player.until(2)

    assert [one.content.text for one in found] == ["вот фильм", "behind it"]


async def test_a_file_of_a_mail_that_was_removed_is_gone_for_good(
    make_player: MakePlayer, server: MailServer
) -> None:
    player = await make_player(max_mail_bytes=65536)
    mail, _ = a_big_mail(200_000)
    server.deliver("support", mail)
    (event,) = await player.until(1)
    _remove_all(server)

    with pytest.raises(Rejected):
        await player.fetched(event.content.attachments[0])


async def test_a_stored_mails_file_does_not_need_the_mailbox(
    player: Player, server: MailServer
) -> None:
    mail, data = a_big_mail(100_000)
    server.deliver("support", mail)
    (event,) = await player.until(1)
    _remove_all(server)

    assert await player.fetched(event.content.attachments[0]) == data


async def test_bytes_that_are_no_mail_do_not_hold_up_the_others(
    player: Player, server: MailServer
) -> None:
    server.deliver("support", a_mail("one", number=1))
    place = server.maildir("support") / "new" / "1700000000.odd.host"
    server.write(place, b"\x00\xff\xfe broken \r\n\x00" * 50)
    server.deliver("support", a_mail("two", number=2))
    texts: list[str] = []
    async with asyncio.timeout(20):
        while "two" not in texts or "one" not in texts:
            pulled = await player.connector.pull(player.cursor)
            for event in pulled.events:
                try:
                    parsed = player.connector.parse(event)
                    texts += [one.content.text for one in parsed.inbound]
                except BadPayload:
                    texts.append("quarantined")
            player.cursor = pulled.cursors[-1] if pulled.events else pulled.cursor

    assert {"one", "two"} <= set(texts)


async def test_a_wrong_password_stops_the_channel_with_the_servers_words(
    make_player: MakePlayer, server: MailServer
) -> None:
    player = await make_player(password="a wrong one")

    with pytest.raises(ChannelBroken, match=r"(?i)authentication failed") as raised:
        await player.pull()

    assert "a wrong one" not in str(raised.value)


async def test_a_folder_that_is_not_there_stops_the_channel_with_its_name(
    make_player: MakePlayer, server: MailServer
) -> None:
    player = await make_player(folder="Клиенты")

    with pytest.raises(ChannelBroken, match="Клиенты"):
        await player.pull()


async def test_a_folder_in_other_letters_is_read(
    make_player: MakePlayer, server: MailServer
) -> None:
    _create(server, "&BBoEOwQ4BDUEPQRCBEs-")
    player = await make_player(folder="Клиенты")

    await player.pull()

    assert "Клиенты" in (player.cursor or "")


async def test_encryption_from_the_first_byte_checks_the_certificate(
    make_player: MakePlayer, server: MailServer
) -> None:
    trusting = await make_player(imap_tls="tls", imap_port=server.imaps_port, tls_ca=server.ca)
    careful = await make_player(imap_tls="tls", imap_port=server.imaps_port)
    server.deliver("support", a_mail())

    assert len(await trusting.until(1)) == 1
    with pytest.raises(Unavailable, match="certificate"):
        await careful.pull()


async def test_starttls_is_used_where_it_is_asked_for(
    make_player: MakePlayer, server: MailServer
) -> None:
    player = await make_player(imap_tls="starttls", tls_ca=server.ca)
    server.deliver("support", a_mail())

    assert len(await player.until(1)) == 1


async def test_a_line_that_dies_without_a_word_is_noticed_and_made_anew(
    make_player: MakePlayer, server: MailServer
) -> None:
    async with tcp_proxy(server.imap_port) as proxy:
        player = await make_player(imap_port=proxy.port, idle_s=2, timeout_s=2)
        server.deliver("support", a_mail("before", number=1))
        await player.until(1)
        proxy.stall()
        with pytest.raises(Unavailable):
            await asyncio.wait_for(player.pull(), 30)

        proxy.resume()
        server.deliver("support", a_mail("after", number=2))

        assert [one.content.text for one in await player.until(2)] == ["before", "after"]


async def test_a_channel_that_ends_while_it_idles_ends_at_once(
    make_player: MakePlayer, server: MailServer
) -> None:
    player = await make_player(idle_s=60)
    server.deliver("support", a_mail())
    await player.until(1)
    waiting = asyncio.ensure_future(player.pull())
    await asyncio.sleep(0.3)

    waiting.cancel()
    async with asyncio.timeout(20):
        await asyncio.wait([waiting])
        await player.connector.close()

    assert waiting.cancelled()


async def test_a_cancelled_wait_leaves_the_channel_ready_at_once(
    make_player: MakePlayer, server: MailServer
) -> None:
    player = await make_player(idle_s=60)
    server.deliver("support", a_mail(number=1))
    await player.until(1)
    waiting = asyncio.ensure_future(player.pull())
    await asyncio.sleep(0.3)
    waiting.cancel()
    await asyncio.wait([waiting])

    session = player.connector._reading
    assert await session.do(lambda imap: imap.select("INBOX"), limit_s=20) > 0


async def test_the_check_names_what_the_servers_can_do(player: Player) -> None:
    report = await player.connector.check()

    found = {item.name: item for item in report.items}
    assert report.ok
    assert report.account == "support@shop.example"
    assert "IDLE, MOVE, UIDPLUS" in found["imap"].detail
    assert "SMTPUTF8" in found["smtp"].detail
    assert found["folder"].ok
    assert found["sent_folder"].detail == "Sent"


async def test_the_check_says_what_is_wrong_and_what_to_do(make_player: MakePlayer) -> None:
    player = await make_player(password="a wrong one", smtp_login=True)

    report = await player.connector.check()

    wrong = {item.name: item for item in report.items if not item.ok}
    assert set(wrong) == {"imap", "smtp"}
    assert "app password" in wrong["imap"].remedy
    assert "a wrong one" not in str(report)


async def test_the_check_names_a_folder_that_is_missing(make_player: MakePlayer) -> None:
    player = await make_player(folder="Nowhere")

    report = await player.connector.check()

    (wrong,) = [item for item in report.items if not item.ok]
    assert wrong.name == "folder"
    assert "INBOX" in wrong.remedy


def _create(server: MailServer, folder: str) -> None:
    _asked(server, "create", folder)


def _remove_all(server: MailServer) -> None:
    with imaplib.IMAP4("127.0.0.1", server.imap_port) as client:
        client.login("support", "secret-support")
        client.select("INBOX")
        client.store("1:*", "+FLAGS", r"(\Deleted)")
        client.expunge()


def _asked(server: MailServer, verb: str, *arguments: Any) -> None:
    with imaplib.IMAP4("127.0.0.1", server.imap_port) as client:
        client.login("support", "secret-support")
        getattr(client, verb)(*arguments)
