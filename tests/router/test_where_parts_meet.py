"""Where rules, bots, bulk requests and programs meet in one conversation: none gets round another,
and nothing goes on for ever."""

from datetime import timedelta

from shared.collections import ACKNOWLEDGEMENTS, IDENTITIES, RULES, SLA_POLICIES
from shared.commands import (
    Act,
    Cancel,
    HandOff,
    Hold,
    Merge,
    Reply,
    Reschedule,
    Resolve,
    UndoAct,
    Unmerge,
)
from shared.model.conversation import Status
from shared.model.message import Direction
from shared.model.people import Actor, ActorKind, Block
from shared.model.records import OutcomeStatus
from shared.ports.store import Update
from tests.router.answering import acknowledgement, pass_time, sla
from tests.router.test_acts import acting, begun
from tests.router.world import AGENT, BOT, World, inbound
from tests.shared.ruling import after, on, rule

PROGRAM = Actor(kind=ActorKind.SYSTEM, id="t0123", name="shop system")
HOUR_S = 3600


async def said_by_us(world: World) -> list[str]:
    """What we have written to the customer."""
    messages = await world.messages()
    return [one.content.text for one in messages if one.direction is Direction.OUTBOUND]


async def test_a_time_rule_that_writes_does_not_set_itself_off_again(world: World) -> None:
    world.decree(
        RULES, rule("nudge", after("silent", HOUR_S), {"type": "reply", "text": "still there?"})
    )
    about = await begun(world)
    await world.ask(Reply(conversation_id=about.id, actor=AGENT, text="which size?"))

    for _ in range(4):
        await pass_time(world, HOUR_S)

    assert await said_by_us(world) == ["which size?", "still there?"]


async def test_a_time_rule_that_notes_idleness_does_so_once(world: World) -> None:
    world.decree(RULES, rule("idle", after("idle", HOUR_S), {"type": "note", "text": "idle"}))
    await begun(world)

    for _ in range(4):
        await pass_time(world, HOUR_S)

    notes = [one for one in await world.messages() if one.direction is Direction.NOTE]
    assert len(notes) == 1


async def test_a_rule_that_writes_at_the_end_leaves_the_case_closed(world: World) -> None:
    world.decree(RULES, rule("rate", on("resolved"), {"type": "reply", "text": "How was it?"}))
    about = await begun(world)

    await world.ask(Resolve(conversation_id=about.id, actor=AGENT))

    assert (await world.conversation()).status is Status.RESOLVED
    assert await said_by_us(world) == ["How was it?"]


async def test_a_reply_taken_back_is_no_silence_of_the_customer(world: World) -> None:
    about = await begun(world)
    await world.ask(
        Reply(conversation_id=about.id, actor=AGENT, text="oops", undo_s=60), id="reply"
    )
    [message] = [m for m in await world.messages() if m.direction is Direction.OUTBOUND]
    world.decree(RULES, rule("close", after("silent", HOUR_S), {"type": "resolve"}))

    await world.ask(Cancel(conversation_id=about.id, actor=AGENT, message_id=message.id))
    await pass_time(world, 2 * HOUR_S)

    assert (await world.conversation()).status is Status.OPEN


async def test_a_bot_that_was_relieved_writes_by_no_other_command(world: World) -> None:
    about = await begun(world)
    await world.ask(HandOff(conversation_id=about.id, actor=BOT))

    acted = await world.ask(
        Act.model_validate(
            {
                "conversation_id": about.id,
                "actor": BOT,
                "actions": [{"type": "reply", "text": "me again"}],
            }
        )
    )

    assert acted.status is OutcomeStatus.REFUSED
    assert await said_by_us(world) == []


async def test_a_bot_does_not_change_what_an_agent_is_about_to_say(world: World) -> None:
    about = await begun(world)
    later = world.clock.now() + timedelta(hours=1)
    await world.ask(Reply(conversation_id=about.id, actor=AGENT, text="mine", send_at=later))
    [message] = [m for m in await world.messages() if m.direction is Direction.OUTBOUND]

    changed = await world.ask(
        Reschedule(conversation_id=about.id, actor=BOT, message_id=message.id, text="the bot's")
    )

    assert (changed.status, changed.code) == (OutcomeStatus.REFUSED, 403)
    assert await said_by_us(world) == ["mine"]


async def test_a_bot_makes_no_bulk_requests(world: World) -> None:
    about = await begun(world)

    undone = await world.ask(UndoAct(conversation_id=about.id, actor=BOT, step_id="any"))
    acted = await world.ask(
        acting(about, {"type": "add_labels", "labels": ["x"]}, bulk_id="b", actor=BOT)
    )

    assert {undone.code, acted.code} == {403}


