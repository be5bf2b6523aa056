"""Scheduled replies: changed, taken back, and recalled when the customer writes first."""

from datetime import timedelta

from shared.collections import CANNED_REPLIES, PARTS, SLA_POLICIES
from shared.commands import Cancel, Reply, Reschedule, Resend, Resolve
from shared.ids import MessageId
from shared.model.canned_reply import CannedUse
from shared.model.conversation import Conversation, Status
from shared.model.delivery import Delivery
from shared.model.message import Message
from tests.router.answering import sla
from tests.router.test_canned_replies import canned
from tests.router.world import AGENT, START, World, inbound

LATER = START + timedelta(hours=5)


async def scheduled(world: World, *, recall: bool = False) -> tuple[Conversation, Message]:
    """A conversation with a reply that leaves in five hours."""
    await world.tell(inbound())
    about = await world.conversation()
    outcome = await world.ask(
        Reply(conversation_id=about.id, actor=AGENT, text="later", send_at=LATER, recall=recall)
    )
    return about, await world.message(outcome.result["message"]["id"])


async def test_a_scheduled_reply_gets_another_time_and_text(world: World) -> None:
    about, message = await scheduled(world)
    tomorrow = LATER + timedelta(days=1)

    outcome = await world.ask(
        Reschedule(
            conversation_id=about.id,
            actor=AGENT,
            message_id=message.id,
            send_at=tomorrow,
            text="tomorrow",
        )
    )

    assert outcome.code == 200
    changed = await world.message(message.id)
    [part] = await world.parts(changed)
    assert (changed.send_at, changed.content.text) == (tomorrow, "tomorrow")
    assert (part.due_at, part.content.text) == (tomorrow, "tomorrow")
    assert part.deadline_at > tomorrow


async def test_what_is_not_scheduled_or_has_no_future_is_refused(world: World) -> None:
    about, message = await scheduled(world)
    sent = await world.ask(Reply(conversation_id=about.id, actor=AGENT, text="now"))
    now_id = MessageId(sent.result["message"]["id"])

    past = Reschedule(conversation_id=about.id, actor=AGENT, message_id=message.id, send_at=START)
    other = Reschedule(conversation_id=about.id, actor=AGENT, message_id=now_id, send_at=LATER)

    assert (await world.ask(past)).field == "send_at"
    assert (await world.ask(other)).code == 409


async def test_a_recalled_reply_is_taken_back_when_the_customer_writes(world: World) -> None:
    _, message = await scheduled(world, recall=True)

    await world.tell(inbound(text="never mind"))

    assert (await world.message(message.id)).delivery is Delivery.CANCELLED
    assert (await world.texts())[-1] == "[scheduled_recalled]"
    assert (await world.conversation()).waiting_since is not None


async def test_a_scheduled_reply_stays_if_nobody_asked_for_that(world: World) -> None:
    _, message = await scheduled(world)

    await world.tell(inbound(text="never mind"))

    assert (await world.message(message.id)).delivery is Delivery.QUEUED


async def test_recalling_can_be_switched_later(world: World) -> None:
    about, message = await scheduled(world)
    ask = Reschedule(conversation_id=about.id, actor=AGENT, message_id=message.id, recall=True)
    await world.ask(ask)

    await world.tell(inbound(text="never mind"))

    assert (await world.message(message.id)).delivery is Delivery.CANCELLED


async def test_the_store_lists_what_leaves_later_and_not_what_was_taken_back(world: World) -> None:
    about, message = await scheduled(world)
    await world.ask(Reply(conversation_id=about.id, actor=AGENT, text="now"))
    waiting = {"scheduled": True, "open": True}

    before = await world.store.find(PARTS, equal=waiting, order="due_at")
    await world.ask(Cancel(conversation_id=about.id, actor=AGENT, message_id=message.id))
    after = await world.store.find(
        PARTS, equal={**waiting, "conversation_id": about.id}, order="due_at"
    )

    assert [part.message_id for part in before.items] == [message.id]
    assert after.items == []


async def test_a_reply_taken_back_after_the_end_lets_nobody_wait_in_a_closed_case(
    world: World,
) -> None:
    about, message = await scheduled(world)
    await world.ask(Resolve(conversation_id=about.id, actor=AGENT))

    await world.ask(Cancel(conversation_id=about.id, actor=AGENT, message_id=message.id))

    closed = await world.conversation()
    assert (closed.status, closed.waiting_since) == (Status.RESOLVED, None)


async def test_what_was_taken_back_and_sent_after_all_is_an_answer(world: World) -> None:
    world.decree(SLA_POLICIES, sla(warn_at=()))
    about, message = await scheduled(world)
    await world.ask(Cancel(conversation_id=about.id, actor=AGENT, message_id=message.id))
    waiting = await world.conversation()

    await world.ask(Resend(conversation_id=about.id, actor=AGENT, message_id=message.id))

    after = await world.conversation()
    assert (waiting.waiting_since, waiting.due_at is not None) == (START, True)
    assert (after.waiting_since, after.due_at) == (None, None)
    assert after.deadlines is not None
    assert after.deadlines.first_reply is not None
    assert after.deadlines.first_reply.met_at is not None


async def test_a_canned_reply_that_waits_says_what_it_is_changed_to(world: World) -> None:
    world.decree(CANNED_REPLIES, canned("Hello, {{contact.first_name}}!"))
    await world.tell(inbound())
    about = await world.conversation()
    use = CannedUse(id="cr1")
    outcome = await world.ask(
        Reply(conversation_id=about.id, actor=AGENT, canned=use, send_at=LATER)
    )
    id = MessageId(outcome.result["message"]["id"])
    ask = Reschedule(conversation_id=about.id, actor=AGENT, message_id=id)

    left = await world.ask(ask.model_copy(update={"text": "Hi, {{contact.first_name}}"}))
    done = await world.ask(ask.model_copy(update={"text": "Good evening, Boris."}))

    assert (left.field, left.reason_code) == ("text", "canned_placeholder_left")
    assert done.code == 200
    message = await world.message(id)
    [part] = await world.parts(message)
    assert message.content.text == part.content.text == "Good evening, Boris."
