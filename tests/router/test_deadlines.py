"""Deadlines: due when the policy says, paused while the customer is waited for, told once."""

from datetime import timedelta
from typing import Any

import pytest

from shared.collections import CALENDARS, CHANNEL_TYPES, CONVERSATIONS, SLA_POLICIES, TIMERS
from shared.commands import (
    Cancel,
    HandOff,
    Pend,
    Reopen,
    Reply,
    Resolve,
    SetPriority,
    Snooze,
)
from shared.ids import PARTITIONS, ChannelType, ExternalId, Partition
from shared.model.channel import ChannelTypeInfo
from shared.model.content import Content, EmailFields
from shared.model.conversation import PendingFor, Priority
from shared.model.deadlines import Deadlines
from shared.model.inbound import InboundKind, ThreadRef
from shared.ports.store import Put
from tests.router.answering import (
    DAY_S,
    HOUR_S,
    answer,
    decree_defaults,
    later,
    office,
    pass_time,
    sla,
    told,
)
from tests.router.world import AGENT, BOT, START, World, add_channel, capabilities, inbound


async def standing(world: World, thread: str = "chat-1") -> Deadlines:
    held = (await world.conversation(thread)).deadlines
    assert held is not None
    return held


async def test_a_question_is_due_when_the_policy_says(world: World) -> None:
    world.decree(SLA_POLICIES, sla())

    await world.tell(inbound())

    conversation = await world.conversation()
    held = await standing(world)
    assert held.first_reply is not None
    assert (held.first_reply.policy_id, held.first_reply.due_at) == ("any", later(DAY_S))
    assert conversation.due_at == later(DAY_S)


async def test_it_is_breached_at_twenty_four_hours_and_told_once(world: World) -> None:
    world.decree(SLA_POLICIES, sla(warn_at=()))
    await world.tell(inbound())

    await pass_time(world, DAY_S - 1)
    before = await told(world, await world.conversation())
    await pass_time(world, 1)
    await pass_time(world, 3 * DAY_S)

    conversation = await world.conversation()
    assert before == []
    assert await told(world, conversation) == ["breached first_reply"]
    assert conversation.deadlines is not None
    assert conversation.deadlines.first_reply is not None
    assert conversation.deadlines.first_reply.breached_at == later(DAY_S)
    assert await world.texts() == ["hello", "[deadline_breached]"]


async def test_an_answer_a_minute_before_is_in_time(world: World) -> None:
    world.decree(SLA_POLICIES, sla(warn_at=()))
    await world.tell(inbound())

    await pass_time(world, DAY_S - 60)
    await answer(world)
    await pass_time(world, 3 * DAY_S)

    held = await standing(world)
    assert held.first_reply is not None
    assert (held.first_reply.met_at, held.first_reply.breached_at) == (later(DAY_S - 60), None)
    assert await told(world, await world.conversation()) == []
    assert (await world.conversation()).due_at is None


async def test_a_late_answer_tells_of_the_breach_even_when_no_timer_fired(world: World) -> None:
    world.decree(SLA_POLICIES, sla(warn_at=()))
    await world.tell(inbound())

    await world.clock.advance(DAY_S + 5)
    await answer(world)

    held = await standing(world)
    assert await told(world, await world.conversation()) == ["breached first_reply"]
    assert held.first_reply is not None
    assert held.first_reply.breached_at == later(DAY_S)
    assert held.first_reply.met_at == later(DAY_S + 5)


async def test_warnings_come_at_half_and_at_four_fifths_of_the_time(world: World) -> None:
    world.decree(SLA_POLICIES, sla())
    await world.tell(inbound())

    await pass_time(world, DAY_S / 2 - 1)
    early = await told(world, await world.conversation())
    await pass_time(world, 1)
    half = await told(world, await world.conversation())
    await pass_time(world, 0.3 * DAY_S)

    assert early == []
    assert half == ["warned first_reply 50"]
    assert await told(world, await world.conversation()) == [*half, "warned first_reply 80"]


async def test_after_an_outage_only_the_last_warning_is_told(world: World) -> None:
    world.decree(SLA_POLICIES, sla())
    await world.tell(inbound())

    await pass_time(world, 0.9 * DAY_S)

    assert await told(world, await world.conversation()) == ["warned first_reply 80"]


