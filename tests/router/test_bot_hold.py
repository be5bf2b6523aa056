"""A bot holds a conversation by lease, and people get it where it is silent or they ask."""

import pytest

from router.bots.duty import duty_for
from router.timers import Timers
from shared.collections import BOT_DUTIES, BOTS, OUTCOMES, TIMERS, TOPICS
from shared.commands import (
    Assign,
    Edit,
    HandBack,
    HandOff,
    Hold,
    Misunderstood,
    Reply,
    Resolve,
    SetFields,
)
from shared.envelope import Envelope
from shared.events import CommandDone
from shared.ids import ChannelId, partition_of
from shared.model.bots import BotDuty
from shared.model.conversation import Status
from shared.model.message import Message
from shared.model.people import Actor, ActorKind
from shared.model.records import Bot, OutcomeStatus
from shared.model.topic import Topic
from shared.ports.bus import Exchange, Publication
from shared.ports.store import Put
from shared.topology import DEAD_QUEUE, partition_key
from tests.router.world import AGENT, START, World, inbound

MENU = Actor(kind=ActorKind.BOT, id="bot-menu", name="menu")
OTHER = Actor(kind=ActorKind.BOT, id="bot-other", name="other")
DUTY = BotDuty.model_validate(
    {"id": "bd1", "name": "Menu", "bot": "menu", "lease_s": 20, "created_at": START}
    | {"updated_at": START}
)


@pytest.fixture
async def world(world: World) -> World:
    """A clock that stands within a second: SQLite finds a timer of a full second a little late."""
    await world.clock.advance(0.5)
    return world


@pytest.fixture
async def held(world: World) -> World:
    """A hub whose menu bot answers first, and a customer who has written."""
    world.decree(BOT_DUTIES, DUTY)
    await world.store.commit([Put(BOTS, Bot(id="bot-other", name="other", created_at=START))])
    await world.tell(inbound(text="hello", occurred_at=START))
    return world


async def pass_time(world: World, seconds: float) -> None:
    await world.clock.advance(seconds)
    await Timers(world.bus, world.store, world.clock).fire()
    await world.settle()


async def say(world: World, text: str, actor: Actor = MENU, seen: int | None = None) -> str | None:
    """What a bot's reply comes to: the reason for which it is refused, or None."""
    conversation = await world.conversation()
    outcome = await world.ask(
        Reply(conversation_id=conversation.id, actor=actor, text=text, seen=seen)
    )
    return outcome.reason


async def write(world: World, text: str) -> None:
    await world.tell(inbound(text=text, occurred_at=world.clock.now()))


async def last_line(world: World) -> dict[str, str]:
    lines = [m for m in await world.messages() if m.system and m.system.name == "handed_off"]
    assert lines[-1].system is not None
    return lines[-1].system.details


async def test_a_new_case_begins_with_the_bot_on_duty(held: World) -> None:
    conversation = await held.conversation()

    assert conversation.bot_id == "bot-menu"
    assert await held.texts() == ["hello", "[bot_first]"]


async def test_people_get_it_where_the_bot_is_silent_with_all_that_was_said(held: World) -> None:
    conversation = await held.conversation()
    await held.ask(
        SetFields(
            conversation_id=conversation.id,
            actor=MENU,
            fields={"order": "77", "bot.menu.at": "where"},
        )
    )
    await pass_time(held, 19)
    before = await held.conversation()

    await pass_time(held, 1)

    after = await held.conversation()
    line = await last_line(held)
    assert (before.bot_id, after.bot_id) == ("bot-menu", None)
    assert after.bots is not None
    assert after.bots.people_since == held.clock.now()
    assert after.waiting_since == START
    assert line == {"why": "silent", "bot": "menu", "after_s": "20", "collected.order": "77"}
    assert "hello" in await held.texts()


async def test_an_answer_ends_the_lease_and_the_next_message_begins_another(held: World) -> None:
    assert await say(held, "what is it?", seen=0) is None
    await pass_time(held, 3600)
    still = await held.conversation()
    await write(held, "my order")
    await pass_time(held, 10)
    await write(held, "where is it")
    await pass_time(held, 9)
    waited = await held.conversation()

    await pass_time(held, 1)

    assert (still.bot_id, waited.bot_id) == ("bot-menu", "bot-menu")
    assert (await held.conversation()).bot_id is None


async def test_an_answer_to_the_first_of_two_messages_leaves_the_second_waiting(
    held: World,
) -> None:
    await write(held, "and another thing")
    await pass_time(held, 15)
    assert await say(held, "to the first", seen=0) is None
    await pass_time(held, 19)
    alive = await held.conversation()

    await pass_time(held, 1)

    assert alive.bot_id == "bot-menu"
    assert (await held.conversation()).bot_id is None


