"""A real Exim hands mail over to the hub, by SMTP and by LMTP."""

import asyncio
import smtplib
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.configuration import close_settings
from connectors.email.manifest import MANIFEST
from connectors.registry import Registry
from shared.ids import ChannelId, ChannelType
from shared.model.channel import Channel
from tests.connectors.email.player import a_mail
from tests.connectors.email.test_whole_hub import all_texts, answer, conversations, messages
from tests.connectors.rig import rig
from tests.connectors.test_intake import Away
from tests.support.hub_process import HubProcess
from tests.support.mail_server import MailServer, free_port, make_certificate
from tests.support.waiting import until

pytestmark = [
    pytest.mark.mail,
    pytest.mark.xdist_group("mail"),
    pytest.mark.timeout(120),
    pytest.mark.usefixtures("forked_programs"),
]

PROTOCOLS = pytest.mark.parametrize("protocol", ["smtp", "lmtp"])


def given(server: MailServer, protocol: str, **changed: Any) -> dict[str, Any]:
    """Settings of a channel that Exim hands mail over to."""
    port = free_port()
    server.hands_over(protocol, port)
    settings = {
        "address": f"support@{protocol}.example",
        "receive_by": protocol,
        "listen_port": port,
        "smtp_host": "127.0.0.1",
        "smtp_port": server.smtp_port,
        "smtp_tls": "none",
        "smtp_login": False,
        "plus_addresses": True,
    }
    return settings | changed


async def add_channel(hub: HubProcess, settings: dict[str, Any]) -> None:
    body = {"type": "email", "name": "handed over", "settings": settings}
    await hub.call("POST", "/api/v1/channels", body)


async def delivered(server: MailServer, arrived: Callable[[], Awaitable[bool]]) -> None:
    """Let Exim try until everything has arrived."""

    async def tried() -> bool:
        await asyncio.to_thread(server.hand_over_now)
        return await arrived()

    await until(tried, limit_s=60)


@PROTOCOLS
async def test_exim_delivers_and_the_answer_comes_back_into_the_conversation(
    tmp_path: Path, server: MailServer, protocol: str
) -> None:
    async with HubProcess(tmp_path) as hub:
        await add_channel(hub, given(server, protocol))
        mail = a_mail("Where is it?", headers={"From": "anna@shop.example"})
        server.submit(f"support@{protocol}.example", mail, "anna@shop.example")
        await delivered(server, lambda: _all(hub, 1))
        (conversation,) = await conversations(hub)
        await answer(hub, conversation["id"], "It left yesterday.")
        (sent,) = await server.wait_for("anna", 1)
        reply_to = sent.split(b"Reply-To: ")[1].split(b"\r\n")[0].decode()

        thanks = a_mail("Thanks!", number=2, headers={"To": reply_to}, sender="anna@other.example")
        server.submit(reply_to, thanks)
        await delivered(server, lambda: _all(hub, 3))

        (same,) = await conversations(hub)
        texts = [one["content"]["text"] for one in await messages(hub, same["id"])]
        assert texts == ["Where is it?", "It left yesterday.", "Thanks!"]


@PROTOCOLS
async def test_killed_between_taking_and_answering_each_mail_is_there_once(
    tmp_path: Path, server: MailServer, protocol: str
) -> None:
    hub = HubProcess(tmp_path)
    await hub.start()
    try:
        await add_channel(hub, given(server, protocol))
        for number in range(40):
            mail = a_mail(f"mail {number:02d}", number=number, sender=f"p{number}@x.example")
            server.submit(f"support@{protocol}.example", mail)
            if number in {15, 30}:
                await delivered(server, lambda: _all(hub, 1))
                await hub.kill()
                await hub.start()

        await delivered(server, lambda: _all(hub, 40))
        await until(lambda: _none_waits(server), limit_s=30)

        assert sorted(await all_texts(hub)) == [f"mail {number:02d}" for number in range(40)]
    finally:
        await hub.stop()