async def test_the_percents_are_the_policys_own(world: World) -> None:
    world.decree(SLA_POLICIES, sla(warn_at=(25,)))
    await world.tell(inbound())

    await pass_time(world, DAY_S / 4)

    assert await told(world, await world.conversation()) == ["warned first_reply 25"]


async def test_the_stricter_of_what_fits_counts(world: World) -> None:
    mail = ChannelType("email")
    world.decree(
        SLA_POLICIES,
        sla("any"),
        sla("mail", match={"channel_types": (mail,)}, first_reply_s=12 * HOUR_S),
    )

    await world.tell(inbound("letter", channel_type=mail), inbound("chat-1"))

    assert (await world.conversation("letter")).due_at == later(12 * HOUR_S)
    assert (await world.conversation("chat-1")).due_at == later(DAY_S)


async def test_targets_may_come_from_different_policies(world: World) -> None:
    world.decree(
        SLA_POLICIES,
        sla("quick", first_reply_s=60, next_reply_s=None),
        sla("slow", first_reply_s=600, next_reply_s=600, resolution_s=DAY_S),
    )
    await world.tell(inbound())
    await answer(world)
    await world.clock.advance(1)

    await world.tell(inbound(occurred_at=later(1)))

    held = await standing(world)
    assert held.first_reply is not None
    assert held.next_reply is not None
    assert held.resolution is not None
    assert held.first_reply.policy_id == "quick"
    assert (held.next_reply.policy_id, held.next_reply.due_at) == ("slow", later(601))
    assert held.resolution.due_at == later(DAY_S)


async def test_only_open_hours_of_the_calendar_count(world: World) -> None:
    # START is Monday, noon in Moscow.
    world.decree(CALENDARS, office())
    world.decree(SLA_POLICIES, sla(first_reply_s=8 * HOUR_S, calendar_id="office"))

    await world.tell(inbound())

    # Six hours on Monday, two on Tuesday: 11:00 in Moscow.
    assert (await world.conversation()).due_at == START + timedelta(hours=23)


async def test_a_fresh_hub_answers_mail_in_twelve_hours_and_the_rest_in_a_day(
    world: World,
) -> None:
    decree_defaults(world)
    mail = ChannelType("email")

    await world.tell(inbound("letter", channel_type=mail), inbound("chat-1"))

    assert (await world.conversation("letter")).due_at == later(12 * HOUR_S)
    assert (await world.conversation("chat-1")).due_at == later(DAY_S)


async def test_on_a_fresh_hub_a_visitor_who_is_there_is_owed_an_answer_in_two_minutes(
    world: World,
) -> None:
    decree_defaults(world)
    site = ChannelTypeInfo(
        id="webchat", title="Chat", settings_schema={}, capabilities=capabilities(presence=True)
    )
    await world.store.commit([Put(CHANNEL_TYPES, site)])

    await world.tell(inbound(channel_type=ChannelType("webchat")))

    assert (await world.conversation()).due_at == later(120)


async def chat(world: World) -> None:
    """A fresh hub whose one channel tells when its customers come and go."""
    decree_defaults(world)
    world.decree(SLA_POLICIES, sla("any"), sla("chat", match={"online": True}, first_reply_s=120))
    await add_channel(world.store, capabilities(presence=True))


def presence(present: bool, seconds: float) -> Any:
    return inbound(
        kind=InboundKind.PRESENCE,
        present=present,
        external_id=None,
        occurred_at=later(seconds),
        received_at=later(seconds),
    )


async def test_who_writes_in_live_chat_is_answered_sooner_while_there(world: World) -> None:
    await chat(world)

    await world.tell(inbound())
    there = await world.conversation()
    await world.clock.advance(30)
    await world.tell(presence(False, 30))

    gone = await world.conversation()
    assert there.due_at == later(120)
    assert gone.due_at == later(DAY_S)


async def test_who_comes_back_is_awaited_from_then_on(world: World) -> None:
    await chat(world)
    await world.tell(inbound())
    await world.tell(presence(False, 10))
    await world.clock.advance(HOUR_S)

    await world.tell(presence(True, HOUR_S))

    assert (await world.conversation()).due_at == later(HOUR_S + 120)


