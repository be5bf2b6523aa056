"""Customers' messages over the widget's HTTP surface."""

import hmac
import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

import pytest

from shared.clock import ManualClock
from shared.model.inbound import InboundKind
from tests.connectors.webchat.mailbox import CALLER, Hub, OpenHub, thread_of

BODY = {"id": "client-0001", "text": "Hello"}


async def post(hub: Hub, headers: dict[str, str], body: dict[str, Any] = BODY) -> Any:
    return await hub.client.post(hub.url("/messages"), json=body, headers=headers)


async def test_a_message_is_answered_with_its_id_once_it_is_confirmed(hub: Hub) -> None:
    visitor = await hub.visitor()

    answer = await post(hub, visitor)

    (event,) = hub.mailbox.inbound
    assert answer.status == 200
    assert (await answer.json())["id"] == "client-0001"
    assert event.content.text == "Hello"
    assert event.external_id == "client-0001"
    assert event.thread.external_id == event.thread.partition_key == thread_of(visitor)
    assert event.author is not None
    assert event.author.external_id == f"site:{thread_of(visitor)}"


async def test_a_repeat_has_the_same_event_key(hub: Hub) -> None:
    visitor = await hub.visitor()

    await post(hub, visitor)
    await post(hub, visitor)

    assert len({event.event_key for event in hub.mailbox.inbound}) == 1


async def test_two_visitors_may_choose_the_same_id(hub: Hub) -> None:
    await post(hub, await hub.visitor())
    await post(hub, await hub.visitor())

    assert len({event.event_key for event in hub.mailbox.inbound}) == 2


async def test_without_a_credential_nothing_is_taken(hub: Hub) -> None:
    answer = await post(hub, {})

    assert answer.status == 401
    assert hub.mailbox.inbound == []


async def test_the_token_is_checked_on_every_message(hub: Hub) -> None:
    visitor = await hub.visitor()
    await post(hub, visitor)

    answer = await post(hub, {"Authorization": visitor["Authorization"][:-1] + "x"})

    assert answer.status == 401
    assert len(hub.mailbox.inbound) == 1


async def test_the_signature_of_a_user_is_checked_on_every_message(open_chat: OpenHub) -> None:
    hub = await open_chat(identity_secret="of-the-site", require_signed=True)
    signature = hmac.new(b"of-the-site", b"42", sha256).hexdigest()

    def headers(user_id: str) -> dict[str, str]:
        user = json.dumps({"user_id": user_id, "name": "Anna", "signature": signature})
        return {"Authorization": f"Identity {urlsafe_b64encode(user.encode()).decode()}"}

    good, forged = await post(hub, headers("42")), await post(hub, headers("43"))

    (event,) = hub.mailbox.inbound
    assert (good.status, forged.status) == (200, 401)
    assert event.author is not None
    assert event.author.name == "Anna"


async def test_where_users_must_be_signed_there_is_no_anonymous_session(
    open_chat: OpenHub,
) -> None:
    hub = await open_chat(identity_secret="of-the-site", require_signed=True)

    answer = await hub.client.post(hub.url("/session"), json={})

    assert answer.status == 403


async def test_while_the_bus_is_away_the_widget_is_asked_to_keep_the_message(hub: Hub) -> None:
    visitor = await hub.visitor()
    hub.mailbox.away = True

    refused = await post(hub, visitor)
    hub.mailbox.away = False
    taken = await post(hub, visitor)

    assert refused.status == 503
    assert int(refused.headers["Retry-After"]) > 0
    assert taken.status == 200


async def test_a_press_comes_back_as_an_action(hub: Hub) -> None:
    visitor = await hub.visitor()
    press = {"message": "p0a-000", "value": "yes", "label": "Yes"}

    await post(hub, visitor, {"id": "client-0002", "press": press})

    (event,) = hub.mailbox.inbound
    assert event.kind is InboundKind.ACTION
    assert event.target_external_id == "p0a-000"
    action = event.pressed()
    assert action is not None
    assert action.value == "yes"


async def test_the_page_is_told_without_what_may_be_secret_in_it(hub: Hub) -> None:
    page = {"url": "https://me:pw@shop.example/cart?token=1#x", "title": "Cart"}

    await post(hub, await hub.visitor(), BODY | {"page": page})

    (event,) = hub.mailbox.inbound
    assert event.entry is not None
    assert event.entry.url == "https://shop.example/cart"


@pytest.mark.parametrize(
    "body, field",
    [
        ({"id": "client-0001", "text": "  "}, None),
        ({"id": "two\nlines", "text": "x"}, "id"),
        ({"id": "client-0001", "text": "x" * 10_001}, "text"),
        ({"id": "client-0001", "text": "x", "surprise": 1}, "surprise"),
        ({"id": "client-0001", "attachments": ["made.up"]}, "attachments"),
    ],
)
async def test_what_cannot_be_taken_is_refused_with_the_field(
    hub: Hub, body: dict[str, Any], field: str | None
) -> None:
    answer = await post(hub, await hub.visitor(), body)

    assert answer.status == 422
    assert answer.content_type == "application/problem+json"
    assert (await answer.json()).get("field") == field


async def test_a_body_over_the_limit_is_413(hub: Hub) -> None:
    answer = await post(hub, await hub.visitor(), BODY | {"text": "x" * 200_000})

    assert answer.status == 413


async def test_a_body_that_does_not_say_its_length_is_limited_too(hub: Hub) -> None:
    async def endless() -> Any:
        for _ in range(40):
            yield b" " * 16_384

    answer = await hub.client.post(
        hub.url("/messages"), data=endless(), headers=await hub.visitor()
    )

    assert answer.status == 413


async def test_one_visitor_is_limited_and_may_go_on_later(open_chat: OpenHub) -> None:
    clock = ManualClock()
    hub = await open_chat(clock=clock, messages_per_minute=15)
    visitor, other = await hub.visitor(), await hub.visitor()
    for _ in range(5):
        await post(hub, visitor)

    refused = await post(hub, visitor)
    neighbour = await post(hub, other)
    await clock.advance(int(refused.headers["Retry-After"]))
    later = await post(hub, visitor)

    assert (refused.status, neighbour.status, later.status) == (429, 200, 200)


async def test_one_address_is_limited(hub: Hub) -> None:
    here = {CALLER: "203.0.113.7"}
    statuses = [
        (await hub.client.post(hub.url("/session"), json={}, headers=here)).status
        for _ in range(31)
    ]

    elsewhere = await hub.client.post(hub.url("/session"), json={}, headers={CALLER: "203.0.113.8"})

    assert statuses == [201] * 30 + [429]
    assert elsewhere.status == 201
