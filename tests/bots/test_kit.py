"""The kit: what a bot's handler asks for becomes commands, and when a bot is asked at all."""

from collections.abc import Sequence
from typing import Any

import pytest

from shared.bots.kit import Bot
from shared.bots.talk import Talk
from shared.commands import (
    Command,
    HandOff,
    Hold,
    Misunderstood,
    Note,
    Reply,
    SetFields,
    Suggest,
)
from shared.events import MessageAdded
from shared.handing_over import asks_for_person
from shared.model.bots import BotStanding
from shared.model.content import Action, Content, EmailFields
from shared.model.conversation import Conversation, Status
from shared.model.people import Actor, ActorKind
from tests.inbox.stage import AT, a_conversation, a_message

ME = Actor(kind=ActorKind.BOT, id="bot-helper", name="helper")
HELD: dict[str, Any] = {"bot_id": "bot-helper", "bots": BotStanding(last_bot_id="bot-helper")}


def a_bot(**settings: Any) -> Bot:
    """A bot that asks for an order's number and hands over with it."""
    bot = Bot("helper", **settings)

    @bot.on_message
    async def answer(talk: Talk) -> None:
        if talk.about == "order":
            await talk.set(order=talk.text)
            await talk.hand_off("look it up")
        elif talk.choice == "where":
            await talk.ask("Which order?", about="order")
        elif talk.text == "hello":
            await talk.ask("What is it?", {"Where is my order": "where", "Nothing": "no"})
        elif talk.text == "fail":
            raise ValueError("a bug")
        else:
            await talk.not_understood("Sorry?", ["Where is my order"])

    return bot


async def hear(
    bot: Bot, text: str, seq: int = 0, content: Content | None = None, **changes: Any
) -> Sequence[Command]:
    conversation = changes.pop("conversation", None) or a_conversation("ann", **changes)
    message = a_message(conversation, seq, text)
    if content is not None:
        message = message.model_copy(update={"content": content})
    return await bot.answer(MessageAdded(message=message, conversation=conversation), ME)


async def test_the_first_answer_takes_the_conversation_by_lease() -> None:
    commands = await hear(a_bot(lease_s=7, misses=3, words=["mensch"]), "hello")

    assert [type(command) for command in commands] == [Hold, Reply]
    hold, reply = commands
    assert isinstance(hold, Hold)
    assert (hold.lease_s, hold.misses, hold.words) == (7, 3, ("mensch",))
    assert isinstance(reply, Reply)
    assert [row[0].value for row in reply.buttons] == ["where", "no"]
    assert reply.seen == 0


async def test_a_question_is_remembered_by_the_hub_and_its_answer_handed_over() -> None:
    pressed = Content(action=Action(value="where", label="Where is my order"))
    asked = await hear(a_bot(), "", 1, pressed, **HELD)
    assert isinstance(asked[0], SetFields)
    fields = asked[0].fields

    answered = await hear(a_bot(), "77", 2, fields=fields, **HELD)

    assert fields == {"bot.helper.about": "order"}
    assert [type(command) for command in answered] == [SetFields, HandOff]
    setting, over = answered
    assert isinstance(setting, SetFields)
    assert setting.fields == {"bot.helper.about": "", "order": "77"}
    assert isinstance(over, HandOff)
    assert over.collected == {"order": "77"}


async def test_what_was_asked_counts_before_the_hub_tells_of_it() -> None:
    bot = a_bot()
    conversation = a_conversation("ann", **HELD)
    pressed = Content(action=Action(value="where", label="Where"))

    await hear(bot, "", 1, pressed, conversation=conversation)
    answered = await hear(bot, "77", 2, conversation=conversation)

    assert isinstance(answered[-1], HandOff)
    assert answered[-1].collected == {"order": "77"}


async def test_what_is_not_understood_says_so_and_asks_on() -> None:
    commands = await hear(a_bot(), "blah", 3, **HELD)
    again = await hear(a_bot(), "blah", 3, fields={"bot.helper.about": "x"}, **HELD)

    assert [type(command) for command in commands] == [Misunderstood]
    assert isinstance(again[-1], Misunderstood)
    assert [type(command) for command in again] == [Misunderstood]


@pytest.mark.parametrize(
    "changes",
    [
        {"assignee_id": "anna"},
        {"bot_id": "bot-other", "bots": BotStanding(last_bot_id="bot-other")},
        {"bots": BotStanding(last_bot_id="bot-helper", people_since=AT)},
        {"status": Status.RESOLVED},
    ],
)
async def test_a_bot_is_not_asked_where_others_answer(changes: dict[str, Any]) -> None:
    assert await hear(a_bot(), "hello", **changes) == ()


async def test_a_machines_mail_is_not_answered() -> None:
    automatic = Content(text="hello", email=EmailFields(automatic=True))

    assert await hear(a_bot(), "", 0, automatic) == ()


async def test_beside_people_a_bot_suggests_and_cannot_speak() -> None:
    bot = Bot("helper")

    @bot.beside_people
    async def suggest(talk: Talk) -> None:
        await talk.draft("Perhaps this")
        await talk.note("He wrote before")
        await talk.set(mood="angry")
        await talk.reply("I interrupt")

    commands = await hear(bot, "hello", assignee_id="anna")

    assert [type(command) for command in commands] == [SetFields, Suggest, Note]


async def test_the_word_for_a_person_is_not_the_handlers_business() -> None:
    commands = await hear(a_bot(), "оператора, пожалуйста", fields={"order": "77"}, **HELD)

    assert [type(command) for command in commands] == [HandOff]
    assert isinstance(commands[0], HandOff)
    assert commands[0].collected == {"order": "77"}


async def test_a_handler_that_fails_hands_its_customer_over() -> None:
    commands = await hear(a_bot(), "fail", **HELD)

    assert [type(command) for command in commands] == [HandOff]
    assert isinstance(commands[0], HandOff)
    assert commands[0].reason == "the bot failed: ValueError"


async def test_nothing_follows_the_hand_off() -> None:
    bot = Bot("helper")

    @bot.on_message
    async def answer(talk: Talk) -> None:
        await talk.hand_off("done")
        await talk.reply("one more thing")

    commands = await hear(bot, "hello", **HELD)

    assert isinstance(commands[-1], HandOff)
    assert commands[-1].reason == "the bot failed: RuntimeError"


async def test_the_same_message_is_answered_the_same_after_a_restart() -> None:
    conversation: Conversation = a_conversation("ann", fields={"bot.helper.about": "order"}, **HELD)
    message = a_message(conversation, 2, "77")
    event = MessageAdded(message=message, conversation=conversation)

    first = await a_bot().answer(event, ME)
    second = await a_bot().answer(event, ME)

    assert first == second


@pytest.mark.parametrize(
    "text, words, wanted",
    [
        ("Оператор", None, True),
        ("ОПЕРАТОРА!!!", None, True),
        ("позовите живого человека", None, True),
        ("can I talk to a human?", None, True),
        ("human", None, True),
        ("I want a real person please", None, True),
        ("нас 5 человек", None, False),
        ("my neighbour is an agent of a company that sells cars", None, False),
        ("where is my order", None, False),
        ("", None, False),
        ("operator", ("mensch",), False),
        ("einen Menschen, bitte", ("einen menschen",), True),
        ("operator", (), False),
    ],
)
def test_a_short_message_with_the_word_asks_for_a_person(
    text: str, words: tuple[str, ...] | None, wanted: bool
) -> None:
    assert asks_for_person(text, words) is wanted
