"""Sending: what goes over the line, to whom, and what the phone shows of it."""

import json
from typing import Any

import pytest
from aiohttp import ClientSession

from connectors.base import Outgoing
from connectors.whatsapp.connector import WhatsAppConnector
from connectors.whatsapp.formats import marked
from connectors.whatsapp.manifest import MANIFEST
from connectors.whatsapp.recipient import recipient
from shared.delivery.plan import plan
from shared.errors import Rejected
from shared.ids import ExternalId
from shared.model.content import (
    Button,
    ButtonKind,
    ContactCard,
    Content,
    Dice,
    Location,
    Span,
    SpanKind,
)
from tests.connectors.whatsapp.player import (
    PART,
    PHONE,
    USER,
    Hub,
    make_connector,
    make_part,
)
from tests.connectors.whatsapp.scripted import MakeScripted


def _rows(count: int, label: str = "Choice", **fields: Any) -> tuple[tuple[Button, ...], ...]:
    return tuple((Button(label=f"{label} {n}", value=f"v{n}", **fields),) for n in range(count))


async def test_a_number_is_written_with_its_plus_and_the_part_goes_with_it(hub: Hub) -> None:
    anna = await hub.meet("Anna")

    sent = await hub.send(anna, "hello")

    assert hub.asked["to"] == f"+{anna.thread.context['wa_id']}"
    assert hub.asked["biz_opaque_callback_data"] == PART
    assert "recipient" not in hub.asked
    assert [line["id"] for line in hub.phone("Anna")] == list(sent.external_ids)


async def test_an_id_of_a_person_without_a_number_goes_into_the_recipient(hub: Hub) -> None:
    pablo = await hub.meet("@pablo")

    await hub.send(pablo, "olá")

    assert hub.asked["recipient"] == pablo.thread.external_id
    assert "to" not in hub.asked
    assert [line["text"] for line in hub.phone("@pablo")] == ["olá"]


@pytest.mark.parametrize(
    "thread, context, fields",
    [
        (PHONE, {}, {"to": f"+{PHONE}"}),
        (USER, {"bsuid": USER}, {"recipient": USER}),
        (USER, {"bsuid": USER, "wa_id": PHONE}, {"to": f"+{PHONE}"}),
        ("group:Y2Fw", {}, {"to": "Y2Fw", "recipient_type": "group"}),
    ],
)
def test_the_recipient_follows_from_the_thread(
    thread: str, context: dict[str, str], fields: dict[str, str]
) -> None:
    found = recipient(ExternalId(thread), context)

    assert {name: found[name] for name in fields} == fields


async def test_a_thread_that_is_nobodys_is_refused(connector: WhatsAppConnector) -> None:
    with pytest.raises(Rejected):
        await connector.send(Outgoing(make_part("nobody", Content(text="x"))))


async def test_an_answer_names_the_message_that_it_answers(hub: Hub) -> None:
    anna = await hub.meet("Anna")

    await hub.send(anna, "about that", reply_external_id=anna.external_id)

    assert hub.asked["context"] == {"message_id": anna.external_id}
    assert hub.phone("Anna")[0]["reply_to"]["text"] == "hello"


async def test_a_reaction_is_set_and_taken_away(hub: Hub) -> None:
    anna = await hub.meet("Anna")
    react = {"kind": "reaction", "target_external_id": anna.external_id}
    await hub.send(anna, "👍", **react)
    shown = hub.platform.phone("Anna")[0]["reactions"]
    await hub.send(anna, "", **react)

    assert shown == ["👍"]
    assert "reactions" not in hub.platform.phone("Anna")[0]


@pytest.mark.parametrize("kind", ["edit", "delete", "dance"])
async def test_what_whatsapp_cannot_do_is_refused_before_it_is_tried(
    connector: WhatsAppConnector, kind: str
) -> None:
    with pytest.raises(Rejected):
        await connector.send(Outgoing(make_part(PHONE, Content(text="x"), kind=kind)))


