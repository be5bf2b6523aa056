"""What a chat asks of strangers before their first message."""

from typing import Any

import pytest

from shared.model.people import IdentifierKind
from tests.connectors.webchat.mailbox import OpenHub

ASKS: dict[str, Any] = {"ask_name": "required", "ask_email": "optional", "consent": "I agree."}


async def test_the_widget_is_told_what_to_ask(open_chat: OpenHub) -> None:
    hub = await open_chat(**ASKS)

    config = await (await hub.client.get(hub.url("/config"))).json()

    assert config["form"] == {
        "fields": [{"key": "name", "required": True}, {"key": "email", "required": False}],
        "consent": "I agree.",
    }


async def test_what_is_given_and_agreed_to_comes_with_the_message(open_chat: OpenHub) -> None:
    hub = await open_chat(**ASKS)
    said = {"name": " Anna  K. ", "email": "anna@example.com", "agreed": True}
    session = await (await hub.client.post(hub.url("/session"), json=said)).json()
    headers = {"Authorization": f"Bearer {session['token']}"}

    await hub.client.post(hub.url("/messages"), json={"id": "m1", "text": "hi"}, headers=headers)

    (event,) = hub.mailbox.inbound
    assert event.author is not None
    assert event.author.name == "Anna K."
    emails = [one for one in event.author.identifiers if one.kind is IdentifierKind.EMAIL]
    assert [(one.value, one.verified) for one in emails] == [("anna@example.com", False)]
    assert event.thread.context["agreed_at"] == hub.clock.now().isoformat(timespec="seconds")


@pytest.mark.parametrize(
    "said, field",
    [
        ({}, "name"),
        ({"name": "  ", "agreed": True}, "name"),
        ({"name": "Anna"}, "agreed"),
        ({"name": "Anna", "agreed": True, "email": "nobody"}, "email"),
        ({"name": "Anna", "agreed": True, "phone": "call me"}, "phone"),
    ],
)
async def test_what_is_missing_or_wrong_is_named(
    open_chat: OpenHub, said: dict[str, Any], field: str
) -> None:
    hub = await open_chat(**ASKS)

    answer = await hub.client.post(hub.url("/session"), json=said)

    assert (answer.status, (await answer.json())["field"]) == (422, field)


async def test_a_chat_that_asks_nothing_takes_strangers(open_chat: OpenHub) -> None:
    hub = await open_chat()

    answer = await hub.client.post(hub.url("/session"), json={})

    assert answer.status == 201
