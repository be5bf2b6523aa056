"""Agents' messages on their way out: what each answer of the far end means."""

from datetime import timedelta
from typing import Any

import pytest

from shared.collections import WEBHOOK_ATTEMPTS
from shared.ids import ExternalId
from shared.model.channel import ChannelState
from shared.model.content import Button, Content, Span, SpanKind
from shared.model.delivery import Delivery, FailureKind, Part
from shared.model.records import WebhookAttempt
from shared.ports.store import Put
from shared.webhooks.schedule import OFF_AFTER
from tests.connectors.rig import until, until_stored
from tests.connectors.webhook.shop import SIM, Shop


async def test_a_reply_is_called_out_signed_and_known_by_the_receivers_own_id(shop: Shop) -> None:
    (row,) = await shop.sent(shop.part("the answer"))

    assert shop.texts() == ["the answer"]
    assert row.state is Delivery.SENT
    assert row.external_ids == (shop.far_end.phone("Anna")[-1]["id"],)
    (told,) = shop.far_end.receiver.received
    assert told["id"] == row.id
    assert told["type"] == "message"
    assert told["thread"]["id"] == row.thread


async def test_formats_buttons_and_what_is_answered_go_along(shop: Shop) -> None:
    (message,) = shop.inbound()
    content = Content(
        text="Which one?",
        spans=(Span(kind=SpanKind.BOLD, start=0, length=5),),
        buttons=((Button(label="Red", value="r"), Button(label="Blue", value="b")),),
    )

    await shop.sent(
        shop.part(content=content, reply_external_id=ExternalId(message["external_id"]))
    )

    (told,) = shop.far_end.receiver.received
    assert told["message"]["spans"] == [{"kind": "bold", "start": 0, "length": 5}]
    assert [button["label"] for button in told["message"]["buttons"][0]] == ["Red", "Blue"]
    assert told["message"]["reply_to"] == {"id": message["external_id"]}


async def test_an_edit_a_deletion_and_a_reaction_name_what_they_are_about(shop: Shop) -> None:
    (sent,) = await shop.sent(shop.part("one"))
    target = sent.external_ids[0]
    (message,) = shop.inbound()
    wrote = message["external_id"]

    await shop.sent(shop.part("two", kind="edit", target_external_id=target))
    edited = shop.texts()
    await shop.sent(shop.part("👍", kind="reaction", target_external_id=wrote))
    await shop.sent(shop.part("", kind="delete", target_external_id=target))

    kinds = [told["type"] for told in shop.far_end.receiver.received]
    (line,) = shop.far_end.phone("Anna")
    assert kinds == ["message", "edit", "reaction", "delete"]
    assert edited == ["two"]
    assert line["reactions"] == ["👍"]


@pytest.mark.parametrize(
    "fault, kind, reason",
    [
        ("400", FailureKind.REJECTED, "the shop does not take such words"),
        ("blocked", FailureKind.CONTACT_GONE, "the customer has left"),
        ("window", FailureKind.WINDOW_CLOSED, "the chat has been closed"),
    ],
)
async def test_a_refusal_fails_at_once_in_the_receivers_words(
    shop: Shop, fault: str, kind: FailureKind, reason: str
) -> None:
    shop.far_end.fault(fault, 1)

    (row,) = await shop.sent(shop.part())

    assert row.state is Delivery.FAILED
    assert row.failure is not None
    assert (row.failure.kind, row.failure.reason) == (kind, reason)
    assert row.attempt == 1


@pytest.mark.parametrize("fault", ["401", "410"])
async def test_a_receiver_that_wants_nothing_stops_the_channel_and_the_part_waits(
    shop: Shop, fault: str
) -> None:
    shop.far_end.fault(fault, 1)
    part = shop.part()

    await shop.queue(part)
    await until_stored(lambda: is_broken(shop))

    assert fault in str((await shop.channel()).reason)
    assert (await shop.row(part)).open


async def is_broken(shop: Shop) -> bool:
    return (await shop.channel()).state is ChannelState.BROKEN


@pytest.mark.parametrize("fault", ["429", "503"])
async def test_a_receiver_that_asks_to_wait_is_called_again_when_it_said(
    shop: Shop, fault: str
) -> None:
    shop.far_end.fault(fault, 1)

    (row,) = await shop.sent(shop.part("the answer"))

    newest, first = await shop.log()
    assert row.state is Delivery.SENT
    assert shop.texts() == ["the answer"]
    assert (first.status, newest.status) == (int(fault), 200)
    assert newest.at - first.at >= timedelta(seconds=1)
    assert first.next_at is not None
    assert first.next_at - first.at < timedelta(seconds=4)


@pytest.mark.parametrize("fault", ["500", "502_html", "cut_after_write", "cut_before", "404"])
async def test_what_is_not_answered_waits_as_the_schedule_says(shop: Shop, fault: str) -> None:
    shop.far_end.fault(fault, 1)
    part = shop.part()

    await shop.queue(part)
    row = await shop.tried(part)

    (attempt,) = await shop.log()
    assert attempt.next_at is not None
    assert timedelta(seconds=4) < row.due_at - attempt.at < timedelta(seconds=8)
    assert abs(row.due_at - attempt.next_at) < timedelta(seconds=1)


async def test_a_repeat_after_a_lost_answer_arrives_once(shop: Shop) -> None:
    shop.far_end.fault("cut_after_write", 1)
    part = shop.part("the answer")

    await shop.queue(part)
    await until_stored(lambda: is_closed(shop, part), limit_s=20)

    assert (await shop.row(part)).state is Delivery.SENT
    assert shop.texts() == ["the answer"]