_BOLD, _ITALIC, _STRIKE, _PRE = SpanKind.BOLD, SpanKind.ITALIC, SpanKind.STRIKE, SpanKind.PRE


@pytest.mark.parametrize(
    "text, spans, written",
    [
        ("one two", [(_BOLD, 4, 3)], "one *two*"),
        ("one two", [(_ITALIC, 0, 3), (_STRIKE, 4, 3)], "_one_ ~two~"),
        ("x = 1", [(_PRE, 0, 5)], "```x = 1```"),
        ("x = 1", [(SpanKind.CODE, 0, 5)], "```x = 1```"),
        ("both here", [(_BOLD, 0, 9), (_ITALIC, 5, 4)], "*both _here_*"),
        ("same", [(_BOLD, 0, 4), (_ITALIC, 0, 4)], "*_same_*"),
        (" blanks ", [(_BOLD, 0, 8)], " *blanks* "),
        ("two\nlines", [(_BOLD, 0, 9)], "*two*\n*lines*"),
        ("👋 wave", [(_BOLD, 3, 4)], "👋 *wave*"),
        ("crossing here", [(_BOLD, 0, 8), (_ITALIC, 4, 9)], "*crossing* here"),
        ("code", [(_PRE, 0, 4), (_BOLD, 0, 4)], "```code```"),
        ("beyond", [(_BOLD, 3, 40)], "beyond"),
        ("underlined", [(SpanKind.UNDERLINE, 0, 10)], "underlined"),
        ("   ", [(_BOLD, 0, 3)], "   "),
    ],
)
def test_formats_become_signs(
    text: str, spans: list[tuple[SpanKind, int, int]], written: str
) -> None:
    given = [Span(kind=kind, start=start, length=length) for kind, start, length in spans]

    assert marked(text, given, limit=4096) == written


def test_a_text_that_would_grow_too_long_goes_without_signs() -> None:
    text = "x" * 4095

    assert marked(text, [Span(kind=_BOLD, start=0, length=4095)], limit=4096) == text


async def test_three_short_buttons_are_buttons(hub: Hub) -> None:
    anna = await hub.meet("Anna")

    await hub.send(anna, content=Content(text="which?", buttons=_rows(3)))

    assert hub.asked["interactive"]["type"] == "button"
    assert len(hub.phone("Anna")[0]["buttons"]) == 3


@pytest.mark.parametrize(
    "content",
    [
        Content(text="which?", buttons=_rows(4)),
        Content(text="which?", buttons=_rows(10)),
        Content(text="long " * 300, buttons=_rows(2)),
        Content(text="which?", buttons=_rows(2, "A label of 24 charact")),
    ],
    ids=["four", "ten", "long text", "long labels"],
)
async def test_what_is_too_much_for_buttons_is_a_list(hub: Hub, content: Content) -> None:
    anna = await hub.meet("Anna")

    await hub.send(anna, content=content)

    assert hub.asked["interactive"]["type"] == "list"
    labels = [row[0]["label"] for row in hub.phone("Anna")[0]["buttons"]]
    assert len(labels) == len(content.buttons)


async def test_one_link_alone_is_a_link_button(hub: Hub) -> None:
    anna = await hub.meet("Anna")
    link = Button(kind=ButtonKind.LINK, label="Open", url="https://shop.example/a")

    await hub.send(anna, content=Content(text="look", buttons=((link,),)))

    assert hub.phone("Anna")[0]["buttons"][0][0]["url"] == "https://shop.example/a"


async def test_links_beside_buttons_are_written_out(hub: Hub) -> None:
    anna = await hub.meet("Anna")
    link = Button(kind=ButtonKind.LINK, label="Open", url="https://shop.example/a")

    await hub.send(anna, content=Content(text="look", buttons=((link,), *_rows(1))))

    assert hub.phone("Anna")[0]["text"] == "look\n\nOpen: https://shop.example/a"


