"""The simulated mail system: what customers can do, what goes wrong on demand."""

import asyncio
import base64
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession

from connectors.base import Outgoing
from connectors.email.simulator import simulate
from connectors.email.simulator.simulator import EmailSimulator
from connectors.simulator import SimulatorContext
from shared.clock import SystemClock
from shared.errors import BadPayload, BadRequest, ChannelBroken, Unavailable
from shared.ids import ChannelId
from shared.model.delivery import Delivery
from shared.model.inbound import Inbound
from tests.connectors.email.player import Player, a_mail, make_connector, make_part
from tests.support.stores import open_embedded

CUSTOMER = "Анна Орлова"
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n picture").decode()


class Mailbox(Player):
    """A channel on the simulator."""

    simulator: EmailSimulator

    async def next(self) -> Inbound:
        """The next event."""
        count = len(self.inbound)
        return (await self.until(count + 1))[count]

    async def answer(self, event: Inbound, text: str) -> str:
        """Answer a mail; returns the part's id."""
        part = make_part(text, context=event.thread.context, thread=event.thread.external_id)
        await self.connector.send(Outgoing(part))
        return part.id


@pytest.fixture
async def changed() -> list[str]:
    """Whose phones have changed."""
    return []


@pytest.fixture
async def mailbox(http: ClientSession, changed: list[str], tmp_path: Any) -> AsyncIterator[Mailbox]:
    """A channel on a simulator of its own."""
    context = SimulatorContext(ChannelId("support"), None, http, SystemClock(), changed.append)
    simulator = simulate(context)
    await simulator.start()
    async with open_embedded(tmp_path) as hub:
        given = {**simulator.settings(), "timeout_s": 3, "idle_s": 2, "max_mail_bytes": 65536}
        made = Mailbox(make_connector(http, blobs=hub.blobs, **given), hub.blobs)
        made.simulator = simulator
        yield made
        await made.connector.close()
    await simulator.close()


async def test_a_customers_mail_arrives_with_its_file(mailbox: Mailbox) -> None:
    file = {"name": "p.png", "mime": "image/png", "data_base64": PNG}

    await mailbox.simulator.write(CUSTOMER, "Вот фото", [file])
    event = await mailbox.next()

    assert event.content.text == "Вот фото"
    assert event.author is not None
    assert (event.author.name, event.author.external_id) == (
        CUSTOMER,
        "anna.orlova@customer.example",
    )
    assert await mailbox.fetched(event.content.attachments[0]) == base64.b64decode(PNG)


async def test_a_big_file_is_fetched_by_its_section(mailbox: Mailbox) -> None:
    data = base64.b64encode(b"z" * 300_000).decode()
    await mailbox.simulator.write(CUSTOMER, "big", [{"name": "z.bin", "data_base64": data}])

    event = await mailbox.next()

    assert event.truncated
    assert await mailbox.fetched(event.content.attachments[0]) == b"z" * 300_000


async def test_the_phone_shows_the_conversation(mailbox: Mailbox, changed: list[str]) -> None:
    await mailbox.simulator.write(CUSTOMER, "Где заказ?")
    await mailbox.answer(await mailbox.next(), "В пути.")

    shown = mailbox.simulator.phone(CUSTOMER)

    assert [(one["from"], one["text"]) for one in shown] == [
        ("customer", "Где заказ?"),
        ("hub", "В пути."),
    ]
    assert shown[1]["subject"] == "Re: Где заказ?"
    assert changed == [CUSTOMER, CUSTOMER]
    assert mailbox.simulator.customers() == [CUSTOMER]


async def test_an_answer_quotes_and_is_known_as_one(mailbox: Mailbox) -> None:
    await mailbox.simulator.write(CUSTOMER, "Where?")
    part = await mailbox.answer(await mailbox.next(), "On its way.")

    await mailbox.simulator.write(CUSTOMER, "Thank you")
    event = await mailbox.next()

    assert event.content.email is not None
    assert event.content.text[: event.content.email.quoted_from].strip() == "Thank you"
    assert event.thread.clues[0].message_id == f"m{part[1:-4]}"
    assert [one.state for one in mailbox.receipts] == [Delivery.DELIVERED]


@pytest.mark.parametrize("act, state", [("bounce", Delivery.FAILED), ("read", Delivery.READ)])
async def test_news_of_our_mail_come_back(mailbox: Mailbox, act: str, state: Delivery) -> None:
    await mailbox.simulator.write(CUSTOMER, "Where?")
    part = await mailbox.answer(await mailbox.next(), "On its way.")

    await mailbox.simulator.act(CUSTOMER, {"type": act})
    async with asyncio.timeout(10):
        while not mailbox.receipts:
            await mailbox.pull()

    assert [(one.part_id, one.state) for one in mailbox.receipts] == [(part, state)]