async def test_a_program_with_a_token_answers_as_people_do(world: World) -> None:
    world.decree(SLA_POLICIES, sla(warn_at=()))
    about = await begun(world)

    await world.ask(Reply(conversation_id=about.id, actor=PROGRAM, text="your order is 7"))

    after_reply = await world.conversation()
    assert after_reply.waiting_since is None
    assert after_reply.due_at is None


async def test_an_undo_does_not_let_a_rule_fire_again(world: World) -> None:
    world.decree(
        RULES, rule("hint", after("waiting", HOUR_S), {"type": "reply", "text": "a moment"})
    )
    about = await begun(world)
    await world.ask(acting(about, {"type": "add_labels", "labels": ["x"]}, bulk_id="b1"), id="step")
    await pass_time(world, HOUR_S)

    undone = await world.ask(UndoAct(conversation_id=about.id, actor=AGENT, step_id="step"))
    for _ in range(3):
        await pass_time(world, HOUR_S)

    assert undone.status is OutcomeStatus.DONE
    assert (await world.conversation()).labels == ()
    assert await said_by_us(world) == ["a moment"]


async def test_rules_do_not_answer_a_machine_on_a_messenger(world: World) -> None:
    world.decree(RULES, rule("hello", on("message"), {"type": "reply", "text": "hello!"}))
    machine = inbound().author
    assert machine is not None

    await world.tell(inbound(author=machine.model_copy(update={"is_bot": True})))

    assert await said_by_us(world) == []


async def test_a_case_that_is_parted_again_is_held_by_no_bot_that_forgot_it(world: World) -> None:
    await world.tell(inbound("chat-1"), inbound("chat-2"))
    mine, other = await world.conversation("chat-1"), await world.conversation("chat-2")
    hold = Hold(conversation_id=mine.id, actor=BOT, lease_s=20)
    await world.ask(hold)
    held = await world.conversation("chat-1")

    await world.ask(Merge(conversation_id=mine.id, actor=AGENT, into_id=other.id))
    await pass_time(world, 2)
    await world.ask(Unmerge(conversation_id=mine.id, actor=AGENT))

    assert held.bot_id == BOT.id
    assert (await world.conversation("chat-1")).bot_id is None


async def block(world: World) -> None:
    about = await world.conversation()
    blocking = Block(reason="rude", by=AGENT, at=world.clock.now())
    await world.store.commit([Update(IDENTITIES, about.identity_id, {"block": blocking})])


async def test_a_blocked_contact_gets_no_acknowledgement_that_was_planned(world: World) -> None:
    world.decree(ACKNOWLEDGEMENTS, acknowledgement(texts={"en": "We are here."}, wait_s=60))
    await begun(world)
    await block(world)

    await pass_time(world, 61)

    assert await said_by_us(world) == []
    assert (await world.texts())[-1] == "[not_acknowledged]"


async def test_a_blocked_contact_gets_nothing_from_time_rules(world: World) -> None:
    world.decree(
        RULES,
        rule(
            "nudge",
            after("waiting", HOUR_S),
            {"type": "reply", "text": "a moment"},
            {"type": "add_labels", "labels": ["waits"]},
        ),
    )
    await begun(world)
    await block(world)

    await pass_time(world, HOUR_S)

    assert await said_by_us(world) == []
    assert (await world.conversation()).labels == ("waits",)
    assert "[rule_refused]" in await world.texts()


async def test_a_blocked_contact_is_left_out_of_a_reply_to_many(world: World) -> None:
    about = await begun(world)
    await block(world)

    outcome = await world.ask(
        Reply(conversation_id=about.id, actor=AGENT, text="an outage", bulk_id="b1")
    )
    own = await world.ask(Reply(conversation_id=about.id, actor=AGENT, text="stop it"))

    assert (outcome.status, outcome.reason_code) == (OutcomeStatus.REFUSED, "blocked")
    assert own.code == 201
    assert await said_by_us(world) == ["stop it"]


async def test_a_reply_to_many_leaves_a_bots_dialog_to_the_bot(world: World) -> None:
    about = await begun(world)
    await world.ask(Hold(conversation_id=about.id, actor=BOT, lease_s=20))

    await world.ask(Reply(conversation_id=about.id, actor=AGENT, text="an outage", bulk_id="b1"))
    after_many = await world.conversation()
    await world.ask(Reply(conversation_id=about.id, actor=AGENT, text="I am here"))

    assert after_many.bot_id == BOT.id
    assert (await world.conversation()).bot_id is None
