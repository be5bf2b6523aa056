"""Events on their way in: what is accepted, what is refused and in which words."""

import asyncio
import base64
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.webhook.reading import event_of
from shared.errors import BadPayload
from shared.webhooks.signing import new_secret, sign
from tests.connectors.rig import until
from tests.connectors.webhook.shop import SIM, Shop, open_shop

ANNA = {"id": "u-1", "name": "Anna"}


def event(type: str = "message", **fields: Any) -> dict[str, Any]:
    """A good message, unless the fields say otherwise; None takes a field away."""
    values = {
        "id": "e1",
        "type": type,
        "at": "2026-01-05T08:59:58Z",
        "from": ANNA,
        "message": {"id": "m1", "text": "hello"},
    }
    return {name: value for name, value in (values | fields).items() if value is not None}


def problem(body: dict[str, Any]) -> str:
    """What is wrong with an event."""
    import json

    with pytest.raises(BadPayload) as refused:
        event_of(json.dumps(body).encode())
    return str(refused.value)


@pytest.mark.parametrize(
    "body, words",
    [
        (event(type="massage"), "type: one of action, call, contact, delete, edit, message"),
        (event(id=None), "id: is missing"),
        (event(id=""), "id: "),
        (event(at="soon"), "at: "),
        (event(at="2026-01-05T08:59:58"), "at: "),
        (event(form=ANNA), "form: there is no such field"),
        (event() | {"from": {"name": "Anna"}}, "from.id: is missing"),
        (event(message={"id": "m1"}), "message: says nothing: give text, attachments"),
        (event(message={"id": "m1", "txt": "hi"}), "message.txt: there is no such field"),
        (
            event(message={"id": "m1", "attachments": [{"name": "a.jpg"}]}),
            "message.attachments.0: give either url or data_base64",
        ),
        (
            event(message={"id": "m1", "attachments": [{"data_base64": "???"}]}),
            "message.attachments.0: data_base64 is not base64",
        ),
        (
            event(message={"id": "m1", "attachments": [{"url": "file:///etc/passwd"}]}),
            "message.attachments.0.url: ",
        ),
        (
            event(
                message={
                    "id": "m1",
                    "attachments": [{"data_base64": base64.b64encode(b"x" * 32769).decode()}],
                }
            ),
            "message.attachments.0: data_base64 holds more than 32768 bytes: give a url",
        ),
        (
            event(
                message={
                    "id": "m1",
                    "text": "hi",
                    "spans": [{"kind": "bold", "start": 1, "length": 9}],
                }
            ),
            "message: a span ends behind the text",
        ),
        (event(by="agent"), "event: give to, the customer, exactly where by is agent"),
        (event("reaction", message=None, message_id="m1"), "emoji: is missing"),
    ],
)
def test_what_is_wrong_is_said_by_the_fields_name(body: dict[str, Any], words: str) -> None:
    assert words in problem(body)


def test_several_problems_are_said_at_once_and_no_value_is_repeated() -> None:
    said = problem(event(id=None, at="the secret", message={"id": "m1", "text": 5}))

    assert said.count(";") == 2
    assert "the secret" not in said


async def test_a_good_event_is_answered_after_it_is_on_the_bus(shop: Shop) -> None:
    status, said = await shop.post(event())

    assert (status, said) == (200, {"accepted": 1})
    assert (await shop.arrived(2))[1]["content"]["text"] == "hello"


async def test_a_bad_event_of_a_batch_is_named_and_put_aside_and_the_others_go_on(
    shop: Shop,
) -> None:
    batch = {"events": [event(), event(id="e2", at="soon"), event(id="e3")]}

    status, said = await shop.post(batch)

    assert status == 422
    assert said["accepted"] == 2
    assert said["errors"][0]["id"] == "e2"
    assert said["errors"][0]["problem"].startswith("at: ")
    assert [item["event_key"] for item in (await shop.arrived(3))[1:]] == ["e1", "e3"]
    await until(lambda: len(shop.of_kind("quarantine")) == 1)


async def test_the_same_bad_event_again_is_put_aside_once(shop: Shop) -> None:
    for _ in range(3):
        await shop.post(event(at="soon"))

    await until(lambda: len(shop.of_kind("quarantine")) >= 3)
    assert len({letter["id"] for letter in shop.of_kind("quarantine")}) == 1