async def test_presence_that_was_told_long_ago_says_nothing(world: World) -> None:
    await chat(world)
    await world.tell(inbound())
    await world.clock.advance(HOUR_S)

    await world.tell(inbound(kind=InboundKind.CONTACT, reachable=True, external_id=None))
    conversation = await world.conversation()
    await world.ask(
        SetPriority(conversation_id=conversation.id, actor=AGENT, priority=Priority.HIGH)
    )

    assert (await world.conversation()).due_at == later(DAY_S)


async def test_waiting_for_the_customer_stops_the_clock(world: World) -> None:
    world.decree(SLA_POLICIES, sla(resolution_s=DAY_S, warn_at=()))
    await world.tell(inbound())
    await answer(world)
    conversation = await world.conversation()
    await world.clock.advance(6 * HOUR_S)
    await world.ask(
        Pend(conversation_id=conversation.id, actor=AGENT, waits_for=PendingFor.CUSTOMER)
    )
    paused = await standing(world)

    await pass_time(world, 10 * DAY_S)
    in_between = await told(world, await world.conversation())
    at = later(10 * DAY_S + 6 * HOUR_S)
    await world.tell(inbound(occurred_at=at, received_at=at))

    resumed = await standing(world)
    assert paused.resolution is not None
    assert (paused.resolution.due_at, paused.resolution.left_s) == (None, 18 * HOUR_S)
    assert in_between == []
    assert resumed.resolution is not None
    assert resumed.resolution.due_at == at + timedelta(hours=18)
    assert resumed.resolution.left_s is None


@pytest.mark.parametrize("whom", [PendingFor.COLLEAGUE, PendingFor.THIRD_PARTY])
async def test_waiting_for_others_does_not_stop_the_clock(world: World, whom: PendingFor) -> None:
    world.decree(SLA_POLICIES, sla())
    await world.tell(inbound())
    conversation = await world.conversation()

    await world.ask(Pend(conversation_id=conversation.id, actor=AGENT, waits_for=whom))

    assert (await world.conversation()).due_at == later(DAY_S)


async def test_a_question_that_waits_for_the_customer_is_due_later_by_the_pause(
    world: World,
) -> None:
    world.decree(SLA_POLICIES, sla())
    await world.tell(inbound())
    conversation = await world.conversation()
    pend = Pend(conversation_id=conversation.id, actor=AGENT, waits_for=PendingFor.CUSTOMER)
    await world.ask(pend)
    paused = await world.conversation()
    await world.clock.advance(HOUR_S)

    await world.ask(Reopen(conversation_id=conversation.id, actor=AGENT))

    assert paused.due_at is None
    assert (await world.conversation()).due_at == later(DAY_S + HOUR_S)


async def test_a_snooze_does_not_stop_the_clock(world: World) -> None:
    world.decree(SLA_POLICIES, sla())
    await world.tell(inbound())
    conversation = await world.conversation()

    await world.ask(Snooze(conversation_id=conversation.id, actor=AGENT, until=later(2 * DAY_S)))

    assert (await world.conversation()).due_at == later(DAY_S)


async def test_a_higher_priority_makes_it_due_sooner(world: World) -> None:
    world.decree(
        SLA_POLICIES,
        sla(),
        sla("urgent", match={"priorities": (Priority.URGENT,)}, first_reply_s=HOUR_S),
    )
    await world.tell(inbound())
    conversation = await world.conversation()

    await world.ask(
        SetPriority(conversation_id=conversation.id, actor=AGENT, priority=Priority.URGENT)
    )
    await pass_time(world, HOUR_S)

    assert (await world.conversation()).due_at == later(HOUR_S)
    assert "breached first_reply" in await told(world, conversation)


