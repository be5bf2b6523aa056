"""The automatic acknowledgement: once per case, to people, naming a time that is then watched."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.registry import Registry
from shared.collections import (
    ACKNOWLEDGEMENTS,
    CALENDARS,
    CONTACTS,
    CONVERSATIONS,
    SLA_POLICIES,
)
from shared.commands import HandOff, Reply, Resolve
from shared.ids import ChannelType, ExternalId
from shared.model.acknowledgement import When
from shared.model.channel import Capabilities
from shared.model.content import Content, EmailFields
from shared.model.deadlines import Promise, PromiseState
from shared.model.inbound import Origin
from shared.model.message import Direction
from shared.model.people import ActorKind, Participant
from shared.ports.store import Update
from tests.router.answering import (
    DAY_S,
    HOUR_S,
    acknowledgement,
    answer,
    later,
    office,
    pass_time,
    sla,
    told,
)
from tests.router.world import (
    AGENT,
    BOT,
    START,
    World,
    a_world,
    add_channel,
    capabilities,
    inbound,
)

SENT = "We answer by 09:00 on 6 January (UTC)."
"""The text, with the deadline of a question that came at ``START``."""


@pytest.fixture
def hub(world: World) -> World:
    """A hub that acknowledges, and answers within a day."""
    world.decree(SLA_POLICIES, sla(warn_at=()))
    world.decree(ACKNOWLEDGEMENTS, acknowledgement())
    return world


async def promise_of(world: World, thread: str = "chat-1") -> Promise:
    held = (await world.conversation(thread)).deadlines
    assert held is not None
    assert held.promise is not None
    return held.promise


async def test_it_names_the_deadline_and_leaves_the_customer_waiting(hub: World) -> None:
    await hub.tell(inbound())

    conversation = await hub.conversation()
    message = (await hub.messages())[-1]
    (part,) = await hub.parts(message)
    assert await hub.texts() == ["hello", SENT]
    assert (message.direction, message.author.kind) == (Direction.OUTBOUND, ActorKind.SYSTEM)
    assert part.automatic
    assert conversation.due_at == later(DAY_S)
    assert conversation.waiting_since == START
    assert (await promise_of(hub)).due_at == conversation.due_at
    assert (await promise_of(hub)).message_id == message.id


async def test_it_goes_once_per_case(hub: World) -> None:
    await hub.tell(inbound())

    await hub.tell(inbound(text="again"))
    await answer(hub)
    await hub.tell(inbound(text="and again"))

    assert await hub.texts() == [
        "hello",
        SENT,
        "again",
        "[assigned]",
        "an answer",
        "and again",
    ]


async def test_a_repeated_delivery_is_not_acknowledged_again(hub: World) -> None:
    item = inbound(key="e1")
    await hub.tell(item)

    await hub.tell(item)

    assert await hub.texts() == ["hello", SENT]


async def test_a_new_case_is_acknowledged_anew(hub: World) -> None:
    await hub.tell(inbound())
    conversation = await hub.conversation()
    await hub.ask(Resolve(conversation_id=conversation.id, actor=AGENT))
    await hub.clock.advance(8 * DAY_S)

    await hub.tell(inbound(occurred_at=later(8 * DAY_S)))

    assert await hub.texts() == ["hello", "We answer by 09:00 on 14 January (UTC)."]


@pytest.mark.parametrize(
    "item",
    [
        inbound(content=Content(text="away", email=EmailFields(subject="x", automatic=True))),
        inbound(author=Participant(external_id=ExternalId("b"), name="Bot", is_bot=True)),
        inbound(origin=Origin.BOT),
        inbound(origin=Origin.ECHO),
        inbound(origin=Origin.AGENT_APP),
        inbound(origin=Origin.SYSTEM, service="member_joined"),
        inbound(history=True),
    ],
    ids=["auto-submitted", "bot", "bot's origin", "echo", "own app", "service", "history"],
)
async def test_machines_and_ourselves_are_not_acknowledged(hub: World, item: Any) -> None:
    await hub.tell(item)

    outbound = [m for m in await hub.messages() if m.author.kind is ActorKind.SYSTEM and m.parts]
    assert outbound == []


async def test_while_a_bot_holds_the_case_it_alone_answers_until_it_hands_over(
    hub: World,
) -> None:
    hub.decree(ACKNOWLEDGEMENTS)
    await hub.tell(inbound())
    conversation = await hub.conversation()
    await hub.store.commit([Update(CONVERSATIONS, conversation.id, {"bot_id": BOT.id})])
    hub.decree(ACKNOWLEDGEMENTS, acknowledgement())

    await hub.tell(inbound(text="1"))
    held = await hub.texts()
    await hub.ask(HandOff(conversation_id=conversation.id, actor=BOT))

    assert held == ["hello", "1"]
    assert await hub.texts() == ["hello", "1", "[handed_off]", SENT]


async def test_a_case_that_an_agent_began_is_not_acknowledged(hub: World) -> None:
    await hub.tell(inbound(origin=Origin.AGENT_APP, text="our offer"))

    await hub.tell(inbound(text="tell me more"))

    assert await hub.texts() == ["our offer", "tell me more"]


async def test_what_is_switched_off_sends_nothing(world: World) -> None:
    world.decree(SLA_POLICIES, sla())
    world.decree(ACKNOWLEDGEMENTS, acknowledgement(enabled=False))

    await world.tell(inbound())

    assert await world.texts() == ["hello"]


async def test_the_time_is_named_in_the_customers_language_and_zone(hub: World) -> None:
    await hub.tell(inbound(text="first", key="e0", history=True))
    contact_id = (await hub.conversation()).contact_id
    contact = await hub.store.get(CONTACTS, contact_id)
    assert contact is not None
    conversation = await hub.conversation()
    await hub.store.commit(
        [
            Update(CONTACTS, contact_id, {"time_zone": "Asia/Yekaterinburg"}),
            Update(CONVERSATIONS, conversation.id, {"language": "ru-RU"}),
        ]
    )

    await hub.tell(inbound())

    promise = await promise_of(hub)
    assert (await hub.texts())[-1] == "Мы ответим до 14:00 6 января."
    assert (promise.language, promise.time_zone) == ("ru", "Asia/Yekaterinburg")
    assert promise.due_at == (await hub.conversation()).due_at


async def test_without_a_zone_of_the_customers_the_calendars_is_named(hub: World) -> None:
    hub.decree(CALENDARS, office())
    hub.decree(ACKNOWLEDGEMENTS, acknowledgement(calendar_id="office"))

    await hub.tell(inbound())

    assert (await hub.texts())[-1] == "We answer by 12:00 on 6 January (UTC+3)."


async def test_the_time_follows_the_calendar_of_the_policy(hub: World) -> None:
    hub.decree(CALENDARS, office("UTC"))
    hub.decree(SLA_POLICIES, sla(first_reply_s=10 * HOUR_S, calendar_id="office"))

    await hub.tell(inbound())

    # Monday from nine: nine hours, and one on Tuesday.
    assert (await hub.texts())[-1] == "We answer by 10:00 on 6 January (UTC)."
    assert (await hub.conversation()).due_at == later(25 * HOUR_S)


@pytest.mark.parametrize("start_s, expected", [(0, []), (10 * HOUR_S, ["closed"])])
async def test_outside_of_hours_another_text_goes(
    world: World, start_s: int, expected: list[str]
) -> None:
    world.decree(CALENDARS, office("UTC"))
    closed = acknowledgement(when=When.CLOSED, calendar_id="office", texts={"en": "closed"})
    world.decree(ACKNOWLEDGEMENTS, closed)
    await world.clock.advance(start_s)

    await world.tell(inbound(occurred_at=later(start_s)))

    assert (await world.texts())[1:] == expected


async def test_without_a_deadline_the_next_opening_is_named(world: World) -> None:
    world.decree(CALENDARS, office("UTC"))
    world.decree(ACKNOWLEDGEMENTS, acknowledgement(calendar_id="office"))
    await world.clock.advance(10 * HOUR_S)

    await world.tell(inbound(occurred_at=later(10 * HOUR_S)))

    assert (await world.texts())[-1] == "We answer by 09:00 on 6 January (UTC)."


async def test_a_time_that_nothing_names_is_not_made_up_and_a_line_says_so(world: World) -> None:
    world.decree(ACKNOWLEDGEMENTS, acknowledgement())

    await world.tell(inbound(), inbound(text="again"))

    assert await world.texts() == ["hello", "[not_acknowledged]", "again"]


async def test_an_answer_in_time_keeps_the_promise(hub: World) -> None:
    await hub.tell(inbound())

    await pass_time(hub, DAY_S - 60)
    await answer(hub)
    await pass_time(hub, 2 * DAY_S)

    assert (await promise_of(hub)).state is PromiseState.KEPT
    assert await told(hub, await hub.conversation()) == ["promise kept"]


async def test_a_bots_answer_does_not_keep_the_promise(hub: World) -> None:
    await hub.tell(inbound())

    await answer(hub, actor=BOT)

    assert (await promise_of(hub)).state is PromiseState.OPEN


async def test_a_promise_is_broken_when_its_time_comes_and_a_line_says_so(hub: World) -> None:
    await hub.tell(inbound())

    await pass_time(hub, DAY_S)
    broken = await promise_of(hub)
    await answer(hub)

    assert broken.state is PromiseState.BROKEN
    assert (await promise_of(hub)).state is PromiseState.BROKEN
    assert await told(hub, await hub.conversation()) == [
        "breached first_reply",
        "promise broken",
    ]
    assert "[promise_broken]" in await hub.texts()


async def test_a_promise_of_a_case_that_was_closed_is_neither(hub: World) -> None:
    await hub.tell(inbound())
    conversation = await hub.conversation()

    await hub.ask(Resolve(conversation_id=conversation.id, actor=AGENT))

    assert (await promise_of(hub)).state is PromiseState.VOID
    assert await told(hub, conversation) == []


async def live(world: World) -> None:
    """Its channel tells that customers are there."""
    await add_channel(world.store, capabilities(presence=True))


async def test_in_live_chat_it_waits_and_is_silent_when_somebody_answers(hub: World) -> None:
    await live(hub)
    await hub.tell(inbound())
    at_once = await hub.texts()

    await pass_time(hub, 29)
    await answer(hub)
    await pass_time(hub, 60)

    assert at_once == ["hello"]
    assert await hub.texts() == ["hello", "[assigned]", "an answer"]


async def test_in_live_chat_it_goes_when_nobody_has_answered(hub: World) -> None:
    await live(hub)
    await hub.tell(inbound())
    await hub.tell(inbound(text="anybody?"))

    await pass_time(hub, 30)
    await pass_time(hub, 30)

    assert await hub.texts() == ["hello", "anybody?", SENT]


async def test_in_a_group_it_is_silent_unless_asked_for(hub: World) -> None:
    def in_group(chat: str) -> Any:
        thread = {"external_id": chat, "partition_key": chat, "kind": "group"}
        return inbound(chat, thread=thread)

    await hub.tell(in_group("g1"))
    hub.decree(ACKNOWLEDGEMENTS, acknowledgement(in_groups=True))
    await hub.tell(in_group("g2"))

    assert await hub.texts("g1") == ["hello"]
    assert await hub.texts("g2") == ["hello", SENT]


async def test_a_closed_reply_window_is_respected_and_told(tmp_path: Path) -> None:
    async with a_world(tmp_path, reply_window_s=HOUR_S) as world:
        world.decree(SLA_POLICIES, sla(first_reply_s=10 * DAY_S))
        world.decree(ACKNOWLEDGEMENTS, acknowledgement(wait_s=2 * HOUR_S))
        await world.tell(inbound())

        await pass_time(world, 2 * HOUR_S)

        assert await world.texts() == ["hello", "[not_acknowledged]"]


MANIFESTS = Registry.discover().manifests()


@pytest.mark.parametrize("channel_type", sorted(MANIFESTS))
async def test_it_goes_on_every_channel_type(tmp_path: Path, channel_type: ChannelType) -> None:
    able: Capabilities = MANIFESTS[channel_type].capabilities
    async with a_world(tmp_path) as world:
        await add_channel(world.store, able)
        world.decree(SLA_POLICIES, sla())
        world.decree(ACKNOWLEDGEMENTS, acknowledgement(live_wait_s=0))

        await world.tell(inbound())

        assert await world.texts() == ["hello", SENT]


async def test_the_promise_and_the_agents_answer_go_by_the_same_way(hub: World) -> None:
    await hub.tell(inbound())
    conversation = await hub.conversation()

    await hub.ask(Reply(conversation_id=conversation.id, actor=AGENT, text="here I am"))

    messages = [m for m in await hub.messages() if m.direction is Direction.OUTBOUND]
    orders = [(await hub.parts(message))[0].order for message in messages]
    assert orders == sorted(orders)
    assert (await hub.conversation()).waiting_since is None
    assert timedelta(0) <= (messages[1].accepted_at - messages[0].accepted_at)