async def test_an_out_of_office_note_is_automatic(mailbox: Mailbox) -> None:
    await mailbox.simulator.write(CUSTOMER, "Where?")
    await mailbox.answer(await mailbox.next(), "On its way.")

    await mailbox.simulator.act(CUSTOMER, {"type": "away"})
    event = await mailbox.next()

    assert event.content.email is not None
    assert event.content.email.automatic


async def test_html_and_any_bytes_can_be_sent(mailbox: Mailbox) -> None:
    await mailbox.simulator.act(CUSTOMER, {"type": "html", "html": "<b>hi</b><script>x</script>"})
    html = await mailbox.next()
    raw = base64.b64encode(a_mail("raw")).decode()
    await mailbox.simulator.act(CUSTOMER, {"type": "raw", "data_base64": raw})
    event = await mailbox.next()

    assert html.content.email is not None
    blob = html.content.email.html_blob_id
    assert blob is not None
    stored = b"".join([piece async for piece in mailbox.blobs.read(blob)])
    assert b"<b>hi</b>" in stored
    assert b"script" not in stored
    assert event.content.text == "raw"


@pytest.mark.parametrize(
    "action",
    [
        {},
        {"type": "dance"},
        {"type": "edit", "text": "x"},
        {"type": "delete"},
        {"type": "react", "emoji": "👍"},
        {"type": "reply", "text": "to nothing"},
        {"type": "new"},
        {"type": "raw", "data_base64": "%%%"},
        {"type": "read"},
    ],
)
async def test_what_a_customer_cannot_do_by_mail_is_named(
    mailbox: Mailbox, action: dict[str, Any]
) -> None:
    with pytest.raises(BadRequest):
        await mailbox.simulator.act(CUSTOMER, action)


async def test_a_fault_that_it_does_not_know_is_named(mailbox: Mailbox) -> None:
    with pytest.raises(BadRequest, match="cut_after_write"):
        mailbox.simulator.fault("earthquake", 1)


async def test_a_mail_that_comes_by_two_ways_is_one(mailbox: Mailbox) -> None:
    mailbox.simulator.fault("duplicate", 1)
    await mailbox.simulator.write(CUSTOMER, "once")

    found = await mailbox.until(2)

    assert found[0].event_key == found[1].event_key
    assert found[0].thread.external_id == found[1].thread.external_id


async def test_a_line_that_is_cut_while_reading_is_made_anew(mailbox: Mailbox) -> None:
    await mailbox.simulator.write(CUSTOMER, "one")
    await mailbox.next()
    mailbox.simulator.fault("imap_cut", 1)
    with pytest.raises(Unavailable):
        await mailbox.pull()
    await mailbox.simulator.write(CUSTOMER, "two")

    assert (await mailbox.next()).content.text.startswith("two")


async def test_a_mail_that_the_server_cannot_give_is_put_aside(mailbox: Mailbox) -> None:
    await mailbox.pull()
    mailbox.simulator.fault("imap_broken_mail", 1)
    for text in ("broken", "sound"):
        await mailbox.simulator.act(CUSTOMER, {"type": "new", "text": text})

    pulled = await mailbox.connector.pull(mailbox.cursor)

    with pytest.raises(BadPayload):
        mailbox.connector.parse(pulled.events[0])
    (event,) = mailbox.connector.parse(pulled.events[1]).inbound
    assert event.content.text == "sound"


async def test_a_server_that_says_nothing_is_left_after_the_limit(mailbox: Mailbox) -> None:
    mailbox.simulator.fault("imap_hang", 1)

    with pytest.raises(Unavailable):
        await mailbox.pull()

    await mailbox.pull()


async def test_forgotten_numbers_lose_and_double_nothing(mailbox: Mailbox) -> None:
    for text in ("one", "two"):
        await mailbox.simulator.act(CUSTOMER, {"type": "new", "text": text})
    first = list(await mailbox.until(2))
    mailbox.simulator.fault("renumber", 1)
    with pytest.raises(Unavailable):
        await mailbox.pull()
    await mailbox.simulator.act(CUSTOMER, {"type": "new", "text": "three"})

    found = await mailbox.until(5)

    assert {one.event_key for one in found[2:4]} == {one.event_key for one in first}
    assert [one.content.text for one in found[4:]] == ["three"]


async def test_a_refused_sign_in_stops_the_channel(mailbox: Mailbox) -> None:
    mailbox.simulator.fault("imap_401", 1)

    with pytest.raises(ChannelBroken, match="Invalid credentials"):
        await mailbox.pull()


async def test_the_check_is_content(mailbox: Mailbox) -> None:
    assert (await mailbox.connector.check()).ok
