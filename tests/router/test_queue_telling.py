"""Customers who wait are told where they stand: with the acknowledgement, and when they ask."""

from typing import Any

import pytest

from router.queueing.words import asks_for_place, wait_words
from shared.collections import ACKNOWLEDGEMENTS, CONVERSATIONS, QUEUEING, QUEUES, SLA_POLICIES
from shared.ids import ConversationId
from shared.model.queueing import QueueState, place_in
from shared.ports.store import Put, Update
from tests.router.answering import acknowledgement, sla
from tests.router.office import queueing
from tests.router.world import AGENT, START, World, inbound

QUEUE_TEXTS = {
    "en": "Request {number}: you are number {place}, {wait}.",
    "ru": "Обращение {number}: вы {place}-й, {wait}.",
}


def state(**fields: Any) -> QueueState:
    """The queue as the assigner told it last: four wait, and one is free every two minutes."""
    values: dict[str, Any] = {"id": "-/-", "waiting": 4, "agents": 2, "pace_s": 120.0, "at": START}
    return QueueState.model_validate(values | fields)


async def open_hub(world: World, told: QueueState | None = None, **fields: Any) -> None:
    """A hub that assigns, acknowledges and tells of the queue."""
    world.decree(SLA_POLICIES, sla(warn_at=()))
    texts = {"en": "Thank you.", "ru": "Спасибо."}
    said = {"texts": texts, "queue_texts": QUEUE_TEXTS} | fields
    world.decree(ACKNOWLEDGEMENTS, acknowledgement(**said))
    world.decree(QUEUEING, queueing(tells_place=True))
    await world.store.commit([Put(QUEUES, told or state())])


@pytest.mark.parametrize(
    "text, said",
    [
        (
            "Hello, where is my order?",
            "Thank you.\nRequest {n}: you are number 5, about 10 minutes.",
        ),
        ("Здравствуйте, где мой заказ?", "Спасибо.\nОбращение {n}: вы 5-й, около 10 минут."),
    ],
)
async def test_the_acknowledgement_names_number_place_and_wait(
    world: World, text: str, said: str
) -> None:
    await open_hub(world)
    await world.tell(inbound(text=text))

    number = (await world.conversation()).number
    assert (await world.texts())[-1] == said.format(n=number)


@pytest.mark.parametrize(
    "told, fields",
    [
        (state(waiting=0, room=True), {}),
        (state(), {"queue_wait_s": 601}),
        (state(), {"queue_texts": {}}),
        (state(id="shop/-"), {}),
    ],
)
async def test_nothing_is_said_of_a_queue_that_is_short_unknown_or_not_told(
    world: World, told: QueueState, fields: dict[str, Any]
) -> None:
    await open_hub(world, told, **fields)
    await world.tell(inbound())

    assert (await world.texts())[-1] == "Thank you."


async def test_nothing_is_said_of_the_queue_while_people_take_by_hand(world: World) -> None:
    await open_hub(world)
    world.decree(QUEUEING, queueing(assignment=False, tells_place=True))
    await world.tell(inbound())
    await world.tell(inbound(text="how long do I have to wait?"))

    assert await world.texts() == ["hello", "Thank you.", "how long do I have to wait?"]


async def test_a_wait_that_nobody_knows_is_said_to_be_so(world: World) -> None:
    await open_hub(world, state(pace_s=None, agents=0))
    await world.tell(inbound())

    assert (await world.texts())[-1].endswith("not known, nobody is here just now.")


async def test_it_is_told_once_and_again_only_to_those_who_ask(world: World) -> None:
    await open_hub(world)
    await world.tell(inbound())
    id = (await world.conversation()).id
    await world.store.commit([Put(QUEUES, state(first=(ConversationId("c0"), id)))])
    await world.tell(inbound(text="It is about my order"))
    await world.tell(inbound(text="How long is the wait?"))
    at_once = await world.texts()
    await world.clock.advance(61)
    await world.tell(inbound(text="And now, how long?"))

    assert len([text for text in at_once if "number" in text]) == 1
    assert (await world.texts())[-1] == "Your place in the queue: 2. The wait: about 4 minutes."
    assert (await world.conversation()).waiting_since == START


async def test_whoever_asks_is_told_in_the_words_of_the_admins(world: World) -> None:
    await open_hub(world)
    told = queueing(tells_place=True, place_texts={"en": "No. {place} ({number}), {wait}"})
    world.decree(QUEUEING, told)
    world.decree(ACKNOWLEDGEMENTS)
    await world.tell(inbound(text="what is my place?"))

    number = (await world.conversation()).number
    assert (await world.texts())[-1] == f"No. 5 ({number}), about 10 minutes"


@pytest.mark.parametrize("fields", [{"tells_place": False}, {}])
async def test_nobody_is_told_who_does_not_wait_or_where_it_is_off(
    world: World, fields: dict[str, Any]
) -> None:
    await open_hub(world)
    world.decree(ACKNOWLEDGEMENTS)
    world.decree(QUEUEING, queueing(**({"tells_place": True} | fields)))
    if not fields:
        await world.tell(inbound())
        conversation = await world.conversation()
        held = {"assignee_id": AGENT.id, "version": conversation.version + 1}
        await world.store.commit([Update(CONVERSATIONS, conversation.id, held)])
    await world.tell(inbound(text="how long do I have to wait?"))

    assert (await world.texts())[-1] == "how long do I have to wait?"


@pytest.mark.parametrize(
    "text, asks",
    [
        ("How long do I have to wait?", True),
        ("what's my place?", True),
        ("Сколько ещё ждать?", True),
        ("сколько мне ждать ответа", True),
        ("Какой я по счёту?", True),
        ("долго ли ждать?", True),
        ("My order has not come", False),
        ("Сколько стоит доставка?", False),
        (
            "How long " + "is the cable that came with the kettle, and which colour has it? " * 2,
            False,
        ),
    ],
)
def test_what_asks_for_the_place_is_known(text: str, asks: bool) -> None:
    assert asks_for_place(text) is asks


@pytest.mark.parametrize(
    "wait_s, language, words",
    [
        (20, "en", "less than a minute"),
        (61, "en", "about 2 minutes"),
        (290, "en", "about 5 minutes"),
        (660, "en", "about 15 minutes"),
        (5400, "en", "about 2 hours"),
        (3600 * 30, "en-GB", "about 30 hours"),
        (20, "ru", "меньше минуты"),
        (290, "ru", "около 5 минут"),
        (3600 * 21, "ru", "около 21 часа"),
        (3600 * 11, "ru-RU", "около 11 часов"),
        (290, "de", "≈ 5 min"),
        (5400, "de", "≈ 2 h"),
        (None, "ru", "пока неизвестно, сейчас никого нет на месте"),
    ],
)
def test_a_wait_is_said_as_people_say_it(wait_s: float | None, language: str, words: str) -> None:
    assert wait_words(wait_s, language) == words


def test_who_is_not_among_the_first_stands_at_the_end() -> None:
    told = state(first=(ConversationId("a"), ConversationId("b")))

    assert (place_in(told, "b").place, place_in(told, "b").wait_s) == (2, 240)
    assert (place_in(told, "new").place, place_in(told, "new").wait_s) == (5, 600)
    assert place_in(state(waiting=0, room=True), "new").wait_s == 0
    assert place_in(state(waiting=0, room=False), "new").wait_s == 120
