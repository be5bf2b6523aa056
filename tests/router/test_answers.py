"""An answer to a numbered list is the press of its button; anything else is a text."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from router.inbound.answers import find_answer
from shared.commands import Edit, Reply
from shared.ids import ConversationId, ExternalId, MessageId
from shared.model.content import (
    Action,
    Button,
    ButtonKind,
    Choice,
    Content,
    Dice,
    Location,
    Poll,
    PollOption,
    ReplyRef,
)
from shared.model.conversation import Conversation
from shared.model.delivery import Delivery
from shared.model.inbound import Origin, ThreadRef
from shared.model.message import Direction, Message
from shared.model.people import Actor, ActorKind
from shared.model.records import OutcomeStatus
from tests.router.test_inbound_changes import replied
from tests.router.world import AGENT, CHANNEL, START, World, a_world, inbound, sent

LIST = (
    Choice(number=1, label="Yes", value="y"),
    Choice(number=2, label="No", value="n"),
)
ROWS = ((Button(label="Yes", value="y"), Button(label="No", value="n")),)
LATER = START + timedelta(minutes=1)


def said(direction: Direction, seq: int, **fields: Any) -> Message:
    base = Message(
        id=MessageId(f"m00{seq:032d}"),
        conversation_id=ConversationId("c00" + "0" * 32),
        channel_id=CHANNEL,
        seq=seq,
        sort=f"{seq:012d}",
        direction=direction,
        author=Actor(kind=ActorKind.AGENT),
        at=START,
        accepted_at=START,
    )
    return base.model_copy(update=fields)


def ours(seq: int, *, choices: tuple[Choice, ...] = (), **fields: Any) -> Message:
    content = Content(text="?", choices=choices)
    base = said(Direction.OUTBOUND, seq, content=content, delivery=Delivery.SENT, send_at=START)
    return base.model_copy(update=fields)


def theirs(seq: int, text: str, value: str | None = None) -> Message:
    action = None if value is None else Action(value=value)
    return said(Direction.INBOUND, seq, content=Content(text=text, action=action))


ASKED = ours(0, choices=LIST)
ANSWERED = ours(0, choices=LIST, pressed=("y",))


@pytest.mark.parametrize(
    "text, recent, chosen",
    [
        pytest.param("2", [ASKED], "n", id="the list is the last of ours"),
        pytest.param("no", [ASKED], "n", id="by its label"),
        pytest.param("3", [ASKED], None, id="a line that is not there"),
        pytest.param("2", [], None, id="nothing was asked"),
        pytest.param("2", [ours(0)], None, id="no list"),
        pytest.param("2", [ours(1), ASKED], None, id="we have said something else since"),
        pytest.param(
            "2",
            [ours(1, choices=(LIST[1].model_copy(update={"number": 1}),)), ASKED],
            None,
            id="a newer and shorter list",
        ),
        pytest.param(
            "2", [said(Direction.NOTE, 1), said(Direction.SYSTEM, 2), ASKED], "n", id="notes"
        ),
        pytest.param(
            "2", [ours(1, delivery=Delivery.FAILED), ASKED], "n", id="what failed was not seen"
        ),
        pytest.param(
            "2",
            [ours(1, delivery=Delivery.QUEUED, send_at=LATER + timedelta(hours=1)), ASKED],
            "n",
            id="what has not left was not seen",
        ),
        pytest.param(
            "2",
            [ours(1, delivery=Delivery.QUEUED, send_at=START), ASKED],
            None,
            id="what was due may have been seen",
        ),
        pytest.param(
            "2", [ours(1, delivery=Delivery.UNKNOWN), ASKED], None, id="so may what is unknown"
        ),
        pytest.param(
            "2", [ours(0, choices=LIST, delivery=Delivery.FAILED)], None, id="a list that failed"
        ),
        pytest.param("2", [ours(0, choices=LIST, deleted_at=START)], None, id="a deleted list"),
        pytest.param("2", [theirs(1, "hm"), ASKED], "n", id="after thinking aloud"),
        pytest.param("2", [theirs(1, "1", "y"), ANSWERED], "n", id="a correction"),
        pytest.param("1", [theirs(1, "1", "y"), ANSWERED], None, id="the same again"),
        pytest.param(
            "2", [theirs(2, "thanks"), theirs(1, "1", "y"), ANSWERED], None, id="talk has gone on"
        ),
        pytest.param(
            "1",
            [theirs(2, "2", "n"), theirs(1, "1", "y"), ours(0, choices=LIST, pressed=("y", "n"))],
            "y",
            id="back again",
        ),
    ],
)
def test_what_a_text_chooses(text: str, recent: list[Message], chosen: str | None) -> None:
    answer = find_answer(Content(text=text), LATER, recent, LATER)

    assert (answer.choice.value if answer else None) == chosen


@pytest.mark.parametrize(
    "text, recent, chosen",
    [
        ("2", [ours(1), ASKED], "n"),
        ("2", [theirs(2, "thanks"), theirs(1, "1", "y"), ANSWERED], "n"),
        ("1", [theirs(1, "1", "y"), ANSWERED], None),
        ("7", [ASKED], None),
    ],
)
def test_who_quotes_a_list_answers_that_list(
    text: str, recent: list[Message], chosen: str | None
) -> None:
    answer = find_answer(Content(text=text), LATER, recent, LATER, quoted=recent[-1])

    assert (answer.choice.value if answer else None) == chosen


@pytest.mark.parametrize("early_s, chosen", [(3600, None), (6, None), (2, "n")])
def test_what_was_written_before_the_list_is_no_answer(early_s: int, chosen: str | None) -> None:
    written_at = START - timedelta(seconds=early_s)

    answer = find_answer(Content(text="2"), written_at, [ASKED], LATER)

    assert (answer.choice.value if answer else None) == chosen


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A hub whose channel has no buttons."""
    async with a_world(tmp_path, buttons=False) as made:
        yield made


