"""Telegram Business: the private chats of an account whose owner connected the bot, both ways."""

import pytest

from shared.errors import BadRequest, Rejected
from shared.ids import ExternalId
from shared.model.content import Service
from shared.model.inbound import Inbound, InboundKind, Origin
from tests.connectors.telegram.player import Hub

ANN = "Ann @ business Olga"


async def meet(hub: Hub) -> Inbound:
    await hub.platform.write(ANN, "hello")
    return (await hub.take())[-1]


def name_of(item: Inbound) -> str:
    (block,) = item.content.blocks
    assert isinstance(block, Service)
    return block.name


async def test_the_connection_is_told_and_then_what_customers_write(hub: Hub) -> None:
    await hub.platform.write(ANN, "is the blue one in stock?")

    connected, said = await hub.take()

    assert (connected.kind, name_of(connected)) == (InboundKind.ACCOUNT, "business_connected")
    assert (said.origin, said.content.text) == (Origin.USER, "is the blue one in stock?")
    assert said.author is not None
    assert said.author.name == "Ann"
    assert "/business:" in said.thread.external_id


async def test_an_answer_goes_in_the_owners_name_and_its_echo_is_known(hub: Hub) -> None:
    said = await meet(hub)

    sent = await hub.send(said.thread.external_id, "yes", context=said.thread.context)

    (echo,) = await hub.take()
    assert [(line["text"], line["author"]) for line in hub.phone(ANN)] == [("yes", "Olga")]
    assert (echo.origin, echo.external_id) == (Origin.ECHO, sent.external_ids[0])
    assert echo.thread.external_id == said.thread.external_id


async def test_what_the_owner_writes_is_an_answer_from_the_app(hub: Hub) -> None:
    said = await meet(hub)

    await hub.platform.act(ANN, {"type": "owner", "text": "I'll look"})

    (item,) = await hub.take()
    assert item.origin is Origin.AGENT_APP
    assert item.thread.external_id == said.thread.external_id
    assert [person.name for person in item.participants] == ["Ann"]


async def test_edits_and_deletions_are_told(hub: Hub) -> None:
    said = await meet(hub)

    await hub.platform.act(ANN, {"type": "edit", "text": "hi"})
    await hub.platform.act(ANN, {"type": "delete"})

    edited, deleted = await hub.take()
    assert (edited.kind, edited.content.text) == (InboundKind.EDIT, "hi")
    assert deleted.kind is InboundKind.DELETE
    assert edited.target_external_id == deleted.target_external_id == said.external_id


async def test_an_answer_is_changed_and_deleted_through_the_connection(hub: Hub) -> None:
    said = await meet(hub)
    thread, context = said.thread.external_id, said.thread.context
    sent = await hub.send(thread, "yse", context=context)
    target = sent.external_ids[0]

    await hub.send(thread, "yes", kind="edit", target_external_id=target, context=context)
    edited = [line["text"] for line in hub.phone(ANN)]
    await hub.send(thread, kind="delete", target_external_id=target, context=context)

    assert edited == ["yes"]
    assert hub.phone(ANN) == []


async def test_reading_is_shown_to_the_customer(hub: Hub) -> None:
    await meet(hub)
    await hub.platform.write(ANN, "anybody?")
    last = (await hub.take())[-1]

    await hub.connector.mark_read(last.thread.external_id, last.thread.context)

    assert [line.get("read") for line in hub.platform.phone(ANN)] == [True, True]


async def test_what_the_owner_wrote_is_not_what_is_read(hub: Hub) -> None:
    said = await meet(hub)
    await hub.platform.act(ANN, {"type": "owner"})

    (item,) = await hub.take()

    assert item.thread.context.items() < said.thread.context.items()


async def test_reading_elsewhere_and_too_late_troubles_nobody(hub: Hub) -> None:
    private = await hub.meet("Ben")
    said = await meet(hub)
    await hub.platform.act("Olga", {"type": "disconnect"})

    await hub.connector.mark_read(private, {})
    await hub.connector.mark_read(said.thread.external_id, said.thread.context)
    await hub.connector.mark_read(ExternalId("nonsense"), said.thread.context)

    assert [line.get("read") for line in hub.platform.phone(ANN)] == [None]


@pytest.mark.parametrize(
    "action, words",
    [
        ({"type": "disconnect"}, "business connection not found"),
        ({"type": "connect", "can_reply": False}, "BUSINESS_CONNECTION_NOT_ALLOWED"),
    ],
)
async def test_an_account_that_lets_us_write_no_more_says_why(
    hub: Hub, action: dict[str, object], words: str
) -> None:
    said = await meet(hub)

    await hub.platform.act("Olga", action)

    assert name_of((await hub.take())[-1]).startswith("business_")
    with pytest.raises(Rejected, match=words):
        await hub.send(said.thread.external_id, "hello?", context=said.thread.context)


async def test_an_account_that_is_connected_again_is_written_to(hub: Hub) -> None:
    said = await meet(hub)
    await hub.platform.act("Olga", {"type": "disconnect"})

    await hub.platform.act("Olga", {"type": "connect"})

    await hub.send(said.thread.external_id, "back", context=said.thread.context)
    assert [line["text"] for line in hub.phone(ANN)] == ["back"]


async def test_two_accounts_with_one_customer_are_two_threads(hub: Hub) -> None:
    await hub.platform.write(ANN, "to Olga")
    await hub.platform.write("Ann @ business Oleg", "to Oleg")
    await hub.platform.write("Ann", "to the bot")

    said = [item for item in await hub.take() if item.kind is InboundKind.MESSAGE]

    assert len({item.thread.external_id for item in said}) == 3
    assert len({item.author.external_id for item in said if item.author}) == 1


@pytest.mark.parametrize("action", [{"type": "react", "emoji": "👍"}, {"type": "block"}], ids=str)
async def test_what_telegram_does_not_tell_of_there_is_said(
    hub: Hub, action: dict[str, object]
) -> None:
    await meet(hub)

    with pytest.raises(BadRequest):
        await hub.platform.act(ANN, action)
