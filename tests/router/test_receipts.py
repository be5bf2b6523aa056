"""Receipts: twice, late, early, in any order."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from shared.collections import EXTERNAL_REFS, IDENTITIES, PARKED_RECEIPTS, PARTS, identity_id
from shared.commands import DeleteMessage, Resend
from shared.ids import ExternalId, part_id, partition_of
from shared.model.delivery import Delivery, Failure, FailureKind
from shared.model.inbound import Receipt
from shared.model.message import Message
from shared.model.records import OutcomeStatus, external_ref_id
from shared.ports.store import Update
from tests.router.test_inbound_changes import echo, replied
from tests.router.world import AGENT, CHANNEL, START, TYPE, World, inbound, sent


def by_platform_id(external_id: str, state: Delivery, **fields: Any) -> Receipt:
    return Receipt(
        channel_id=CHANNEL,
        thread=ExternalId("chat-1"),
        state=state,
        external_ids=(ExternalId(external_id),),
        at=START,
        **fields,
    )


async def move_row(world: World, message: Message, state: Delivery, index: int = 0) -> None:
    """What the dispatcher does before it reports."""
    row = {"state": state, "attempt": 1, "open": False}
    await world.store.commit([Update(PARTS, part_id(message.id, index), row)])


async def fail(world: World, message: Message, kind: FailureKind = FailureKind.REJECTED) -> None:
    await move_row(world, message, Delivery.FAILED)
    failure = Failure(kind=kind, reason="no")
    await world.report(sent(message, state=Delivery.FAILED, failure=failure))


async def test_a_sent_message_is_found_by_the_platforms_id(world: World) -> None:
    await world.tell(inbound())

    message = await replied(world, "answer", "10")

    ref = await world.store.get(EXTERNAL_REFS, external_ref_id(CHANNEL, "chat-1", "10"))
    assert message.delivery is Delivery.SENT
    assert message.external_ids == ("10",)
    assert ref is not None
    assert ref.part_id == part_id(message.id, 0)


async def test_a_receipt_that_says_nothing_new_is_no_event(world: World) -> None:
    await world.tell(inbound())
    message = await replied(world, "answer", "10")
    partition = partition_of(message.id)
    before = await world.events(partition)

    await world.report(sent(message, "10"))

    assert await world.events(partition) == before
    assert await world.message(message.id) == message


@pytest.mark.parametrize(
    "order", list(permutations([Delivery.SENT, Delivery.DELIVERED, Delivery.READ]))
)
async def test_receipts_in_any_order_end_at_the_same_state(
    world: World, order: tuple[Delivery, ...]
) -> None:
    await world.tell(inbound())
    message = await replied(world)

    for state in order:
        await world.report(sent(message, "10", state=state))

    assert (await world.message(message.id)).delivery is Delivery.READ


async def test_a_receipt_that_comes_before_its_message_is_known_waits(world: World) -> None:
    await world.tell(inbound())
    message = await replied(world)

    await world.report(by_platform_id("10", Delivery.DELIVERED))
    early = await world.message(message.id)
    await world.report(sent(message, "10"))

    after = await world.message(message.id)
    parked = await world.store.find(PARKED_RECEIPTS, equal={}, limit=10)
    assert early.delivery is Delivery.QUEUED
    assert after.delivery is Delivery.DELIVERED
    assert not parked.items


async def test_a_message_in_pieces_is_as_far_as_its_pieces(world: World) -> None:
    await world.tell(inbound())
    message = await replied(world)

    await world.report(sent(message, "10", total=3))
    first = await world.message(message.id)
    await world.report(sent(message, "11", index=1, total=3))
    await world.report(sent(message, "12", index=2, total=3))
    last = await world.message(message.id)

    assert first.delivery is Delivery.SENDING
    assert last.delivery is Delivery.SENT
    assert last.external_ids == ("10", "11", "12")


async def test_a_failed_piece_fails_the_message_and_the_rest_is_held(world: World) -> None:
    await world.tell(inbound())
    message = await replied(world)
    await world.report(sent(message, "10", total=3))
    failure = Failure(kind=FailureKind.REJECTED, reason="too long")

    await world.report(sent(message, index=1, total=3, state=Delivery.FAILED, failure=failure))
    await world.report(sent(message, index=2, total=3, state=Delivery.HELD))

    after = await world.message(message.id)
    assert after.delivery is Delivery.FAILED
    assert after.failure == failure
    assert [part.state for part in after.parts] == [
        Delivery.SENT,
        Delivery.FAILED,
        Delivery.HELD,
    ]


async def test_an_unknown_message_may_turn_out_to_be_sent(world: World) -> None:
    await world.tell(inbound())
    message = await replied(world)
    await move_row(world, message, Delivery.UNKNOWN)
    failure = Failure(kind=FailureKind.UNKNOWN, reason="no answer")
    await world.report(sent(message, state=Delivery.UNKNOWN, failure=failure))

    await world.report(sent(message, "10"))

    after = await world.message(message.id)
    assert after.delivery is Delivery.SENT
    assert after.failure is None


async def test_a_failure_after_delivery_changes_nothing(world: World) -> None:
    await world.tell(inbound())
    message = await replied(world, "answer", "10")
    await world.report(sent(message, "10", state=Delivery.DELIVERED))

    await fail(world, message)

    assert (await world.message(message.id)).delivery is Delivery.DELIVERED


async def test_the_repeated_failure_of_an_earlier_attempt_does_not_fail_the_next(
    world: World,
) -> None:
    await world.tell(inbound())
    message = await replied(world)
    await fail(world, message)
    conversation = await world.conversation()
    await world.ask(Resend(conversation_id=conversation.id, actor=AGENT, message_id=message.id))

    failure = Failure(kind=FailureKind.REJECTED, reason="no")
    await world.report(sent(message, state=Delivery.FAILED, failure=failure))

    assert (await world.message(message.id)).delivery is Delivery.QUEUED


async def test_read_up_to_a_message_covers_those_before_it(world: World) -> None:
    await world.tell(inbound())
    first = await replied(world, "one", "10")
    second = await replied(world, "two", "11")

    await world.report(by_platform_id("11", Delivery.READ, up_to=True))

    assert (await world.message(first.id)).delivery is Delivery.READ
    assert (await world.message(second.id)).delivery is Delivery.READ


async def test_read_everything_covers_all_that_was_sent(world: World) -> None:
    await world.tell(inbound())
    first = await replied(world, "one", "10")
    everything = Receipt(
        channel_id=CHANNEL,
        thread=ExternalId("chat-1"),
        state=Delivery.READ,
        up_to=True,
        at=START,
    )

    await world.report(everything)

    assert (await world.message(first.id)).delivery is Delivery.READ


async def test_a_person_who_is_gone_is_marked(world: World) -> None:
    await world.tell(inbound())
    message = await replied(world)

    await fail(world, message, FailureKind.CONTACT_GONE)

    conversation = await world.conversation()
    identity = await world.store.get(IDENTITIES, identity_id(TYPE, ExternalId("user-chat-1")))
    assert not conversation.reachable
    assert identity is not None
    assert not identity.reachable


async def test_a_thread_that_was_renamed_while_we_sent_goes_on_under_its_new_name(
    world: World,
) -> None:
    await world.tell(inbound(text="one"))
    message = await replied(world)

    await world.report(sent(message, "10", new_thread=ExternalId("new")))
    await world.tell(inbound("new", text="two"))

    conversation = await world.conversation("chat-1")
    assert conversation.thread == "new"
    assert await world.texts("new") == ["one", "[assigned]", "answer", "two"]


async def test_what_was_sent_to_a_renamed_thread_is_known_under_its_new_name(world: World) -> None:
    await world.tell(inbound(text="one"))
    message = await replied(world)

    await world.report(sent(message, "10", new_thread=ExternalId("new")))
    await world.tell(echo("10", "answer", chat="new"))

    assert await world.texts("new") == ["one", "[assigned]", "answer"]


async def test_the_list_shows_how_far_the_last_message_has_come(world: World) -> None:
    await world.tell(inbound())

    message = await replied(world, "answer", "10")

    conversation = await world.conversation()
    events = await world.events(partition_of(message.id))
    assert conversation.preview is not None
    assert conversation.preview.delivery is Delivery.SENT
    assert events[-1]["kind"] == "event.message.changed"
    assert events[-1]["payload"]["conversation"]["preview"]["delivery"] == "sent"


async def test_a_receipt_of_a_message_that_does_not_exist_is_harmless(world: World) -> None:
    await world.tell(inbound())
    message = await replied(world)
    stranger = message.model_copy(update={"id": message.id[:-4] + "ffff"})

    await world.report(sent(stranger, "10"))

    assert (await world.message(message.id)).delivery is Delivery.QUEUED


async def test_resending_takes_up_what_did_not_arrive(world: World) -> None:
    await world.tell(inbound())
    message = await replied(world)
    await fail(world, message)
    await world.clock.advance(60)
    conversation = await world.conversation()

    outcome = await world.ask(
        Resend(conversation_id=conversation.id, actor=AGENT, message_id=message.id)
    )

    (part,) = await world.parts(message)
    after = await world.message(message.id)
    assert outcome.status is OutcomeStatus.DONE
    assert after.delivery is Delivery.QUEUED
    assert after.failure is None
    assert (part.state, part.open, part.attempt) == (Delivery.QUEUED, True, 1)
    assert part.due_at == START + timedelta(seconds=60)


async def test_a_message_that_arrived_is_not_sent_again(world: World) -> None:
    await world.tell(inbound())
    message = await replied(world, "answer", "10")
    conversation = await world.conversation()

    outcome = await world.ask(
        Resend(conversation_id=conversation.id, actor=AGENT, message_id=message.id)
    )

    assert outcome.status is OutcomeStatus.REFUSED


async def test_a_deleted_message_is_not_sent_again(world: World) -> None:
    await world.tell(inbound())
    message = await replied(world)
    await fail(world, message)
    conversation = await world.conversation()
    about: dict[str, Any] = {"conversation_id": conversation.id, "actor": AGENT}
    await world.ask(DeleteMessage(**about, message_id=message.id))

    outcome = await world.ask(Resend(**about, message_id=message.id))

    assert (outcome.status, outcome.code) == (OutcomeStatus.REFUSED, 409)


async def test_what_is_sent_again_after_a_renaming_answers_no_message_of_the_old_name(
    world: World,
) -> None:
    await world.tell(inbound(text="one"))
    message = await replied(world)
    await fail(world, message)
    conversation = await world.conversation()
    id = part_id(message.id, 0)
    row = {"thread": "old-name", "reply_external_id": "17"}
    await world.store.commit([Update(PARTS, id, row)])

    await world.ask(Resend(conversation_id=conversation.id, actor=AGENT, message_id=message.id))

    part = (await world.parts(message))[0]
    assert (part.thread, part.reply_external_id) == (conversation.thread, None)