@pytest.mark.parametrize("body", [b"", b"hello", b"[]", b'{"events": []}', b'{"events": 5}'])
async def test_a_body_that_is_no_event_is_refused_in_words(shop: Shop, body: bytes) -> None:
    status, said = await shop.post(body)

    assert status == 422
    assert said["errors"][0]["problem"]


async def test_an_unsigned_request_is_refused_and_nothing_is_kept(shop: Shop) -> None:
    before = len(shop.items)

    status, _ = await shop.post(event(), signed=False)

    assert status == 401
    assert len(shop.items) == before


async def test_the_secret_of_another_channel_opens_nothing(shop: Shop, tmp_path: Path) -> None:
    body = b"{}"
    headers = sign([SecretStr(new_secret())], "w1", shop.clock.now(), body)

    async with shop.http.post(f"{shop.url}/hooks/{SIM}", data=body, headers=headers) as answer:
        assert answer.status == 401


async def test_while_the_secret_is_changed_both_are_accepted_and_callbacks_carry_both(
    shop: Shop,
) -> None:
    old, new = shop.secret, new_secret()
    await shop.set(secret=new, previous_secret=old)

    by_the_old, _ = await shop.post(event())
    body = b'{"id": "e2"}'
    headers = sign([SecretStr(new)], "w2", shop.clock.now(), body)
    async with shop.http.post(f"{shop.url}/hooks/{SIM}", data=body, headers=headers) as answer:
        by_the_new = answer.status
    await shop.sent(shop.part("the answer"))

    assert (by_the_old, by_the_new) == (200, 422)
    assert shop.texts() == ["the answer"]


async def test_once_the_old_secret_is_taken_away_it_opens_nothing(shop: Shop) -> None:
    await shop.set(secret=new_secret())

    status, _ = await shop.post(event())

    assert status == 401


async def test_an_event_that_is_sent_twice_has_one_key(shop: Shop) -> None:
    shop.far_end.fault("duplicate", 1)
    await shop.far_end.write("Anna", "once")

    found = await shop.arrived(3)

    assert len({item["event_key"] for item in found}) == 2


@pytest.mark.parametrize("fault", ["unsigned", "wrong_secret", "late"])
async def test_what_is_signed_wrongly_never_arrives(shop: Shop, fault: str) -> None:
    shop.far_end.fault(fault, 1)
    await shop.far_end.write("Anna", "wrong")
    await shop.far_end.write("Anna", "right")

    found = await shop.arrived(2)

    assert [item["content"]["text"] for item in found] == ["hello", "right"]
    assert 401 in shop.far_end.outbox.answers


async def test_everything_that_a_customer_can_do_arrives(shop: Shop) -> None:
    (row,) = await shop.sent(shop.part("the answer"))
    did = ["edit", "react", "reply", "location", "contact", "read", "delete", "block", "call"]
    texts = {"edit": {"text": "changed"}, "reply": {"text": "thanks"}, "react": {"emoji": "👍"}}

    for kind in did:
        await shop.far_end.act("Anna", {"type": kind, **texts.get(kind, {})})
    await shop.far_end.act("Anna", {"type": "unblock"})
    await shop.far_end.act("Anna", {"type": "recording"})

    await shop.arrived(6)
    await shop.arrived(2, "contact")
    kinds = {item["kind"] for item in shop.of_kind("inbound")}
    calls = [item for item in shop.inbound() if item["external_id"].startswith("call:")]
    assert kinds == {"message", "edit", "delete", "reaction", "read", "contact"}
    assert [item["target_external_id"] for item in shop.inbound("reaction")] == [
        row.external_ids[0]
    ]
    assert [len(item["content"]["attachments"]) for item in calls] == [0, 1]


async def test_a_pressed_button_arrives_with_its_value(shop: Shop) -> None:
    from shared.model.content import Button, Content

    content = Content(text="Sure?", buttons=((Button(label="Yes", value="y"),),))
    await shop.sent(shop.part(content=content))

    await shop.far_end.act("Anna", {"type": "press"})

    (press,) = await shop.arrived(kind="action")
    assert press["content"]["action"]["value"] == "y"
    assert press["content"]["action"]["label"] == "Yes"


async def test_events_wait_while_the_channel_is_not_there_and_come_in_order(
    tmp_path: Path,
) -> None:
    async with open_shop(tmp_path) as shop:
        await asyncio.gather(*(shop.far_end.write("Anna", f"{n}") for n in range(5)))

        found = await shop.arrived(5)

    assert [item["content"]["text"] for item in found] == ["0", "1", "2", "3", "4"]