async def test_after_the_hand_off_every_word_of_a_bot_is_refused(held: World) -> None:
    conversation = await held.conversation()
    said = await held.ask(Reply(conversation_id=conversation.id, actor=MENU, text="hi"))
    message = Message.model_validate(said.result["message"])
    hand_off = HandOff(
        conversation_id=conversation.id,
        actor=MENU,
        reason="wants money back",
        collected={"order": "77"},
        topic="money",
    )
    held.decree(TOPICS, Topic(id="money", name="Money", created_at=START, updated_at=START))

    done = await held.ask(hand_off)
    again = await held.ask(hand_off)
    reply = await say(held, "one more thing")
    other = await say(held, "me too", OTHER)
    edit = await held.ask(
        Edit(conversation_id=conversation.id, actor=MENU, message_id=message.id, text="hm")
    )

    after = await held.conversation()
    assert (done.status, again.status) == (OutcomeStatus.DONE, OutcomeStatus.DONE)
    assert reply == other == edit.reason == "this conversation was handed to people"
    assert (after.bot_id, after.topic) == (None, "money")
    assert await last_line(held) == {
        "reason": "wants money back",
        "by": "menu",
        "topic": "Money",
        "collected.order": "77",
    }
    assert (await held.texts()).count("[handed_off]") == 1


async def test_a_bot_is_silent_where_a_person_has_taken_it(held: World) -> None:
    conversation = await held.conversation()
    await held.ask(Reply(conversation_id=conversation.id, actor=AGENT, text="I take over"))

    taken = await held.conversation()
    refused = await say(held, "no, me")
    await held.ask(Assign(conversation_id=conversation.id, actor=AGENT))
    returned = await say(held, "now me?")
    await pass_time(held, 60)

    assert (taken.bot_id, taken.assignee_id) == (None, AGENT.id)
    assert refused == "a person holds this conversation"
    assert returned == "this conversation was handed to people"
    assert "[handed_off]" not in await held.texts()


@pytest.mark.parametrize("word", ["Оператор!", "позовите человека", "a real person, please"])
async def test_the_word_for_a_person_hands_over_at_once(held: World, word: str) -> None:
    await say(held, "what is it?", seen=0)

    await write(held, word)

    after = await held.conversation()
    assert after.bot_id is None
    assert (await last_line(held))["why"] == "word"
    assert await say(held, "but") == "this conversation was handed to people"


async def test_the_words_are_those_of_the_duty(world: World) -> None:
    world.decree(BOT_DUTIES, DUTY.model_copy(update={"words": ("ayuda",)}))
    await world.tell(inbound(text="operator"))
    before = await world.conversation()

    await write(world, "Ayuda por favor")

    assert before.bot_id == "bot-menu"
    assert (await world.conversation()).bot_id is None


async def test_the_second_misunderstanding_in_a_row_hands_over(held: World) -> None:
    conversation = await held.conversation()

    async def miss(number: int) -> None:
        command = Misunderstood(
            conversation_id=conversation.id, actor=MENU, text="Sorry?", collected={"n": "1"}
        )
        await held.ask(command, id=f"miss-{number}")

    await miss(1)
    await say(held, "understood")
    await miss(2)
    between = await held.conversation()
    await miss(3)
    await miss(3)

    after = await held.conversation()
    assert (between.bot_id, after.bot_id) == ("bot-menu", None)
    assert (await held.texts()).count("Sorry?") == 2
    assert (await last_line(held))["why"] == "misses"


async def test_an_agent_gives_it_back_and_a_bot_cannot(held: World) -> None:
    conversation = await held.conversation()
    await held.ask(HandOff(conversation_id=conversation.id, actor=MENU))
    await held.ask(Reply(conversation_id=conversation.id, actor=AGENT, text="done, back to you"))

    by_bot = await held.ask(HandBack(conversation_id=conversation.id, actor=MENU))
    nobody = await held.ask(HandBack(conversation_id=conversation.id, actor=AGENT, bot="nobody"))
    back = await held.ask(HandBack(conversation_id=conversation.id, actor=AGENT))

    after = await held.conversation()
    assert (by_bot.field, nobody.field) == ("actor", "bot")
    assert back.status is OutcomeStatus.DONE
    assert (after.bot_id, after.assignee_id) == ("bot-menu", None)
    assert await say(held, "hello again") is None
    assert await say(held, "me too", OTHER) == "another bot holds this conversation"


async def test_who_waits_when_it_is_given_back_does_not_wait_for_ever(held: World) -> None:
    conversation = await held.conversation()
    await held.ask(HandOff(conversation_id=conversation.id, actor=MENU))
    await held.ask(HandBack(conversation_id=conversation.id, actor=AGENT, bot="other"))

    await pass_time(held, 20)

    assert (await held.conversation()).bot_id is None