async def asked(world: World, **fields: Any) -> Message:
    """A question with buttons that was sent as a list."""
    await world.tell(inbound(text="question", external_id="1", key="first"))
    return await ask_again(world, "10", **fields)


async def ask_again(world: World, external_id: str, **fields: Any) -> Message:
    conversation = await world.conversation()
    values = {"conversation_id": conversation.id, "actor": AGENT, "text": "Sure?", "buttons": ROWS}
    outcome = await world.ask(Reply.model_validate(values | fields))
    message = Message.model_validate(outcome.result["message"])
    await world.report(sent(message, external_id))
    return await world.message(message.id)


async def answered(world: World, text: str, **fields: Any) -> Message:
    await world.tell(inbound(text=text, occurred_at=LATER, **fields))
    return next(m for m in reversed(await world.messages()) if m.direction is Direction.INBOUND)


async def test_the_message_remembers_the_list_that_its_buttons_became(world: World) -> None:
    message = await asked(world)

    (part,) = await world.parts(message)
    assert message.content.choices == LIST
    assert message.content.buttons == ROWS
    assert message.content.text == "Sure?"
    assert part.content.choices == LIST
    assert (await world.conversation()).listed == message.id


async def test_buttons_that_stay_buttons_are_no_list(tmp_path: Path) -> None:
    async with a_world(tmp_path, buttons=True) as world:
        message = await asked(world)

        answer = await answered(world, "2")

        assert message.content.choices == ()
        assert answer.content.action is None


async def test_the_number_answered_is_the_press(world: World) -> None:
    message = await asked(world)

    answer = await answered(world, "2")

    action = answer.content.action
    assert action is not None
    assert (answer.content.text, action.value, action.label) == ("2", "n", "No")
    assert action.target_external_id == "10"
    assert answer.content.reply_to is not None
    assert answer.content.reply_to.message_id == message.id
    assert (await world.message(message.id)).pressed == ("n",)


async def test_a_repeat_delivery_of_the_answer_is_one_press(world: World) -> None:
    message = await asked(world)
    item = inbound(text="2", key="again", external_id="11", occurred_at=LATER)

    await world.tell(item, item)
    await world.tell(item)

    inbounds = [m for m in await world.messages() if m.direction is Direction.INBOUND]
    assert [m.content.action is not None for m in inbounds] == [False, True]
    assert (await world.message(message.id)).pressed == ("n",)