async def test_a_mail_of_which_nobody_heard_that_it_was_taken_is_there_once(
    tmp_path: Path, server: MailServer
) -> None:
    settings = given(server, "smtp")
    async with HubProcess(tmp_path) as hub:
        await add_channel(hub, settings)
        mail = a_mail("only once")
        await until(lambda: _answers(settings["listen_port"]), limit_s=30)
        reader, writer = await asyncio.open_connection("127.0.0.1", settings["listen_port"])
        writer.write(
            b"EHLO mx\r\nMAIL FROM:<anna@customer.example>\r\nRCPT TO:<support@smtp.example>\r\n"
            b"DATA\r\n" + mail + b".\r\n"
        )
        await writer.drain()
        await until(lambda: _all(hub, 1), limit_s=30)
        writer.close()  # the answer is never read: the server tries again

        server.submit("support@smtp.example", mail)
        last = a_mail("the last", number=2, sender="boris@customer.example")
        server.submit("support@smtp.example", last)
        await delivered(server, lambda: _all(hub, 2))

        assert sorted(await all_texts(hub)) == ["only once", "the last"]
        assert reader is not None


@PROTOCOLS
async def test_while_the_bus_is_away_exim_keeps_the_mail_and_brings_it_once(
    tmp_path: Path, server: MailServer, protocol: str
) -> None:
    between: list[Away] = []

    def stand_between(bus: Any) -> Away:
        between.append(Away(bus))
        return between[0]

    registry = Registry({ChannelType("email"): MANIFEST})
    async with rig(tmp_path, bus=stand_between, registry=registry) as made:
        settings, sealed = close_settings(given(server, protocol), MANIFEST, made.resources.seal)
        at = made.clock.now()
        channel = Channel(
            id=ChannelId("shop"),
            type=ChannelType("email"),
            name="Shop",
            settings=settings,
            sealed=sealed,
            created_at=at,
            updated_at=at,
        )
        await made.put_channel(channel)
        await made.live()
        await until(lambda: _answers(settings["listen_port"]), limit_s=20)
        between[0].away = True
        server.submit(f"support@{protocol}.example", a_mail("kept"))

        async def told_to_wait() -> bool:
            # One that Exim tries by itself just now is left out of a round of the queue.
            await asyncio.to_thread(server.hand_over_now)
            return "451 4.3.0" in log.read_text(encoding="utf-8")

        log = server.folder / "exim-mainlog"
        await until(told_to_wait, limit_s=40)
        refused = (server.waiting(), made.of_kind("inbound"))
        between[0].away = False

        async def there() -> bool:
            return bool(made.of_kind("inbound"))

        await delivered(server, there)
        await until(lambda: _none_waits(server), limit_s=30)

        assert refused == (1, [])
        assert [one.payload["content"]["text"] for one in made.of_kind("inbound")] == ["kept"]


async def test_a_running_hub_takes_mail_over_an_encrypted_line(
    tmp_path: Path, server: MailServer
) -> None:
    folder = tmp_path / "certificate"
    folder.mkdir()
    trust = ssl.create_default_context(cadata=make_certificate(folder))
    settings = given(
        server,
        "smtp",
        listen_tls="starttls",
        listen_certificate=str(folder / "cert.pem"),
        listen_key=str(folder / "key.pem"),
    )
    async with HubProcess(tmp_path) as hub:
        await add_channel(hub, settings)
        await until(lambda: _answers(settings["listen_port"]), limit_s=30)

        def hand_over() -> None:
            with smtplib.SMTP("127.0.0.1", settings["listen_port"], timeout=10) as client:
                client.starttls(context=trust)
                mail = a_mail("x" * 3_000_000)
                client.sendmail("anna@customer.example", ["support@smtp.example"], mail)

        await asyncio.to_thread(hand_over)

        await until(lambda: _all(hub, 1), limit_s=30)
        assert [len(text) > 50_000 for text in await all_texts(hub)] == [True]


async def _all(hub: HubProcess, count: int) -> bool:
    return len(await all_texts(hub)) >= count


async def _none_waits(server: MailServer) -> bool:
    await asyncio.to_thread(server.hand_over_now)
    return server.waiting() == 0


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
