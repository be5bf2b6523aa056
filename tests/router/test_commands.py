"""What agents and bots ask for."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.collections import AGENTS, AUDIT, CHANNELS, PARTS
from shared.commands import (
    Assign,
    Cancel,
    Command,
    DeleteMessage,
    Edit,
    HandOff,
    MarkRead,
    Note,
    Pend,
    React,
    Reopen,
    Reply,
    Resolve,
    SetLabels,
    SetPriority,
    Snooze,
)
from shared.hints import HINT_KIND
from shared.ids import AgentId, ExternalId, MessageId, part_id
from shared.model.channel import ChannelState
from shared.model.content import Attachment, AttachmentKind, FetchState
from shared.model.conversation import Conversation, PendingFor, Priority, Status
from shared.model.delivery import Delivery, Failure, FailureKind
from shared.model.inbound import ThreadRef
from shared.model.message import Direction, Message
from shared.model.people import Agent
from shared.model.records import Outcome, OutcomeStatus
from shared.ports.store import Put, Update
from shared.topology import hints_queue
from tests.router.racing import RacingStore, ask_on
from tests.router.test_inbound_changes import replied
from tests.router.world import AGENT, BOT, CHANNEL, START, World, a_world, inbound, sent

REFUSED = OutcomeStatus.REFUSED
DONE = OutcomeStatus.DONE


async def begun(world: World) -> Conversation:
    """A conversation with one message of its customer."""
    await world.tell(inbound(text="question", external_id="1"))
    return await world.conversation()


def stored(outcome: Outcome) -> Message:
    """The message of an outcome."""
    return Message.model_validate(outcome.result["message"])


async def test_a_reply_is_stored_with_the_part_that_carries_it(world: World) -> None:
    conversation = await begun(world)

    async with world.bus.consume(hints_queue("test", CHANNEL), prefetch=10) as hints:
        outcome = await world.ask(
            Reply(conversation_id=conversation.id, actor=AGENT, text="answer", undo_s=5)
        )
        (hint,) = await hints.take(10)

    message = stored(outcome)
    (part,) = await world.parts(message)
    after = await world.conversation()
    assert outcome.code == 201
    assert await world.texts() == ["question", "[assigned]", "answer"]
    assert message.delivery is Delivery.QUEUED
    assert message.send_at == START + timedelta(seconds=5)
    assert part.id == part_id(message.id, 0)
    assert part.due_at == START + timedelta(seconds=5)
    assert part.deadline_at == START + timedelta(days=1, seconds=5)
    assert (part.planned, part.scheduled, part.open) == (False, False, True)
    assert hint.envelope.kind == HINT_KIND
    assert hint.envelope.payload["threads"] == ["chat-1"]
    assert hint.envelope.payload["added"]["part"] == part.model_dump(mode="json")
    assert hint.envelope.payload["added"]["turn_from"] == conversation.out_order
    assert hint.envelope.payload["added"]["turn_to"] == after.out_order
    assert after.waiting_since is None
    assert after.unread == 0
    assert after.assignee_id == AGENT.id


async def test_a_repeated_reply_is_sent_once(world: World) -> None:
    conversation = await begun(world)
    reply = Reply(conversation_id=conversation.id, actor=AGENT, text="answer")

    first = await world.ask(reply, id="same")
    second = await world.ask(reply, id="same")

    page = await world.store.find(PARTS, equal={"channel_id": CHANNEL, "open": True}, order="order")
    assert first == second
    assert len(page.items) == 1


async def test_replies_leave_in_the_order_in_which_they_were_given(world: World) -> None:
    await begun(world)
    messages = [await replied(world, text) for text in ("one", "two", "three")]

    orders = [(await world.parts(message))[0].order for message in messages]

    assert orders == sorted(set(orders))


async def test_a_scheduled_reply_says_so(world: World) -> None:
    conversation = await begun(world)
    at = START + timedelta(hours=2)

    outcome = await world.ask(
        Reply(conversation_id=conversation.id, actor=AGENT, text="later", send_at=at)
    )

    (part,) = await world.parts(stored(outcome))
    assert part.scheduled
    assert part.due_at == at


async def test_a_reply_names_what_it_answers(world: World) -> None:
    conversation = await begun(world)
    (question,) = await world.messages()

    outcome = await world.ask(
        Reply(conversation_id=conversation.id, actor=AGENT, text="answer", reply_to=question.id)
    )

    (part,) = await world.parts(stored(outcome))
    assert part.reply_external_id == "1"


async def test_a_bots_reply_neither_takes_the_conversation_nor_marks_it_read(
    world: World,
) -> None:
    conversation = await begun(world)

    await world.ask(Reply(conversation_id=conversation.id, actor=BOT, text="answer"))

    after = await world.conversation()
    assert after.assignee_id is None
    assert after.unread == 1
    assert after.waiting_since is None


async def test_a_reply_reopens_the_case(world: World) -> None:
    conversation = await begun(world)
    await world.ask(Resolve(conversation_id=conversation.id, actor=AGENT))

    await world.ask(Reply(conversation_id=conversation.id, actor=AGENT, text="one more thing"))

    assert (await world.conversation()).status is Status.OPEN


async def test_an_older_case_cannot_be_answered_while_a_newer_one_stands(world: World) -> None:
    older = await begun(world)
    await world.ask(Resolve(conversation_id=older.id, actor=AGENT))
    await world.clock.advance(8 * 24 * 3600)
    await world.tell(inbound())

    reply = await world.ask(Reply(conversation_id=older.id, actor=AGENT, text="x"))
    reopened = await world.ask(Reopen(conversation_id=older.id, actor=AGENT))

    assert (reply.status, reply.code) == (REFUSED, 409)
    assert (reopened.status, reopened.code) == (REFUSED, 409)


@pytest.mark.parametrize(
    "fields, code, field",
    [
        ({"text": "  "}, 422, "text"),
        ({"text": "x", "reply_to": MessageId("m00" + "0" * 32)}, 404, None),
    ],
)
async def test_a_reply_that_cannot_be_is_refused_and_changes_nothing(
    world: World, fields: dict[str, Any], code: int, field: str | None
) -> None:
    conversation = await begun(world)

    outcome = await world.ask(Reply(conversation_id=conversation.id, actor=AGENT, **fields))

    assert (outcome.status, outcome.code, outcome.field) == (REFUSED, code, field)
    assert await world.conversation() == conversation


async def test_nothing_leaves_by_a_channel_that_was_removed(world: World) -> None:
    conversation = await begun(world)
    await world.store.commit([Update(CHANNELS, CHANNEL, {"state": ChannelState.REMOVED})])

    outcome = await world.ask(Reply(conversation_id=conversation.id, actor=AGENT, text="x"))

    assert outcome.status is REFUSED


async def test_a_file_without_a_text_is_a_reply(world: World) -> None:
    conversation = await begun(world)
    file = Attachment(id="f", kind=AttachmentKind.FILE, state=FetchState.STORED)

    outcome = await world.ask(
        Reply(conversation_id=conversation.id, actor=AGENT, attachments=(file,))
    )

    assert outcome.status is DONE


async def test_a_note_leaves_by_no_channel(world: World) -> None:
    conversation = await begun(world)

    outcome = await world.ask(Note(conversation_id=conversation.id, actor=AGENT, text="psst"))

    after = await world.conversation()
    assert stored(outcome).direction is Direction.NOTE
    assert not await world.parts(stored(outcome))
    assert after.waiting_since is not None


async def test_a_reply_can_be_taken_back_until_it_leaves(world: World) -> None:
    conversation = await begun(world)
    message = await replied(world)

    outcome = await world.ask(
        Cancel(conversation_id=conversation.id, actor=AGENT, message_id=message.id)
    )

    (part,) = await world.parts(message)
    after = await world.conversation()
    assert stored(outcome).delivery is Delivery.CANCELLED
    assert (part.state, part.open) == (Delivery.CANCELLED, False)
    assert after.waiting_since == START


async def test_what_is_on_its_way_cannot_be_taken_back(world: World) -> None:
    conversation = await begun(world)
    message = await replied(world)
    row = {"state": Delivery.SENDING, "attempt": 1}
    await world.store.commit([Update(PARTS, part_id(message.id, 0), row)])

    outcome = await world.ask(
        Cancel(conversation_id=conversation.id, actor=AGENT, message_id=message.id)
    )

    assert (outcome.status, outcome.code) == (REFUSED, 409)
    assert outcome.reason == "the message is already on its way"


async def test_a_part_that_leaves_while_it_is_taken_back_is_not_taken_back(
    world: World,
) -> None:
    """The dispatcher wins the race between our reading the part and our commit."""
    conversation = await begun(world)
    message = await replied(world)
    racing = RacingStore(world, part_id(message.id, 0))
    command = Cancel(conversation_id=conversation.id, actor=AGENT, message_id=message.id)

    outcome = await ask_on(world, command, racing)

    (part,) = await world.parts(message)
    assert outcome.status is REFUSED
    assert part.state is Delivery.SENDING


async def test_an_edit_is_shown_once_the_platform_has_taken_it(world: World) -> None:
    conversation = await begun(world)
    message = await replied(world, "answer", "10")
    edit = Edit(conversation_id=conversation.id, actor=AGENT, message_id=message.id, text="better")

    await world.ask(edit)
    before = await world.message(message.id)
    (operation,) = [part for part in await world.parts(message) if part.kind == "edit"]
    done = sent(message, part_id=operation.id)
    await world.report(done)
    await world.report(done)

    after = await world.message(message.id)
    assert operation.target_external_id == "10"
    assert before.content.text == "answer"
    assert after.content.text == "better"
    assert len(after.revisions) == 1
    assert after.delivery is Delivery.SENT


async def test_a_refused_edit_is_told_by_a_line(world: World) -> None:
    conversation = await begun(world)
    message = await replied(world, "answer", "10")
    await world.ask(
        Edit(conversation_id=conversation.id, actor=AGENT, message_id=message.id, text="better")
    )
    (operation,) = [part for part in await world.parts(message) if part.kind == "edit"]
    failure = Failure(kind=FailureKind.REJECTED, reason="too old")

    await world.report(sent(message, part_id=operation.id, state=Delivery.FAILED, failure=failure))

    assert await world.texts() == ["question", "[assigned]", "answer", "[edit_failed]"]


async def test_a_sent_message_is_deleted_once_the_platform_has_done_so(world: World) -> None:
    conversation = await begun(world)
    message = await replied(world, "answer", "10")
    await world.ask(
        DeleteMessage(conversation_id=conversation.id, actor=AGENT, message_id=message.id)
    )
    (operation,) = [part for part in await world.parts(message) if part.kind == "delete"]

    await world.report(sent(message, part_id=operation.id))

    assert (await world.message(message.id)).deleted_at == START


async def test_our_reaction_is_shown_once_the_platform_has_taken_it(world: World) -> None:
    conversation = await begun(world)
    (question,) = await world.messages()
    await world.ask(
        React(conversation_id=conversation.id, actor=AGENT, message_id=question.id, emoji="👍")
    )
    (operation,) = await world.parts(question)

    await world.report(sent(question, part_id=operation.id))

    (after,) = await world.messages()
    assert operation.kind == "reaction"
    assert [one.emoji for one in after.reactions] == ["👍"]


async def test_what_the_channel_cannot_do_is_refused(tmp_path: Path) -> None:
    async with a_world(tmp_path, edit=False, delete=False, reactions=False) as world:
        conversation = await begun(world)
        (question,) = await world.messages()
        message = await replied(world, "answer", "10")
        ours = {"conversation_id": conversation.id, "actor": AGENT, "message_id": message.id}
        theirs = {"conversation_id": conversation.id, "actor": AGENT, "message_id": question.id}

        outcomes = [
            await world.ask(Edit.model_validate({**ours, "text": "x"})),
            await world.ask(DeleteMessage.model_validate(ours)),
            await world.ask(React.model_validate({**theirs, "emoji": "👍"})),
        ]

        assert [outcome.status for outcome in outcomes] == [REFUSED] * 3


async def test_a_note_can_be_changed_and_deleted(world: World) -> None:
    conversation = await begun(world)
    note = stored(await world.ask(Note(conversation_id=conversation.id, actor=AGENT, text="a")))
    named = {"conversation_id": conversation.id, "actor": AGENT, "message_id": note.id}

    await world.ask(Edit.model_validate({**named, "text": "b"}))
    await world.ask(DeleteMessage.model_validate(named))

    after = await world.message(note.id)
    assert after.content.text == "b"
    assert after.deleted_at == START


async def test_a_customers_message_is_theirs(world: World) -> None:
    conversation = await begun(world)
    (question,) = await world.messages()
    named = {"conversation_id": conversation.id, "actor": AGENT, "message_id": question.id}

    outcomes = [
        await world.ask(Edit.model_validate({**named, "text": "x"})),
        await world.ask(DeleteMessage.model_validate(named)),
        await world.ask(Cancel.model_validate(named)),
    ]

    assert [outcome.code for outcome in outcomes] == [422, 422, 422]


async def test_a_conversation_is_given_to_an_agent_and_back(world: World) -> None:
    conversation = await begun(world)
    agent = Agent(id="olga", email="o@example.com", name="Olga", created_at=START)
    await world.store.commit([Put(AGENTS, agent)])
    olga = AgentId("olga")

    await world.ask(Assign(conversation_id=conversation.id, actor=AGENT, agent_id=olga))
    given = await world.conversation()
    await world.ask(Assign(conversation_id=conversation.id, actor=AGENT))
    back = await world.conversation()

    assert (given.assignee_id, given.assignee_name) == ("olga", "Olga")
    assert back.assignee_id is None
    assert await world.texts() == ["question", "[assigned]", "[unassigned]"]


async def test_nobody_unknown_gets_a_conversation(world: World) -> None:
    conversation = await begun(world)

    outcome = await world.ask(
        Assign(conversation_id=conversation.id, actor=AGENT, agent_id=AgentId("nobody"))
    )

    assert (outcome.status, outcome.field) == (REFUSED, "agent_id")


STEPS: list[tuple[type[Command], dict[str, Any], str]] = [
    (Resolve, {}, "[resolved]"),
    (Pend, {"waits_for": PendingFor.COLLEAGUE}, "[pending]"),
    (Snooze, {"until": START + timedelta(hours=1)}, "[snoozed]"),
    (SetPriority, {"priority": Priority.URGENT}, "[priority]"),
    (SetLabels, {"add": ("vip",)}, "[labels]"),
]


@pytest.mark.parametrize("kind, fields, line", STEPS)
async def test_a_change_is_told_by_a_line_and_audited_once(
    world: World, kind: type[Command], fields: dict[str, Any], line: str
) -> None:
    conversation = await begun(world)
    command = kind.model_validate({"conversation_id": conversation.id, "actor": AGENT, **fields})

    first = await world.ask(command, id="first")
    second = await world.ask(command, id="second")

    audit = await world.store.find(AUDIT, equal={"conversation_id": conversation.id}, order="at")
    assert (first.status, second.status) == (DONE, DONE)
    assert await world.texts() == ["question", line]
    assert [(entry.id, entry.actor) for entry in audit.items] == [("first", AGENT)]


async def test_a_resolved_case_waits_for_nobody(world: World) -> None:
    conversation = await begun(world)
    ours = {"conversation_id": conversation.id, "actor": AGENT}
    await world.ask(Resolve.model_validate(ours))

    outcomes = [
        await world.ask(Pend.model_validate({**ours, "waits_for": "customer"})),
        await world.ask(Snooze.model_validate({**ours, "until": START + timedelta(hours=1)})),
    ]

    assert [outcome.status for outcome in outcomes] == [REFUSED, REFUSED]


async def test_a_snooze_into_the_past_is_refused(world: World) -> None:
    conversation = await begun(world)

    outcome = await world.ask(
        Snooze(conversation_id=conversation.id, actor=AGENT, until=START - timedelta(hours=1))
    )

    assert (outcome.status, outcome.field) == (REFUSED, "until")


async def test_labels_are_added_and_removed(world: World) -> None:
    conversation = await begun(world)
    ours = {"conversation_id": conversation.id, "actor": AGENT}
    await world.ask(SetLabels.model_validate({**ours, "add": ("vip", " late  answer ")}))

    await world.ask(SetLabels.model_validate({**ours, "add": ("x",), "remove": ("vip",)}))

    assert (await world.conversation()).labels == ("late answer", "x")


async def test_what_came_after_the_read_mark_stays_unread(world: World) -> None:
    await world.tell(*(inbound(text=str(number)) for number in range(5)))
    conversation = await world.conversation()

    await world.ask(MarkRead(conversation_id=conversation.id, actor=AGENT, up_to=2))

    assert (await world.conversation()).unread == 2


async def test_a_hand_off_tells_what_the_bot_found_out(world: World) -> None:
    conversation = await begun(world)

    await world.ask(
        HandOff(
            conversation_id=conversation.id,
            actor=BOT,
            reason="wants a person",
            collected={"order": "17"},
        )
    )

    _, line = await world.messages()
    assert line.system is not None
    assert line.system.name == "handed_off"
    assert line.system.details["collected.order"] == "17"
    assert line.author == BOT


async def test_an_unknown_conversation_is_not_found(world: World) -> None:
    conversation = await begun(world)
    stranger = conversation.id[:-4] + "ffff"

    outcome = await world.ask(Resolve.model_validate({"conversation_id": stranger, "actor": AGENT}))

    assert (outcome.status, outcome.code) == (REFUSED, 404)


async def test_in_a_renamed_thread_only_what_was_said_there_is_answered_by_its_number(
    world: World,
) -> None:
    conversation = await begun(world)
    (before,) = await world.messages()
    new = ThreadRef(
        external_id=ExternalId("chat-2"), partition_key="chat-1", renamed_from=ExternalId("chat-1")
    )
    await world.tell(inbound(text="moved", external_id="77", thread=new))
    after = (await world.messages_of(conversation))[-1]

    parts = []
    for answered in (before, after):
        reply = Reply(
            conversation_id=conversation.id, actor=AGENT, text="answer", reply_to=answered.id
        )
        (part,) = await world.parts(stored(await world.ask(reply)))
        parts.append(part)

    assert [(part.thread, part.reply_external_id) for part in parts] == [
        ("chat-2", None),
        ("chat-2", "77"),
    ]
