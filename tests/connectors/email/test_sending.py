"""Each answer of an SMTP server has one meaning; what was sent is never sent twice."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession
from aiosmtpd.controller import Controller

from connectors.base import Outgoing, Parsed
from connectors.email.connector import EmailConnector
from connectors.email.simulator import simulate
from connectors.email.simulator.simulator import EmailSimulator
from connectors.simulator import SimulatorContext
from shared.clock import ManualClock, SystemClock
from shared.errors import (
    ChannelBroken,
    ContactGone,
    HubError,
    NotSent,
    Rejected,
    Throttled,
    Uncertain,
)
from shared.ids import ChannelId
from shared.model.delivery import Delivery, Part
from shared.model.inbound import Origin
from tests.connectors.email.player import make_connector, make_file, make_part
from tests.support.mail_server import free_port


@pytest.fixture
async def simulator(http: ClientSession) -> AsyncIterator[EmailSimulator]:
    """A mail system in memory."""
    context = SimulatorContext(
        ChannelId("support"), None, http, SystemClock(), changed=lambda _: None
    )
    made = simulate(context)
    await made.start()
    yield made
    await made.close()


class Line:
    """A channel on the simulator, and what it told besides."""

    def __init__(self, connector: EmailConnector, told: list[Parsed]) -> None:
        self.connector = connector
        self.told = told

    async def send(self, part: Part, *files: Any) -> tuple[str, ...]:
        return (await self.connector.send(Outgoing(part, files))).external_ids


@pytest.fixture
async def line(http: ClientSession, simulator: EmailSimulator) -> AsyncIterator[Line]:
    """A channel on the simulator."""
    told: list[Parsed] = []

    async def accept(parsed: Parsed) -> None:
        told.append(parsed)

    given = {**simulator.settings(), "timeout_s": 2, "idle_s": 1}
    connector = make_connector(http, accept=accept, **given)
    yield Line(connector, told)
    await connector.close()


def part(to: str = "Anna <anna@customer.example>", **fields: Any) -> Part:
    context = {"to": to, "cc": "boss@customer.example", "subject": "Order"}
    return make_part("the answer", context=context, **fields)


@pytest.mark.parametrize(
    "fault, meaning",
    [
        ("429", Throttled),
        ("421", Throttled),
        ("452", Throttled),
        ("400", Rejected),
        ("552", Rejected),
        ("relay", Rejected),
        ("blocked", ContactGone),
        ("401", ChannelBroken),
        ("odd", Uncertain),
        ("cut_after_write", Uncertain),
    ],
)
async def test_an_answer_of_the_server_has_one_meaning(
    line: Line, simulator: EmailSimulator, fault: str, meaning: type[HubError]
) -> None:
    simulator.fault(fault, 2 if fault in {"blocked", "relay", "429"} else 1)

    with pytest.raises(HubError) as raised:
        await line.send(part())

    assert type(raised.value) is meaning


async def test_greylisting_waits_five_minutes_and_only_there(
    line: Line, simulator: EmailSimulator
) -> None:
    simulator.fault("429", 2)

    with pytest.raises(Throttled) as raised:
        await line.send(part())

    assert raised.value.retry_after_s >= 300
    assert not raised.value.whole_channel


async def test_a_busy_server_pauses_the_channel(line: Line, simulator: EmailSimulator) -> None:
    simulator.fault("421", 1)

    with pytest.raises(Throttled) as raised:
        await line.send(part())

    assert raised.value.whole_channel


async def test_a_server_that_is_not_there_was_not_sent_anything(http: ClientSession) -> None:
    connector = make_connector(http, save_sent=False)

    with pytest.raises(NotSent):
        await connector.send(Outgoing(part()))
    await connector.close()


async def test_a_hang_after_the_text_leaves_it_uncertain(
    line: Line, simulator: EmailSimulator
) -> None:
    simulator.fault("hang", 1)

    with pytest.raises(Uncertain):
        await line.send(part())


async def test_a_line_cut_before_the_text_sent_nothing(
    line: Line, simulator: EmailSimulator
) -> None:
    simulator.fault("cut_before", 1)

    with pytest.raises((NotSent, Uncertain)):
        await line.send(part())

    assert simulator.phone("anna@customer.example") == []


async def test_some_recipients_refused_is_sent_and_names_them(
    line: Line, simulator: EmailSimulator
) -> None:
    simulator.fault("partial", 1)

    ids = await line.send(part())

    (told,) = line.told
    (event,) = told.inbound
    assert ids
    assert event.origin is Origin.SYSTEM
    assert event.thread.clues[0].message_id is not None
    assert "boss@customer.example: 550" in event.content.blocks[0].details["recipients"]  # type: ignore[union-attr]


async def test_a_mail_that_only_copies_would_get_is_not_sent(
    line: Line, simulator: EmailSimulator
) -> None:
    await simulator.act("anna", {"type": "block"})

    with pytest.raises(ContactGone):
        await line.send(part())

    assert simulator.phone("boss@customer.example") == []


async def test_an_uncertain_mail_is_settled_by_its_copy(
    line: Line, simulator: EmailSimulator, http: ClientSession
) -> None:
    simulator.fault("cut_after_write", 1)
    wanted = part()
    with pytest.raises(Uncertain):
        await line.send(wanted)
    pulled = await line.connector.pull(None)
    assert list(pulled.events) == []
    mail = simulator.phone("anna@customer.example")
    assert mail

    simulator.keep_sent()  # as providers do that keep copies themselves
    line.connector._unsettled._next = None
    events = list((await line.connector.pull(pulled.cursor)).events)

    (receipt,) = line.connector.parse(events[0]).receipts
    assert (receipt.part_id, receipt.state) == (wanted.id, Delivery.SENT)


async def test_mails_that_leave_at_once_have_one_copy_each_and_do_not_wait_for_the_others(
    line: Line, simulator: EmailSimulator
) -> None:
    sent = await asyncio.gather(*(line.send(part()) for _ in range(20)))
    waited = len(simulator.folder("Sent"))
    last = await line.send(part())

    ids = [id for (id, *_) in (*sent, last)]
    copies = simulator.folder("Sent")
    assert waited <= len(sent)
    assert [sum(id.encode() in mail for mail in copies) for id in ids] == [1] * 21


async def test_a_copy_of_what_was_sent_is_in_the_sent_folder(
    line: Line, simulator: EmailSimulator
) -> None:
    (id,) = await line.send(part())

    assert any(id.encode() in mail for mail in simulator.folder("Sent"))


async def test_nothing_but_new_mails_can_be_sent(line: Line) -> None:
    with pytest.raises(Rejected):
        await line.send(part(kind="edit"))


async def test_files_that_are_too_big_together_are_refused_before(line: Line) -> None:
    big = make_file(b"")
    sized = type(big)(big.attachment, 19 * 1024 * 1024, big.read)

    with pytest.raises(Rejected, match="too big"):
        await line.send(part(), sized)


async def test_a_mail_above_the_servers_limit_is_refused_before_it_is_written(
    line: Line, simulator: EmailSimulator
) -> None:
    with pytest.raises(Rejected, match="too big"):
        await line.send(part(), make_file(b"x" * (18 * 1024 * 1024), mime="application/zip"))


async def test_programs_do_not_answer_machines(line: Line) -> None:
    context = {"to": "anna@customer.example", "automatic": "yes"}

    with pytest.raises(Rejected, match="machine"):
        await line.send(make_part("beep", context=context, automatic=True))

    assert await line.send(make_part("a person may", context=context))


async def test_programs_write_only_ten_mails_an_hour_to_one_address(
    http: ClientSession, simulator: EmailSimulator
) -> None:
    clock = ManualClock()
    connector = make_connector(http, clock=clock, **{**simulator.settings(), "save_sent": False})
    line = Line(connector, [])
    for _ in range(10):
        await line.send(make_part("beep", automatic=True))

    with pytest.raises(Rejected, match="within an hour"):
        await line.send(make_part("beep", automatic=True))

    await clock.advance(3601)
    assert await line.send(make_part("beep", automatic=True))
    await connector.close()


class _Refusing:
    """A server that answers each step as it is told."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.senders: list[str] = []
        self.mails: list[bytes] = []

    async def handle_MAIL(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        self.senders.append(address.strip("<>"))
        if address in {"", "<>"} and "null" in self.answers:
            return self.answers["null"]
        envelope.mail_from = address
        return self.answers.get("mail", "250 OK")

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("rcpt", "250 OK")

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(envelope.content)
        return self.answers.get("data", "250 OK")


@pytest.mark.parametrize(
    "answers, meaning",
    [
        ({"mail": "550 5.7.1 sender refused"}, Rejected),
        ({"mail": "451 4.3.0 later"}, Throttled),
        ({"mail": "530 5.7.0 sign in first"}, ChannelBroken),
        ({"rcpt": "550 5.7.1 spam"}, Rejected),
        ({"rcpt": "452 4.5.3 too many"}, Throttled),
        ({"data": "554 5.6.0 no"}, Rejected),
        ({"data": "451 4.7.1 greylisted"}, Throttled),
        ({"data": "421 4.3.2 shutting down"}, Throttled),
    ],
)
async def test_a_real_servers_refusal_is_understood_at_each_step(
    http: ClientSession, answers: dict[str, str], meaning: type[HubError]
) -> None:
    controller = Controller(_Refusing(**answers), hostname="127.0.0.1", port=free_port())
    await asyncio.to_thread(controller.start)
    try:
        connector = make_connector(
            http, smtp_port=controller.port, smtp_login=False, save_sent=False
        )

        with pytest.raises(meaning):
            await connector.send(Outgoing(part()))
        await connector.close()
    finally:
        await asyncio.to_thread(controller.stop)


async def test_a_server_that_wants_a_sender_gets_ours_for_automatic_mails(
    http: ClientSession,
) -> None:
    server = _Refusing(null="550 5.1.7 no empty sender here")
    controller = Controller(server, hostname="127.0.0.1", port=free_port())
    await asyncio.to_thread(controller.start)
    try:
        connector = make_connector(
            http, smtp_port=controller.port, smtp_login=False, save_sent=False
        )

        await connector.send(Outgoing(part(automatic=True)))

        assert server.senders == ["", "support@shop.example"]
        assert b"Auto-Submitted: auto-replied" in server.mails[0]
        await connector.close()
    finally:
        await asyncio.to_thread(controller.stop)


async def test_two_attempts_carry_one_message_id(line: Line, simulator: EmailSimulator) -> None:
    again = part()
    simulator.fault("452", 1)
    with pytest.raises(Throttled):
        await line.send(again)

    first = await line.send(again)
    second = await line.send(again)

    assert first == second