async def test_a_long_value_comes_back_as_its_token(hub: Hub) -> None:
    anna = await hub.meet("Anna")
    button = Button(label="Pay", value="v" * 900)
    await hub.send(anna, content=Content(text="now?", buttons=((button,),)))

    await hub.platform.act("Anna", {"type": "press", "label": "Pay"})

    pressed = [item.content.action for item in await _until_pressed(hub)]
    assert pressed[0] is not None
    assert pressed[0].value == button.token()


def test_more_buttons_than_a_list_has_rows_are_a_numbered_list() -> None:
    (part,) = plan(Content(text="which?", buttons=_rows(11)), MANIFEST.capabilities)

    assert part.buttons == ()
    assert "11. " in part.text


@pytest.mark.parametrize(
    "block, kind",
    [
        (Location(latitude=1, longitude=2, title="Shop"), "location"),
        (Location(latitude=1, longitude=2), "location"),
        (ContactCard(name="Ben", phones=("+1000",)), "contacts"),
    ],
)
async def test_places_and_contacts_are_sent(hub: Hub, block: Any, kind: str) -> None:
    anna = await hub.meet("Anna")

    await hub.send(anna, content=Content(blocks=(block,)))

    assert kind in hub.phone("Anna")[0]["blocks"]


async def test_a_die_is_refused_with_its_name(connector: WhatsAppConnector) -> None:
    content = Content(blocks=(Dice(emoji="🎲", value=6),))

    with pytest.raises(Rejected, match="dice"):
        await connector.send(Outgoing(make_part(PHONE, content)))


async def test_the_ladder_of_statuses_names_the_part(hub: Hub) -> None:
    anna = await hub.meet("Anna")
    await hub.send(anna, "hello")
    await hub.platform.act("Anna", {"type": "read"})

    news = await hub.until_news(3)

    assert [receipt.state.value for receipt in news] == ["sent", "delivered", "read"]
    assert {receipt.part_id for receipt in news} == {PART}


async def test_delivered_may_be_skipped(hub: Hub) -> None:
    anna = await hub.meet("Anna")
    hub.platform.fault("skip_delivered", 1)
    await hub.send(anna, "hello")
    await hub.platform.act("Anna", {"type": "read"})

    news = await hub.until_news(2)

    assert [receipt.state.value for receipt in news] == ["sent", "read"]


async def test_the_price_is_kept_with_the_news(hub: Hub) -> None:
    anna = await hub.meet("Anna")
    await hub.send(anna, "hello")

    news = await hub.until_news(1)

    assert news[0].raw is not None
    assert news[0].raw["pricing"]["category"] == "service"


async def _until_pressed(hub: Hub) -> list[Any]:
    while not any(item.content.action for item in hub.seen):
        await hub.take()
    return [item for item in hub.seen if item.content.action]


async def test_a_number_that_whatsapp_spells_otherwise_is_told_with_the_first_message(
    http: ClientSession, scripted: MakeScripted
) -> None:
    contact = {"input": "+5511987654321", "wa_id": "551187654321"}
    answer = {"contacts": [contact], "messages": [{"id": "wamid.1"}]}
    server = await scripted(200, json.dumps(answer))
    connector = make_connector(http, api_base=server.base)
    reached = connector.reach("+55 11 98765-4321", "Ana")
    thread = reached.thread

    sent = await connector.send(
        Outgoing(make_part(thread.external_id, Content(text="oi"), context=thread.context))
    )

    assert thread.external_id == thread.partition_key == "5511987654321"
    assert (sent.external_ids, sent.thread) == (("wamid.1",), "551187654321")


async def test_an_id_for_this_business_stays_the_name_of_its_thread(
    http: ClientSession, scripted: MakeScripted
) -> None:
    answer = {"contacts": [{"wa_id": PHONE}], "messages": [{"id": "wamid.1"}]}
    server = await scripted(200, json.dumps(answer))
    part = make_part(USER, Content(text="oi"), context={"bsuid": USER, "wa_id": PHONE})

    sent = await make_connector(http, api_base=server.base).send(Outgoing(part))

    assert sent.thread is None