async def is_closed(shop: Shop, part: Any) -> bool:
    return not (await shop.row(part)).open


async def test_a_receiver_that_does_not_know_repeats_is_not_called_again(shop: Shop) -> None:
    await shop.set(idempotent_receiver=False)
    shop.far_end.fault("cut_after_write", 1)

    (row,) = await shop.sent(shop.part("the answer"))

    (attempt,) = await shop.log()
    assert row.state is Delivery.UNKNOWN
    assert attempt.next_at is None
    assert shop.texts() == ["the answer"]


async def test_a_redirect_is_not_followed(shop: Shop) -> None:
    shop.far_end.fault("redirect", 1)
    part = shop.part()

    await shop.queue(part)
    await shop.tried(part)

    (attempt,) = await shop.log()
    assert attempt.status == 302
    assert "redirects are not followed" in str(attempt.error)


async def test_what_the_settings_switch_off_is_put_into_words_or_refused(shop: Shop) -> None:
    await shop.set(buttons=False, changes=False, max_text=40)
    content = Content(text="Which?", buttons=((Button(label="Red", value="r"),),))

    (sent,) = await shop.sent(shop.part(content=content))
    (edit,) = await shop.sent(
        shop.part("new", kind="edit", target_external_id=sent.external_ids[0])
    )
    await shop.sent(shop.part("a long one " * 8))

    received = shop.far_end.receiver.received
    await until(lambda: len(received) > 2)
    assert "Red" in received[0]["message"]["text"]
    assert "buttons" not in received[0]["message"]
    assert edit.state is Delivery.FAILED
    assert all(len(told["message"]["text"]) <= 40 for told in received)


async def test_without_a_callback_address_a_reply_fails_with_the_reason(shop: Shop) -> None:
    await shop.set(callback_url=None)

    (row,) = await shop.sent(shop.part())

    assert row.state is Delivery.FAILED
    assert row.failure is not None
    assert "only receives" in row.failure.reason


async def test_an_address_on_a_private_network_stops_the_channel_before_it_is_called(
    shop: Shop,
) -> None:
    await shop.set(callback_url="http://10.255.255.1/callbacks")
    part = shop.part()

    await shop.queue(part)
    await until_stored(lambda: is_broken(shop))

    assert "private network" in str((await shop.channel()).reason)


async def test_every_attempt_stands_in_the_log(shop: Shop) -> None:
    await shop.sent(shop.part("the answer"))

    (attempt,) = await shop.log()
    assert (attempt.kind, attempt.attempt, attempt.status, attempt.error) == (
        "message",
        1,
        200,
        None,
    )
    assert attempt.duration_s > 0
    assert "the answer" not in attempt.model_dump_json()


async def test_after_many_failures_over_an_hour_the_channel_is_switched_off_and_says_why(
    shop: Shop,
) -> None:
    now = shop.clock.now()
    rows = [
        WebhookAttempt(
            id=f"earlier-{number}",
            target=f"channel/{SIM}",
            webhook_id="p",
            kind="message",
            attempt=number,
            at=now - timedelta(minutes=5 * number),
            error="no answer",
            duration_s=1,
        )
        for number in range(1, OFF_AFTER)
    ]
    await shop.hub.store.commit([Put(WEBHOOK_ATTEMPTS, row) for row in rows])
    shop.far_end.fault("500", 1)
    part = shop.part()

    await shop.queue(part)
    await until_stored(lambda: is_broken(shop))

    assert "switched off: the last 20 callbacks failed" in str((await shop.channel()).reason)
    assert (await shop.row(part)).open


async def test_a_slow_thread_does_not_hold_up_another(shop: Shop) -> None:
    await shop.far_end.write("Boris", "me too")
    await shop.arrived(2)
    shop.far_end.fault("500", 1)
    first = shop.part("to Anna")
    await shop.queue(first)
    await shop.tried(first)

    (row,) = await shop.sent(
        shop.part("to Boris", thread=str(shop.inbound()[1]["thread"]["external_id"]))
    )

    assert row.state is Delivery.SENT
    assert shop.texts("Boris") == ["to Boris"]
    assert (await shop.row(first)).open


async def test_a_typing_agent_is_told_without_a_word_in_the_log(shop: Shop) -> None:
    live = await shop.live()

    await live.connector.typing(ExternalId("u1"), {"tenant": "north"})  # type: ignore[attr-defined]

    assert list(await shop.log()) == []


async def test_receipts_of_the_far_end_come_back(shop: Shop) -> None:
    (row,) = await shop.sent(shop.part())
    await shop.far_end.act("Anna", {"type": "read"})

    await until(lambda: "delivered" in [r["state"] for r in shop.of_kind("receipt")])
    (read,) = await shop.arrived(kind="read")
    assert read["target_external_id"] == row.external_ids[0]


async def test_answers_that_ask_to_wait_make_the_wait_after_a_failure_no_longer(
    shop: Shop,
) -> None:
    shop.far_end.fault("429", 2)
    shop.far_end.fault("500", 1)
    part = shop.part("hello")

    await shop.queue(part)
    await until_stored(lambda: has_failed_after(shop, part, attempts=3))

    newest = (await shop.log())[0]
    assert newest.status == 500
    assert newest.next_at is not None
    assert 5 <= (newest.next_at - newest.at).total_seconds() < 10


async def has_failed_after(shop: Shop, part: Part, *, attempts: int) -> bool:
    row = await shop.row(part)
    return row.attempt == attempts and row.state is Delivery.QUEUED