async def test_resolving_meets_the_resolution_and_opening_again_starts_it_anew(
    world: World,
) -> None:
    world.decree(SLA_POLICIES, sla(resolution_s=DAY_S))
    await world.tell(inbound())
    await answer(world)
    conversation = await world.conversation()
    await world.ask(Resolve(conversation_id=conversation.id, actor=AGENT))
    resolved = await standing(world)
    await world.clock.advance(2 * DAY_S)

    await world.tell(inbound(occurred_at=later(2 * DAY_S)))

    again = await standing(world)
    assert resolved.resolution is not None
    assert resolved.resolution.met_at == START
    assert again.resolution is not None
    assert again.resolution.due_at == later(3 * DAY_S)
    assert again.next_reply is not None
    assert again.next_reply.due_at == later(3 * DAY_S)


async def test_what_is_closed_without_an_answer_is_neither_met_nor_breached(world: World) -> None:
    world.decree(SLA_POLICIES, sla())
    await world.tell(inbound())
    conversation = await world.conversation()

    await world.ask(Resolve(conversation_id=conversation.id, actor=AGENT))
    await pass_time(world, 2 * DAY_S)

    assert (await standing(world)).first_reply is None
    assert await told(world, conversation) == []


async def test_a_resolution_that_is_taken_back_leaves_the_customer_waiting_as_before(
    world: World,
) -> None:
    world.decree(SLA_POLICIES, sla(warn_at=()))
    await world.tell(inbound())
    conversation = await world.conversation()
    before = await standing(world)
    await world.ask(Resolve(conversation_id=conversation.id, actor=AGENT))
    await world.clock.advance(60)

    await world.ask(Reopen(conversation_id=conversation.id, actor=AGENT))

    again = await world.conversation()
    assert again.waiting_since == conversation.waiting_since
    assert again.due_at == later(DAY_S)
    assert again.deadlines is not None
    assert again.deadlines.first_reply == before.first_reply
    await pass_time(world, DAY_S)
    assert await told(world, conversation) == ["breached first_reply"]


async def test_a_late_answer_stays_late_when_its_resolution_is_taken_back_and_is_told_once(
    world: World,
) -> None:
    world.decree(SLA_POLICIES, sla(warn_at=()))
    await world.tell(inbound())
    conversation = await world.conversation()
    await pass_time(world, DAY_S)
    await world.ask(Resolve(conversation_id=conversation.id, actor=AGENT))

    await world.ask(Reopen(conversation_id=conversation.id, actor=AGENT))
    await pass_time(world, DAY_S)

    held = await standing(world)
    assert held.first_reply is not None
    assert (held.first_reply.breached_at, held.first_reply.met_at) == (later(DAY_S), None)
    assert await told(world, conversation) == ["breached first_reply"]


async def test_a_pause_still_counts_after_a_resolution_that_is_taken_back(world: World) -> None:
    world.decree(SLA_POLICIES, sla(warn_at=()))
    await world.tell(inbound())
    conversation = await world.conversation()
    on_customer = Pend(conversation_id=conversation.id, actor=AGENT, waits_for=PendingFor.CUSTOMER)
    await world.ask(on_customer)
    await world.clock.advance(HOUR_S)
    await world.ask(Reopen(conversation_id=conversation.id, actor=AGENT))
    await world.ask(Resolve(conversation_id=conversation.id, actor=AGENT))

    await world.ask(Reopen(conversation_id=conversation.id, actor=AGENT))

    assert (await world.conversation()).due_at == later(DAY_S + HOUR_S)


async def test_what_was_answered_or_is_opened_again_much_later_asks_for_no_answer(
    world: World,
) -> None:
    world.decree(SLA_POLICIES, sla(warn_at=()))
    await world.tell(inbound())
    await world.tell(inbound("chat-2"))
    await answer(world)
    answered, old = await world.conversation(), await world.conversation("chat-2")
    for one in (answered, old):
        await world.ask(Resolve(conversation_id=one.id, actor=AGENT))

    await world.ask(Reopen(conversation_id=answered.id, actor=AGENT))
    await world.clock.advance(HOUR_S + 1)
    await world.ask(Reopen(conversation_id=old.id, actor=AGENT))

    for thread in ("chat-1", "chat-2"):
        again = await world.conversation(thread)
        assert (again.waiting_since, again.due_at) == (None, None)


