"""Mail that is handed over by SMTP or LMTP: what is taken, what is refused, and how."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from aiohttp import ClientSession
from hypothesis import given
from hypothesis import strategies as st

from connectors.email.wire import Arriving
from shared.errors import ChannelBroken, Unavailable
from tests.connectors.email.desk import listening
from tests.connectors.email.player import a_mail, make_connector, make_part, signature
from tests.support.mail_server import free_port
from tests.support.waiting import until

OURS = "support@shop.example"


async def test_a_mail_is_taken_and_its_sender_is_told_once_it_is_safe(http: ClientSession) -> None:
    async with listening(http) as desk:
        client = await desk.client()

        answers = await client.hand_over(a_mail("where is it?"), OURS)

        assert answers == ["250 2.0.0 kept"]
        assert desk.texts == ["where is it?"]


async def test_while_the_bus_is_away_a_mail_is_to_come_again(http: ClientSession) -> None:
    async with listening(http) as desk:
        client = await desk.client()
        desk.away = True
        refused = await client.hand_over(a_mail("hello"), OURS)
        desk.away = False

        taken = await client.hand_over(a_mail("hello"), OURS)

        assert refused[0].startswith("451 ")
        assert taken[0].startswith("250 ")
        assert desk.texts == ["hello"]


async def test_a_mail_that_comes_again_is_the_same_mail(http: ClientSession) -> None:
    async with listening(http) as desk:
        for _ in range(2):
            client = await desk.client()
            await client.hand_over(a_mail("hello"), OURS)

        first, second = (parsed.inbound[0] for parsed in desk.taken)
        assert first.event_key == second.event_key
        assert first.external_id == second.external_id


async def test_mail_for_others_is_refused_by_name(http: ClientSession) -> None:
    code = signature().token(make_part("x").id)
    async with listening(http, aliases=["sales@shop.example"]) as desk:
        client = await desk.client()
        await client.say("EHLO mx")
        await client.say("MAIL FROM:<>")

        answers = {
            to: (await client.say(f"RCPT TO:<{to}>"))[:3]
            for to in (
                OURS,
                "SUPPORT@Shop.Example",
                "sales@shop.example",
                f"support+{code}@shop.example",
                f"support+b-{code}@shop.example",
                "support+guessed@shop.example",
                f"other+{code}@shop.example",
                "support@elsewhere.example",
                "other@shop.example",
            )
        }

        assert list(answers.values()) == ["250"] * 5 + ["550"] * 4


async def test_the_address_of_the_envelope_finds_the_conversation(http: ClientSession) -> None:
    part = make_part("the answer")
    code = signature().token(part.id)
    async with listening(http) as desk:
        client = await desk.client()

        await client.hand_over(a_mail("thanks"), f"support+{code}@shop.example")

        (mail,) = desk.taken[0].inbound
        assert mail.thread.clues[0].message_id == part.message_id


async def test_a_mail_from_nobody_counts_as_a_machines(http: ClientSession) -> None:
    async with listening(http) as desk:
        client = await desk.client()

        await client.hand_over(a_mail("I am away"), OURS, sender="")

        (mail,) = desk.taken[0].inbound
        assert mail.content.email is not None
        assert mail.content.email.automatic


async def test_lmtp_answers_for_each_recipient_that_it_took(http: ClientSession) -> None:
    async with listening(http, receive_by="lmtp", aliases=["sales@shop.example"]) as desk:
        client = await desk.client()

        answers = await client.hand_over(
            a_mail("hello"), OURS, "other@shop.example", "sales@shop.example", hello="LHLO"
        )

        assert answers == ["250 2.0.0 kept"] * 2
        assert desk.texts == ["hello"]
        assert (await client.say("NOOP")).startswith("250")


async def test_lmtp_answers_for_each_recipient_what_it_did_not_take(http: ClientSession) -> None:
    async with listening(http, receive_by="lmtp", aliases=["sales@shop.example"]) as desk:
        desk.away = True
        client = await desk.client()

        answers = await client.hand_over(a_mail(), OURS, "sales@shop.example", hello="LHLO")

        assert [one[:3] for one in answers] == ["451", "451"]


async def test_each_protocol_greets_in_its_own_way(http: ClientSession) -> None:
    async with listening(http) as smtp, listening(http, receive_by="lmtp") as lmtp:
        answers = [
            (await (await desk.client()).say(f"{hello} me"))[:3]
            for desk in (smtp, lmtp)
            for hello in ("EHLO", "LHLO")
        ]

        assert answers == ["250", "500", "500", "250"]


async def test_a_mail_that_says_it_is_too_big_is_refused_at_once(http: ClientSession) -> None:
    async with listening(http, listen_max_bytes=100_000) as desk:
        client = await desk.client()
        able = await client.say("EHLO mx")

        answer = await client.say("MAIL FROM:<a@b.example> SIZE=100001")

        assert "SIZE 100000" in able
        assert answer.startswith("552 ")


async def test_a_mail_that_grows_too_big_is_refused_and_the_next_is_taken(
    http: ClientSession,
) -> None:
    async with listening(http, listen_max_bytes=100_000) as desk:
        client = await desk.client()

        refused = await client.hand_over(a_mail("x" * 300_000), OURS)
        taken = await client.hand_over(a_mail("small"), OURS)

        assert refused[0].startswith("552 ")
        assert taken[0].startswith("250 ")
        assert desk.texts == ["small"]


@pytest.mark.parametrize(
    "end", [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\n", b"\r\n.\r", b"\r\n..\r\n"]
)
async def test_nothing_can_be_smuggled_behind_a_mail(http: ClientSession, end: bytes) -> None:
    async with listening(http) as desk:
        client = await desk.client()
        hidden = end + b"MAIL FROM:<ceo@shop.example>\r\nRCPT TO:<support@shop.example>\r\n"
        await client.say("EHLO mx")
        await client.say("MAIL FROM:<a@b.example>")
        await client.say(f"RCPT TO:<{OURS}>")
        await client.say("DATA")

        await client.write(a_mail("first").removesuffix(b"\r\n") + hidden + b"\r\n.\r\n")

        assert (await client.answer()).startswith("250 ")
        assert (await client.say("NOOP")).startswith("250 2.0.0 yes")
        assert len(desk.taken) == 1


async def test_commands_may_come_all_at_once(http: ClientSession) -> None:
    async with listening(http) as desk:
        client = await desk.client()
        await client.write(
            b"EHLO mx\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<support@shop.example>\r\nDATA\r\n"
            + a_mail("at once")
            + b".\r\nQUIT\r\n"
        )

        answers = [(await client.answer())[:3] for _ in range(6)]

        assert answers == ["250", "250", "250", "354", "250", "221"]
        assert desk.texts == ["at once"]


async def test_steps_out_of_order_are_refused(http: ClientSession) -> None:
    async with listening(http) as desk:
        client = await desk.client()

        early = [await client.say("MAIL FROM:<a@b.example>"), await client.say("EHLO mx")]
        wrong = [
            await client.say(line)
            for line in ("DATA", f"RCPT TO:<{OURS}>", "MAIL FROM:nobody", "HELP", "AUTH PLAIN")
        ]
        await client.say("MAIL FROM:<a@b.example>")
        await client.say("RCPT TO:<other@shop.example>")
        nobody = await client.say("DATA")

        assert [one[:3] for one in early] == ["503", "250"]
        assert [one[:3] for one in wrong] == ["503", "503", "501", "500", "500"]
        assert nobody.startswith("503 ")


async def test_who_makes_no_sense_for_long_is_hung_up_on(http: ClientSession) -> None:
    async with listening(http) as desk:
        client = await desk.client()

        said = [await client.say(b"\xff\x00 what") for _ in range(51)]
        goodbye = await client.answer()

        assert {one[:3] for one in said} == {"500"}
        assert goodbye.startswith("421 ")


async def test_a_line_without_an_end_ends_that_connection_alone(http: ClientSession) -> None:
    async with listening(http) as desk:
        hostile, other = await desk.client(), await desk.client()
        await hostile.write(b"A" * 10_000)

        gone = await hostile.answer()
        taken = await other.hand_over(a_mail(), OURS)

        assert gone == ""
        assert taken[0].startswith("250 ")


async def test_a_line_cut_within_a_mail_takes_nothing(http: ClientSession) -> None:
    async with listening(http) as desk:
        client = await desk.client()
        await client.say("EHLO mx")
        await client.say("MAIL FROM:<a@b.example>")
        await client.say(f"RCPT TO:<{OURS}>")
        await client.say("DATA")
        await client.write(a_mail("half"))
        client.close()

        other = await desk.client()
        await other.hand_over(a_mail("whole"), OURS)

        assert desk.texts == ["whole"]


async def test_a_bug_while_a_mail_is_taken_leaves_it_with_its_sender(http: ClientSession) -> None:
    async with listening(http) as desk:
        desk.bug = True
        client = await desk.client()
        answers = await client.hand_over(a_mail(), OURS)
        desk.bug = False

        other = await desk.client()
        taken = await other.hand_over(a_mail(), OURS)

        assert answers == [""]
        assert taken[0].startswith("250 ")


async def test_whatever_is_said_to_it_the_channel_goes_on(http: ClientSession) -> None:
    words = [
        b"EHLO x", b"LHLO", b"MAIL FROM:<>", b"MAIL FROM:<a@b> SIZE=x", b"RCPT TO:<>",
        b"RCPT TO:<support@shop.example>", b"DATA", b".", b"RSET", b"STARTTLS", b"BDAT 5 LAST",
        b"\x00\xff\x16\x03\x01", b"MAIL FROM:<" + b"@," * 900 + b">", b"", b" ", b"QUIT extra",
    ]  # fmt: skip
    chance = Random(11)
    async with listening(http) as desk:
        for _ in range(60):
            client = await desk.client()
            said = (chance.choice(words) for _ in range(chance.randrange(1, 30)))
            ends = [b"\r\n", b"\n", b"\r", b""]
            with suppress(ConnectionError):
                await client.write(b"".join(one + chance.choice(ends) for one in said))
            client.close()

        other = await desk.client()
        taken = await other.hand_over(a_mail("still there?"), OURS)

        assert taken[0].startswith("250 ")
        assert "still there?" in desk.texts


async def test_too_many_connections_are_asked_to_come_again(http: ClientSession) -> None:
    async with listening(http) as desk:
        for _ in range(50):
            await desk.client()

        reader, writer = await asyncio.open_connection("127.0.0.1", desk.port)
        said = await reader.readline()
        writer.close()

        assert said.startswith(b"421 ")


async def test_a_mail_that_goes_in_circles_is_given_back(http: ClientSession) -> None:
    mail = b"Received: from a by b\r\n" * 101 + a_mail()
    async with listening(http) as desk:
        client = await desk.client()

        answers = await client.hand_over(mail, OURS)

        assert answers[0].startswith("554 ")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, ssl.SSLContext]:
    """Files of a certificate and its key, and a context that trusts them."""
    from tests.support.mail_server import make_certificate

    folder = tmp_path_factory.mktemp("certificate")
    pem = make_certificate(folder)
    return (
        str(folder / "cert.pem"),
        str(folder / "key.pem"),
        ssl.create_default_context(cadata=pem),
    )


async def test_with_starttls_nothing_is_taken_in_the_open(
    http: ClientSession, certificate: tuple[str, str, ssl.SSLContext]
) -> None:
    cert, key, trust = certificate
    files = {"listen_certificate": cert, "listen_key": key}
    async with listening(http, listen_tls="starttls", **files) as desk:
        client = await desk.client()
        able = await client.say("EHLO mx")
        early = await client.say("MAIL FROM:<a@b.example>")
        await client.say("STARTTLS")
        await client.start_tls(trust)

        answers = await client.hand_over(a_mail("in secret"), OURS)

        assert "STARTTLS" in able
        assert early.startswith("530 ")
        assert answers[0].startswith("250 ")
        assert desk.texts == ["in secret"]


async def test_what_follows_starttls_in_the_open_is_never_read(
    http: ClientSession, certificate: tuple[str, str, ssl.SSLContext]
) -> None:
    cert, key, _ = certificate
    files = {"listen_certificate": cert, "listen_key": key}
    async with listening(http, listen_tls="starttls", **files) as desk:
        client = await desk.client()
        await client.say("EHLO mx")

        await client.write(b"STARTTLS\r\nMAIL FROM:<spy@b.example>\r\n")

        assert (await client.answer()).startswith("501 ")
        assert await client.answer() == ""


async def test_a_line_may_be_encrypted_from_the_first_byte(
    http: ClientSession, certificate: tuple[str, str, ssl.SSLContext]
) -> None:
    cert, key, trust = certificate
    files = {"listen_certificate": cert, "listen_key": key}
    async with listening(http, listen_tls="tls", **files) as desk:
        client = await desk.client(trust)

        answers = await client.hand_over(a_mail(), OURS)

        assert answers[0].startswith("250 ")


async def test_a_certificate_that_cannot_be_read_breaks_the_channel(http: ClientSession) -> None:
    files: dict[str, Any] = {
        "listen_certificate": "/nowhere/cert.pem",
        "listen_key": "/nowhere/key.pem",
    }
    connector = make_connector(http, receive_by="smtp", listen_tls="tls", **files)

    with pytest.raises(ChannelBroken, match="listen_certificate"):
        await connector.listen(_nowhere)

    await connector.close()


async def test_a_port_that_is_taken_is_tried_again_later(http: ClientSession) -> None:
    async with listening(http) as desk:
        await desk.client()
        other = make_connector(http, receive_by="smtp", listen_port=desk.port)

        with pytest.raises(Unavailable, match=str(desk.port)):
            await other.listen(_nowhere)

        await other.close()


async def test_the_check_tells_who_has_the_port(http: ClientSession) -> None:
    async with listening(http) as desk:
        await desk.client()
        stranger = make_connector(
            http, receive_by="smtp", listen_port=desk.port, address="info@other.example"
        )
        free = make_connector(http, receive_by="smtp", listen_port=free_port())

        found = [(await one.check()).items[0].ok for one in (desk.connector, stranger, free)]

        assert found == [True, False, True]
        await stranger.close()
        await free.close()


@given(
    body=st.lists(st.sampled_from([b"\r\n", b".", b"..", b"a", b"\n", b"\r", b"\r\n."])).map(
        b"".join
    ),
    cuts=st.lists(st.integers(min_value=1, max_value=7), max_size=40),
)
def test_a_mail_arrives_as_it_was_however_it_is_cut(body: bytes, cuts: list[int]) -> None:
    mail = body + b"\r\n"
    stuffed = (b"\r\n" + mail).replace(b"\r\n.", b"\r\n..")[2:]
    travels = stuffed + b".\r\nQUIT\r\n"
    arriving, behind, at = Arriving(10_000), None, 0

    for size in [*cuts, len(travels)]:
        behind = arriving.feed(travels[at : at + size])
        at += size
        if behind is not None:
            break

    assert behind is not None
    assert behind + travels[at:] == b"QUIT\r\n"
    assert arriving.mail() == mail


async def _nowhere(_: object) -> None:
    raise AssertionError("nothing was to come")


@pytest.mark.parametrize("when", ["before it is attended", "after the end"])
async def test_a_line_that_comes_as_the_listening_ends_is_hung_up(
    http: ClientSession, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    came: list[Callable[..., None]] = []
    start = asyncio.start_server

    async def started(arrived: Callable[..., None], **options: Any) -> asyncio.Server:
        came.append(arrived)
        return await start(arrived, **options)

    monkeypatch.setattr(asyncio, "start_server", started)
    connector = make_connector(http, receive_by="smtp", listen_port=free_port())
    task = asyncio.create_task(connector.listen(lambda _: asyncio.sleep(0)))
    await until(lambda: asyncio.sleep(0, result=bool(came)), limit_s=10)
    await asyncio.sleep(0)
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=ours)
    with theirs:
        if when == "before it is attended":
            came[0](reader, writer)
        task.cancel()
        await asyncio.wait([task])
        if when == "after the end":
            came[0](reader, writer)
        await asyncio.sleep(0)

        assert writer.is_closing()
    await connector.close()