async def test_after_another_message_of_ours_a_number_is_a_number(world: World) -> None:
    message = await asked(world)
    await replied(world, "one moment", "12")

    answer = await answered(world, "2")

    assert answer.content.action is None
    assert (await world.message(message.id)).pressed == ()


async def test_a_number_that_quotes_an_older_list_presses_it(world: World) -> None:
    message = await asked(world)
    await replied(world, "one moment", "12")
    content = Content(text="2", reply_to=ReplyRef(external_id=ExternalId("10")))

    answer = await answered(world, "2", content=content)

    assert answer.content.action is not None
    assert (await world.message(message.id)).pressed == ("n",)


async def test_a_number_that_quotes_something_else_is_a_number(world: World) -> None:
    await asked(world)
    content = Content(text="2", reply_to=ReplyRef(external_id=ExternalId("1")))

    answer = await answered(world, "2", content=content)

    assert answer.content.action is None


async def test_in_a_group_only_who_quotes_the_list_answers_it(world: World) -> None:
    group = ThreadRef(external_id=ExternalId("chat-1"), partition_key="chat-1", kind="group")
    await world.tell(inbound(text="question", external_id="1", key="first", thread=group))
    await ask_again(world, "10")
    quoting = Content(text="2", reply_to=ReplyRef(external_id=ExternalId("10")))

    bare = await answered(world, "2", thread=group)
    quoted = await answered(world, "2", thread=group, content=quoting)

    assert bare.content.action is None
    assert quoted.content.action is not None


async def test_a_bots_number_presses_nothing(world: World) -> None:
    await asked(world)

    answer = await answered(world, "2", origin=Origin.BOT)

    assert answer.content.action is None


async def test_an_answer_by_label_to_a_poll_that_became_a_list(world: World) -> None:
    poll = Poll(question="When?", options=(PollOption(text="Today"), PollOption(text="Later")))
    message = await asked(world, text="", buttons=(), blocks=[poll.model_dump()])

    answer = await answered(world, "later")

    assert [one.label for one in message.content.choices] == ["Today", "Later"]
    assert answer.content.action is not None
    assert answer.content.action.label == "Later"
    assert (await world.message(message.id)).pressed == ("Later",)


async def test_links_alone_make_no_list(world: World) -> None:
    link = Button(kind=ButtonKind.LINK, label="Site", url="https://example.com")

    message = await asked(world, buttons=((link,),))

    assert message.content.choices == ()
    assert (await world.conversation()).listed is None


async def test_a_place_is_a_reply(world: World) -> None:
    place = Location(latitude=1, longitude=2)

    message = await asked(world, text="", buttons=(), blocks=[place.model_dump()])

    assert message.content.blocks == (place,)


async def test_what_the_channel_cannot_carry_is_refused_with_its_reason(world: World) -> None:
    conversation = await begun(world)
    blocks = [Dice(emoji="🎲", value=0).model_dump()]
    values = {"conversation_id": conversation.id, "actor": AGENT, "text": "!", "blocks": blocks}

    outcome = await world.ask(Reply.model_validate(values))

    assert outcome.status is OutcomeStatus.REFUSED
    assert (outcome.code, outcome.reason_code) == (422, "block_kind")
    assert outcome.reason_values == {"kind": "dice"}
    assert await world.texts() == ["question"]


async def test_an_edit_of_a_list_keeps_the_list(world: World) -> None:
    message = await asked(world)
    values = {"conversation_id": message.conversation_id, "actor": AGENT, "text": "Really?"}

    await world.ask(Edit.model_validate(values | {"message_id": message.id}))

    edit = next(part for part in await world.parts(message) if part.kind == "edit")
    assert (edit.content.choices, edit.content.buttons) == (LIST, ROWS)


async def begun(world: World) -> Conversation:
    await world.tell(inbound(text="question", external_id="1"))
    return await world.conversation()


def test_what_was_written_in_the_undo_time_of_the_list_is_no_answer() -> None:
    held = ours(0, choices=LIST, send_at=START + timedelta(seconds=30))

    assert find_answer(Content(text="2"), START + timedelta(seconds=10), [held], LATER) is None