async def test_an_answer_that_was_taken_back_leaves_the_customer_waiting(world: World) -> None:
    world.decree(SLA_POLICIES, sla())
    await world.tell(inbound())
    conversation = await world.conversation()
    outcome = await world.ask(
        Reply(conversation_id=conversation.id, actor=AGENT, text="no", undo_s=5)
    )

    message = outcome.result["message"]["id"]
    await world.ask(Cancel(conversation_id=conversation.id, actor=AGENT, message_id=message))

    held = await standing(world)
    assert held.answered_at is None
    assert held.first_reply is not None
    assert held.first_reply.met_at is None
    assert (await world.conversation()).due_at == later(DAY_S)


async def test_a_bots_answer_counts_and_a_hand_off_starts_the_clock_for_people(
    world: World,
) -> None:
    world.decree(SLA_POLICIES, sla(next_reply_s=HOUR_S))
    await world.tell(inbound())
    await answer(world, actor=BOT)
    answered = await world.conversation()
    await world.clock.advance(60)

    await world.ask(HandOff(conversation_id=answered.id, actor=BOT))

    handed = await world.conversation()
    assert answered.due_at is None
    assert handed.waiting_since == later(60)
    assert handed.due_at == later(60 + HOUR_S)


async def test_nobody_waits_for_an_answer_to_a_machine(world: World) -> None:
    world.decree(SLA_POLICIES, sla())
    mail = EmailFields(subject="Out of office", automatic=True)

    await world.tell(inbound(content=Content(text="I am away", email=mail)))

    assert (await world.conversation()).due_at is None


async def test_a_thread_that_was_merged_into_another_leaves_the_clock(world: World) -> None:
    world.decree(SLA_POLICIES, sla())
    phone, user = ExternalId("phone"), ExternalId("user")
    await world.tell(
        inbound("phone", thread=ThreadRef(external_id=phone, partition_key="k")),
        inbound("user", thread=ThreadRef(external_id=user, partition_key="k")),
    )
    old = await world.conversation("phone")

    both = ThreadRef(external_id=user, partition_key="k", aliases=(phone,))
    await world.tell(inbound("user", thread=both))
    await pass_time(world, DAY_S)

    merged = await world.store.get(CONVERSATIONS, old.id)
    assert merged is not None
    assert merged.merged_into is not None
    assert merged.due_at is None
    assert await told(world, old) == []


async def test_a_customer_who_writes_more_waits_since_the_first_message(world: World) -> None:
    world.decree(SLA_POLICIES, sla())
    await world.tell(inbound())

    await world.tell(inbound(occurred_at=later(60)))

    assert (await world.conversation()).due_at == later(DAY_S)


async def test_without_policies_nothing_is_kept(world: World) -> None:
    await world.tell(inbound())

    conversation = await world.conversation()
    timers = await world.store.find(TIMERS, equal={}, order="due_at")
    assert (conversation.deadlines, conversation.due_at) == (None, None)
    assert timers.items == []


async def test_a_conversation_has_one_timer_however_often_it_is_answered(world: World) -> None:
    world.decree(SLA_POLICIES, sla())
    for _ in range(3):
        at = world.clock.now()
        await world.tell(inbound(occurred_at=at))
        await answer(world)
        await world.clock.advance(60)

    timers = await world.store.find(TIMERS, equal={}, order="due_at")

    assert [timer.due_at for timer in timers.items] == [later(DAY_S / 2)]


async def test_a_timer_that_no_longer_applies_goes_away(world: World) -> None:
    world.decree(SLA_POLICIES, sla())
    await world.tell(inbound())
    await answer(world)

    await pass_time(world, DAY_S)

    timers = await world.store.find(TIMERS, equal={}, order="due_at")
    assert timers.items == []
    assert (await standing(world)).timer_at is None


async def test_one_event_tells_of_the_message_and_of_its_deadline(world: World) -> None:
    world.decree(SLA_POLICIES, sla())

    await world.tell(inbound())

    conversation = await world.conversation()
    events = [
        envelope["payload"]["conversation"]
        for number in range(PARTITIONS)
        for envelope in await world.events(Partition(number))
    ]
    assert events[-1]["version"] == conversation.version
    assert events[-1]["due_at"] is not None
    assert len(events) == 2