async def test_a_bot_without_a_duty_takes_what_nobody_holds(world: World) -> None:
    await world.tell(inbound(text="hello"))
    conversation = await world.conversation()
    hold = Hold(conversation_id=conversation.id, actor=OTHER, lease_s=5)

    first = await world.ask(hold)
    second = await world.ask(Hold(conversation_id=conversation.id, actor=MENU))
    by_agent = await world.ask(Hold(conversation_id=conversation.id, actor=AGENT))
    taken = await world.conversation()
    await pass_time(world, 5)

    assert first.status is OutcomeStatus.DONE
    assert second.reason == "another bot holds this conversation"
    assert by_agent.field == "actor"
    assert taken.bot_id == "bot-other"
    assert (await world.conversation()).bot_id is None


async def test_a_bot_that_holds_nothing_answers_what_nobody_has_taken(world: World) -> None:
    await world.tell(inbound(text="hello"))
    conversation = await world.conversation()

    free = await say(world, "hello", OTHER)
    await world.ask(Reply(conversation_id=conversation.id, actor=AGENT, text="mine"))
    taken = await say(world, "hello", OTHER)
    timers = await world.store.find(TIMERS, equal={}, order="due_at")

    assert free is None
    assert taken == "a person holds this conversation"
    assert timers.items == []


async def test_a_resolved_case_leaves_the_lease_alone(held: World) -> None:
    conversation = await held.conversation()
    await held.ask(Resolve(conversation_id=conversation.id, actor=MENU))

    await pass_time(held, 60)

    assert "[handed_off]" not in await held.texts()
    assert (await held.conversation()).bot_id == "bot-menu"


async def test_a_repeated_firing_changes_nothing(held: World) -> None:
    await pass_time(held, 20)
    first = await held.texts()

    await pass_time(held, 60)

    assert await held.texts() == first


@pytest.mark.parametrize(
    "fields, channel, hour, named",
    [
        ({}, "shop", 9, True),
        ({"active": False}, "shop", 9, False),
        ({"channels": ("site",)}, "shop", 9, False),
        ({"channels": ("site", "shop")}, "shop", 9, True),
        ({"hours": ({"days": (1,), "begin": "09:00", "end": "18:00"},)}, "shop", 9, True),
        ({"hours": ({"days": (1,), "begin": "09:00", "end": "18:00"},)}, "shop", 18, False),
        ({"hours": ({"days": (2,), "begin": "09:00", "end": "18:00"},)}, "shop", 9, False),
        ({"hours": ({"days": (7,), "begin": "20:00", "end": "08:00"},)}, "shop", 7, True),
        ({"hours": ({"days": (7,), "begin": "20:00", "end": "08:00"},)}, "shop", 21, False),
        ({"hours": ({"begin": "12:00"},), "time_zone": "Europe/Moscow"}, "shop", 9, True),
    ],
)
def test_a_duty_fits_by_channel_and_hour(
    fields: dict[str, object], channel: str, hour: int, named: bool
) -> None:
    duty = BotDuty.model_validate(DUTY.model_dump() | fields)

    found = duty_for([duty], ChannelId(channel), START.replace(hour=hour))

    assert (found is not None) is named


async def test_a_bots_malformed_command_is_put_aside_and_told_to_it_alone(held: World) -> None:
    conversation = await held.conversation()
    partition = partition_of(conversation.id)
    envelope = Envelope(
        id="bot-menu.x1",
        kind=Reply.kind,
        at=START,
        partition=partition,
        source="bot/menu",
        trace_id="t",
        payload={"conversation_id": conversation.id, "actor": MENU.model_dump(), "undo_s": -1},
    )
    await held.bus.publish([Publication(Exchange.COMMANDS, partition_key(partition), envelope)])

    await held.settle()
    well = await say(held, "still here")

    outcome = await held.store.get(OUTCOMES, "bot-menu.x1")
    events = [e for e in await held.events(partition) if e["kind"] == CommandDone.kind]
    refused = [e for e in events if e["payload"]["outcome"]["id"] == "bot-menu.x1"]
    assert outcome is not None
    assert outcome.reason == "command.reply: unusable undo_s"
    assert len(refused) == 1
    assert well is None
    assert (await held.bus.depth(DEAD_QUEUE)).items == 1


async def test_a_case_that_was_done_and_is_opened_again_gives_the_bot_its_time_anew(
    held: World,
) -> None:
    """What it was asked before the end is not asked of it any more."""
    conversation = await held.conversation()
    await held.ask(Resolve(conversation_id=conversation.id, actor=AGENT))
    await pass_time(held, 60)
    await write(held, "one more thing")

    await pass_time(held, 10)
    in_time = await held.conversation()
    await pass_time(held, 10)

    assert (in_time.status, in_time.bot_id) == (Status.OPEN, conversation.bot_id)
    assert (await held.conversation()).bot_id is None
